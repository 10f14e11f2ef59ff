"""The tap on events, which are log records with a name: an append in the request's thread, and nothing else.

What a record says is redacted and made into a plain record later, by whoever takes it from here.

Source: OpenTelemetry specification, Logs data model, "Field: EventName".
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk._logs import LogRecordProcessor

from otel_monitoring.model.record import EVENT, Record
from otel_monitoring.telemetry.processors import bounded

if TYPE_CHECKING:
    from collections.abc import Collection

    from opentelemetry._logs import LogRecord
    from opentelemetry.sdk._logs import ReadWriteLogRecord

    from otel_monitoring.context.redact import Redactor

_NS_PER_MS = 1_000_000
_AS_THEY_ARE = 256
"""How many wait as they are; what comes on top of them is cut where it is long."""


class EventTap(LogRecordProcessor):
    """Queue events until somebody takes them; where too many wait the oldest goes, and is counted.

    Args:
        capacity: How many may wait.
        left_out: The names of events that others keep already.
    """

    def __init__(self, *, capacity: int = 10_000, left_out: Collection[str] = ()) -> None:
        self._capacity = capacity
        self._left_out = frozenset(left_out)
        self._begin()

    def _begin(self) -> None:
        self._waiting: deque[LogRecord] = deque()
        self._lock = threading.Lock()
        self._dropped = 0

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        """Queue ``log_record`` where it is an event."""
        record = log_record.log_record
        name = record.event_name
        if not name or name in self._left_out:
            return
        waiting = self._waiting
        size = len(waiting)
        waiting.append(record if size < _AS_THEY_ARE else bounded(record))
        if size >= self._capacity:
            self._drop()

    def take(self, most: int) -> list[LogRecord]:
        """Return what waits, the oldest first, at most ``most`` of it; it waits no more."""
        waiting = self._waiting
        found: list[LogRecord] = []
        while waiting and len(found) < most:
            try:
                found.append(waiting.popleft())
            except IndexError:  # a thread that emits has dropped the last one
                break
        return found

    def stats(self) -> dict[str, int]:
        """Return how many wait, and how many were dropped because too many did."""
        return {"waiting": len(self._waiting), "dropped": self._dropped}

    def after_fork(self) -> None:
        """Begin empty in a child process: the parent keeps what waited."""
        self._begin()

    def close(self) -> None:
        """Hold nothing from here on: a provider that is not ours goes on without us."""
        self._capacity = 0
        self._waiting.clear()

    def shutdown(self) -> None:
        """Do nothing: what waits is taken by whoever keeps it."""

    def force_flush(self, timeout_millis: int = 30_000) -> bool:  # noqa: ARG002 - the signature is the SDK's
        """Keep nothing back."""
        return True

    def _drop(self) -> None:
        try:
            self._waiting.popleft()
        except IndexError:  # whoever takes was faster
            return
        with self._lock:
            self._dropped += 1


def event_of(record: LogRecord, redactor: Redactor) -> Record:
    """Return an event as it is kept: without secrets, and bounded.

    Its document holds ``body``, ``attributes`` and ``span`` (16 hexadecimal digits), each where there is one.
    """
    body = record.body
    said = redactor.text(body) if isinstance(body, str) else redactor.attribute("body", body)
    document: dict[str, Any] = {
        "body": said,
        "attributes": redactor.attributes(record.attributes),
        "span": f"{record.span_id:016x}" if record.span_id else None,
    }
    return Record(
        kind=EVENT,
        time_ms=(record.timestamp or record.observed_timestamp or 0) // _NS_PER_MS,
        key=redactor.text(record.event_name or ""),
        document={name: value for name, value in document.items() if value not in (None, {}, "")},
        trace=f"{record.trace_id:032x}" if record.trace_id else "",
        severity=0 if record.severity_number is None else record.severity_number.value,
    )
