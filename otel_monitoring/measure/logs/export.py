"""Log records on their way to OTLP, through the handler of ``opentelemetry-instrumentation-logging``.

That handler writes to a log when something is odd, runs under a lock, and lets errors out. Around it stands
what keeps it from logging about itself, from locking others out, and from raising into the program.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

from opentelemetry import trace
from opentelemetry._logs import get_logger_provider
from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY, get_current
from opentelemetry.instrumentation.logging.handler import LoggingHandler
from opentelemetry.semconv.attributes.exception_attributes import (
    EXCEPTION_MESSAGE,
    EXCEPTION_STACKTRACE,
    EXCEPTION_TYPE,
)

from otel_monitoring.context import stack
from otel_monitoring.context.limits import clip
from otel_monitoring.guard import Guard
from otel_monitoring.measure.logs.access import access_of
from otel_monitoring.measure.logs.fields import REPEATED, added_to, describe_exception, read_message
from otel_monitoring.measure.logs.installed import default_redactor

if TYPE_CHECKING:
    from opentelemetry._logs import LoggerProvider

    from otel_monitoring.context.redact import Redactor

OWN_LOGGERS = frozenset(["otel_monitoring", "opentelemetry"])
"""Loggers, with all beneath them, whose records never enter the export path."""

CLIENT_LOGGERS = frozenset(["urllib3", "httpx", "httpcore", "h11", "h2", "hpack", "requests", "grpc"])
"""Loggers whose records stay out where an export thread emits them."""

EXPORT_THREADS = ("OtelBatch", "OtelPeriodic", "otel-monitoring", "otel_monitoring")
"""How the names of threads begin that export telemetry."""

_SUPPRESSED_BY_NAME = "suppress_instrumentation"
_MAX_BODY_CHARS = 65_536
_ORDINARY, _CLIENT, _OWN = range(3)
_KINDS_KEPT = 2048
_OWN_ATTRIBUTES = 4  # three of an exception, one that tells a problem


class _ThreadState(threading.local):
    """Whether this thread is inside the handler; ``emit`` never spans an ``await``."""

    is_inside = False


class ExportHandler(LoggingHandler):
    """Hand log records to a logger provider, redacted and bounded, and never raise, block or recurse.

    Where another handler on the root logger serves the same provider, this one stands aside, so that
    nothing is exported twice.

    Args:
        logger_provider: Where the records go.
        level: The least severe level that is exported.
        redactor: Takes secrets out and bounds values.
    """

    def __init__(self, *, logger_provider: LoggerProvider, level: int, redactor: Redactor) -> None:
        super().__init__(level=level, logger_provider=logger_provider)
        self.provider = logger_provider
        self._redactor = redactor
        self._guard = Guard("logging.export")
        self._state = _ThreadState()
        self._kinds: dict[str, int] = {}
        self._skipped: Counter[str] = Counter()
        self._known_handlers: list[logging.Handler] = []
        self._stands_aside = False

    def handle(self, record: logging.LogRecord) -> bool:
        """Export ``record``, unless it must stay out; no lock is held meanwhile."""
        if self._state.is_inside:
            self._skipped["reentrant"] += 1
            return False
        self._state.is_inside = True
        try:
            with self._guard:
                return self._handle(record)
        finally:
            self._state.is_inside = False
        return False

    def flush(self) -> None:
        """Leave flushing to whoever owns the provider, who has a deadline for it."""

    def skipped(self) -> dict[str, int]:
        """Return how many records stayed out so far, by reason."""
        return dict(self._skipped)

    def failures(self) -> dict[str, int]:
        """Return how many records could not be exported, by kind of error."""
        return self._guard.counts()

    def _handle(self, record: logging.LogRecord) -> bool:
        reason = self._reason_to_skip(record)
        if reason:
            self._skipped[reason] += 1
            return False
        if self.filters:
            kept = self.filter(record)
            if not kept:
                return False
            record = kept if isinstance(kept, logging.LogRecord) else record
        self.emit(self._prepared(record))
        return True

    def _reason_to_skip(self, record: logging.LogRecord) -> str:
        kind = self._kinds.get(record.name)
        if kind is None:
            kind = self._kind_of(record.name)
        if kind == _OWN:
            return "own"
        if kind == _CLIENT and (record.threadName or "").startswith(EXPORT_THREADS):
            return "export_thread"
        context = get_current()
        if context and (context.get(_SUPPRESS_INSTRUMENTATION_KEY) or context.get(_SUPPRESSED_BY_NAME)):
            return "suppressed"
        if self._known_handlers != logging.root.handlers:
            self._look_around()
        return "other_handler" if self._stands_aside else ""

    def _kind_of(self, name: str) -> int:
        top = name.partition(".")[0]
        kind = _OWN if top in OWN_LOGGERS else _CLIENT if top in CLIENT_LOGGERS else _ORDINARY
        if len(self._kinds) >= _KINDS_KEPT:
            self._kinds.clear()
        self._kinds[name] = kind
        return kind

    def _look_around(self) -> None:
        self._known_handlers = [*logging.root.handlers]
        self._stands_aside = bool(other_exporters(self.provider))

    def _prepared(self, record: logging.LogRecord) -> logging.LogRecord:
        """Return a copy in which everything is redacted, bounded and of a type that OTLP knows."""
        redactor = self._redactor
        values = dict(record.__dict__)
        extra: dict[str, Any] = {}
        room = redactor.limits.attributes - _OWN_ATTRIBUTES
        for key, value in added_to(record):
            del values[key]
            if key not in REPEATED and len(extra) < room:
                extra[redactor.name(key)] = redactor.attribute(key, value)
        access = access_of(record, redactor)
        if access is not None:
            extra.update(redactor.attributes(access.fields))
            record = access.record
        text = read_message(record, redactor=redactor, guard=self._guard, found=extra)
        if record.exc_info:
            extra.update(_exception_attributes(record.exc_info, redactor))
        values.update(extra)
        values.update(msg=clip(redactor.text(text), _MAX_BODY_CHARS), args=(), exc_info=None, exc_text=None)
        prepared = logging.LogRecord.__new__(logging.LogRecord)
        prepared.__dict__ = values
        return prepared


def otlp_handler(
    logger_provider: LoggerProvider, *, level: int = logging.NOTSET, redactor: Redactor | None = None
) -> ExportHandler:
    """Return a handler that exports records through ``logger_provider``.

    Args:
        logger_provider: Where the records go.
        level: The least severe level that is exported.
        redactor: Takes secrets out; by default one with the built-in rules. Where the exporters redact,
            one with ``enabled=False`` saves the time of the thread that logs.
    """
    return ExportHandler(
        logger_provider=logger_provider, level=level, redactor=redactor or default_redactor()
    )


def install_otlp_handler(handler: ExportHandler) -> ExportHandler:
    """Put ``handler`` on the root logger, in place of an earlier one for the same provider; return it."""
    root = logging.getLogger()
    for other in [*root.handlers]:
        if isinstance(other, ExportHandler) and other.provider is handler.provider:
            root.removeHandler(other)
    root.addHandler(handler)
    return handler


def other_exporters(logger_provider: LoggerProvider) -> list[str]:
    """Return who else exports what the root logger gets to where ``logger_provider`` exports it.

    These are the handlers of OpenTelemetry (contrib's instrumentation, ``opentelemetry-instrument``, the
    SDK's own) that serve the same provider, and Logfire's, which makes spans of log records, where Logfire
    provides the tracer. Sentry sends log records to Sentry alone.
    """
    return [
        f"{type(handler).__module__}.{type(handler).__qualname__}"
        for handler in logging.getLogger().handlers
        if not isinstance(handler, ExportHandler)
        and (_serves(handler, logger_provider) or _is_logfire(handler))
    ]


def _serves(handler: logging.Handler, provider: LoggerProvider) -> bool:
    theirs = getattr(handler, "_logger_provider", None)
    if theirs is None:
        return False
    return theirs is provider or (
        type(theirs).__name__ == "ProxyLoggerProvider" and get_logger_provider() is provider
    )


def _is_logfire(handler: logging.Handler) -> bool:
    is_theirs = type(handler).__name__ == "LogfireLoggingHandler"
    return is_theirs and type(trace.get_tracer_provider()).__module__.startswith("logfire.")


def _exception_attributes(exc_info: Any, redactor: Redactor) -> dict[str, str]:
    described = describe_exception(exc_info, redactor=redactor)
    if described is None:
        return {}
    found = {EXCEPTION_TYPE: described["type"], EXCEPTION_MESSAGE: described["message"]}
    # An error that the middleware has recorded with its stack is not recorded with it again.
    if not stack.is_recorded(exc_info[1]):
        found[EXCEPTION_STACKTRACE] = described["stacktrace"]
    return found
