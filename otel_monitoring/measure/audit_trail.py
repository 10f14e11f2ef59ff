"""Who changed what about the monitoring itself: kept, and emitted as OTel events.

An entry is a log record with the event name ``otel_monitoring.audit``, so that whoever exports logs keeps the
trail where nobody who runs the application can change it.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from opentelemetry._logs import SeverityNumber

from otel_monitoring.errors import MonitoringError
from otel_monitoring.guard import Guard
from otel_monitoring.model.action import Audited

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from opentelemetry._logs import Logger

    from otel_monitoring.model.action import Action

EVENT_NAME = "otel_monitoring.audit"
_NS_PER_MS = 1_000_000


class Archive(Protocol):
    """What keeps the trail beyond this process."""

    def put(self, action: Action) -> None:
        """Take an action; returns at once and never raises."""
        ...

    def find(
        self, *, since_ms: int, until_ms: int | None, before: tuple[int, int] | None, most: int
    ) -> list[Audited]:
        """Return what was done at any process, newest first; raise ``MonitoringError`` where it cannot."""
        ...


class AuditTrail:
    """Take actions; keep the newest, hand every one on, and emit it.

    Args:
        logger: Emits the events.
        most: The most actions that are kept here.
        redact: Applied to every text before it leaves the process.
        fields: Applied to what was there before and after, before it is kept.
        archive: What keeps them beyond this process; ``None`` for nothing.
        signed: Adds who is known to act here to what an action says itself; ``None`` for nobody.
    """

    def __init__(
        self,
        *,
        logger: Logger,
        most: int = 1000,
        redact: Callable[[str], str] = str,
        fields: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict,
        archive: Archive | None = None,
        signed: Callable[[Action], Action] | None = None,
    ) -> None:
        self._logger = logger
        self._redact = redact
        self._fields = fields
        self._archive = archive
        self._signed = signed
        self._actions: deque[Audited] = deque(maxlen=most)
        self._last = 0
        self._guard = Guard("audit")
        self._lock = threading.Lock()

    def __call__(self, action: Action) -> None:
        """Keep an action and emit it; never raises, since the action is done already."""
        action = (self._signed and self._guard.call(self._signed, action)) or action
        kept = self._guard.call(self._kept, action) or action
        with self._lock:
            self._last += 1
            self._actions.append(Audited(kept, self._last))
        if self._archive is not None:
            self._archive.put(kept)
        self._guard.call(self._emit, kept)

    def newest(self, limit: int) -> list[Action]:
        """Return the newest actions of this process, the last one in front."""
        with self._lock:
            found = list(self._actions)
        return [one.action for one in found[::-1][:limit]]

    def find(
        self,
        *,
        since_ms: int = 0,
        until_ms: int | None = None,
        before: tuple[int, int] | None = None,
        most: int = 100,
    ) -> tuple[list[Audited], bool]:
        """Return what was done with ``since_ms <= time < until_ms``, newest first.

        Args:
            since_ms: Unix milliseconds.
            until_ms: Unix milliseconds; ``None`` for no end.
            before: The time and the number of an action: only what comes after it in the answer.
            most: The most actions that are returned.

        Returns:
            The actions; and whether they are those of all processes, as they were kept. Else they are the
            newest of this one.
        """
        if self._archive is not None:
            try:
                found = self._archive.find(since_ms=since_ms, until_ms=until_ms, before=before, most=most)
            except MonitoringError:
                return self._here(since_ms, until_ms, before, most), False
            return found, True
        return self._here(since_ms, until_ms, before, most), False

    def after_fork(self) -> None:
        """Take a fresh lock in a child process."""
        self._lock = threading.Lock()

    def _here(
        self, since_ms: int, until_ms: int | None, before: tuple[int, int] | None, most: int
    ) -> list[Audited]:
        with self._lock:
            kept = list(self._actions)
        found = [
            one
            for one in kept
            if since_ms <= one.action.at_ms
            and (until_ms is None or one.action.at_ms < until_ms)
            and (before is None or _place(one) < before)
        ]
        return sorted(found, key=_place, reverse=True)[:most]

    def _kept(self, action: Action) -> Action:
        """Return an action as it is kept; who did it stays as it is, since that is what is asked for."""
        return replace(
            action,
            target=self._redact(action.target),
            before=self._fields(action.before),
            after=self._fields(action.after),
        )

    def _emit(self, action: Action) -> None:
        at_ns = action.at_ms * _NS_PER_MS
        what = self._redact(f"{action.actor}: {action.name} {action.target}".rstrip())
        self._logger.emit(
            timestamp=at_ns,
            severity_number=SeverityNumber.INFO,
            severity_text="INFO",
            body=what,
            event_name=EVENT_NAME,
            attributes={
                "otel_monitoring.audit.action": action.name,
                "otel_monitoring.audit.target": action.target,
                "otel_monitoring.audit.actor": self._redact(action.actor),
                **self._changes(action),
            },
        )

    def _changes(self, action: Action) -> Mapping[str, Any]:
        """Return what was there and what is, as JSON: attributes hold no nested values everywhere."""
        parts = (("before", action.before), ("after", action.after))
        return {
            f"otel_monitoring.audit.{name}": self._redact(json.dumps(part, default=str, sort_keys=True))
            for name, part in parts
            if part
        }


def _place(one: Audited) -> tuple[int, int]:
    return one.action.at_ms, one.number
