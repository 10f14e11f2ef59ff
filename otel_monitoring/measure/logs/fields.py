"""What a log record says, as one flat mapping of bounded and redacted values.

Whatever a program hands to its logger comes out as a record: arguments that do not fit the format, objects
that cannot be printed, names that are taken. What had to be changed is said in the record itself.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from opentelemetry.trace import INVALID_SPAN, get_current_span

from otel_monitoring.context import stack
from otel_monitoring.context.limits import clip, clip_middle
from otel_monitoring.measure.logs.access import access_of
from otel_monitoring.measure.logs.attempt import Attempt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from otel_monitoring.context.redact import Redactor
    from otel_monitoring.guard import Guard

    ExcInfo = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]

STANDARD = frozenset(
    [
        *(
            "args",
            "asctime",
            "created",
            "exc_info",
            "exc_text",
            "filename",
            "funcName",
            "levelname",
            "levelno",
        ),
        *("lineno", "message", "module", "msecs", "msg", "name", "pathname", "process", "processName"),
        *("relativeCreated", "stack_info", "taskName", "thread", "threadName"),
    ]
)
"""What every log record of the standard library holds; the rest was put there by ``extra``."""

REPEATED = frozenset(["color_message", "otelSpanID", "otelTraceID", "otelTraceSampled", "otelServiceName"])
"""What servers and instrumentations add that is said under another name already."""

PROBLEM = "logging_error"
"""The field that says what was wrong with the call of the logger."""

_STANDARD_COUNT = len(logging.makeLogRecord({}).__dict__)
_MESSAGE_CHARS = 65_536


class FieldReader:
    """Read log records.

    Args:
        redactor: Takes secrets out and bounds values.
        guard: Catches what foreign code raises.
        correlation: Returns the fields of the current request, such as its id.
        service: The name of the service; empty leaves the field out.
    """

    def __init__(
        self,
        *,
        redactor: Redactor,
        guard: Guard,
        correlation: Callable[[], Mapping[str, str]] | None = None,
        service: str = "",
    ) -> None:
        self.redactor = redactor
        self._guard = guard
        self._correlation = correlation
        self._service = service

    def fields(self, record: logging.LogRecord) -> dict[str, Any]:
        """Return what ``record`` says, from time and level to the extra fields and the exception."""
        found: dict[str, Any] = {
            "timestamp": rfc3339(record.created),
            "level": record.levelname,
            "logger": record.name,
            "message": "",
        }
        if self._service:
            found["service"] = self._service
        found.update(span_ids())
        self._add_correlation(found)
        found["message"] = self._message(record, found)
        self._add_extra(record, found)
        self._add_exception(record, found)
        return found

    def _message(self, record: logging.LogRecord, found: dict[str, Any]) -> str:
        access = access_of(record, self.redactor)
        if access is not None:
            found.update(self.redactor.attributes(access.fields))
            record = access.record
        text = read_message(record, redactor=self.redactor, guard=self._guard, found=found)
        return clip(self.redactor.text(text), _MESSAGE_CHARS)

    def _add_correlation(self, found: dict[str, Any]) -> None:
        if self._correlation is not None:
            with self._guard:
                found.update(self._correlation())

    def _add_extra(self, record: logging.LogRecord, found: dict[str, Any]) -> None:
        room = self.redactor.limits.attributes
        for key, value in added_to(record):
            if key in REPEATED:
                continue
            if room <= 0:
                add_problem(found, "fields left out, there were too many")
                return
            room -= 1
            name = self.redactor.name(key)
            found[f"{name}_" if name in found else name] = self.redactor.attribute(key, value)

    def _add_exception(self, record: logging.LogRecord, found: dict[str, Any]) -> None:
        with self._guard:
            described = describe_exception(record.exc_info, redactor=self.redactor)
            if described is not None:
                found["exception"] = described
            if record.stack_info:
                limit = self.redactor.limits.stacktrace_chars
                found["stack"] = clip_middle(self.redactor.text(str(record.stack_info)), limit)


def read_message(
    record: logging.LogRecord, *, redactor: Redactor, guard: Guard, found: dict[str, Any]
) -> str:
    """Return the message with its arguments in it, not yet redacted.

    Where they do not fit, the message stays as it was written, the arguments stand beside it, and
    ``logging_error`` says why.
    """
    if type(record.msg) is str and not record.args:
        return record.msg
    attempt = Attempt(guard)
    with attempt:
        return record.getMessage()
    add_problem(found, f"message at {record.filename}:{record.lineno}: {attempt.problem()}")
    if record.args:
        found["args"] = redactor.attribute("args", record.args)
    with guard:
        return str(record.msg)
    return f"<{type(record.msg).__name__}>"


def added_to(record: logging.LogRecord) -> list[tuple[str, Any]]:
    """Return what was added to ``record`` by ``extra`` and by filters."""
    if len(record.__dict__) == _STANDARD_COUNT:
        return []
    return [(key, value) for key, value in record.__dict__.items() if key not in STANDARD]


def describe_exception(exc_info: Any, *, redactor: Redactor) -> dict[str, str] | None:
    """Return type, message and stack of an exception, redacted and bounded; ``None`` where there is none."""
    error = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    if not isinstance(error, BaseException):
        return None
    limits = redactor.limits
    return {
        "type": stack.type_name(error),
        "message": clip(redactor.text(stack.message(error)), limits.attribute_chars),
        "stacktrace": clip_middle(redactor.text(stack.format_exception(error)), limits.stacktrace_chars),
    }


def add_problem(found: dict[str, Any], problem: str) -> None:
    """Let a record say what was wrong with it."""
    found[PROBLEM] = f"{found[PROBLEM]}; {problem}" if PROBLEM in found else problem


def span_ids() -> dict[str, str]:
    """Return the ids of the current trace and span in hexadecimal; nothing where there is no span."""
    span = get_current_span()
    if span is INVALID_SPAN:
        return {}
    context = span.get_span_context()
    if not context.is_valid:
        return {}
    return {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}


def rfc3339(time_s: float) -> str:
    """Return a Unix time as ``2024-05-02T10:11:12.345Z``."""
    whole_s = int(time_s // 1)
    return f"{_second(whole_s)}.{int((time_s - whole_s) * 1000):03d}Z"


_last_second: tuple[int, str] = (0, "1970-01-01T00:00:00")


def _second(whole_s: int) -> str:
    """Return date and time of a second, remembered since the next record mostly falls into the same one."""
    global _last_second  # noqa: PLW0603 - one tuple, replaced as a whole
    known, text = _last_second
    if known != whole_s:
        text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole_s))
        _last_second = (whole_s, text)
    return text
