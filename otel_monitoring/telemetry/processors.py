"""The taps at the end of spans and log records: an append, and nothing else, in the request's thread.

What is so long that a full queue of it would fill the memory is cut before: the SDK has no limit for the
body of a log record, and none for what a span says about its error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from itertools import islice
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk._logs import LogRecordProcessor, ReadableLogRecord
from opentelemetry.sdk.trace import SpanProcessor
from opentelemetry.trace import Status

from otel_monitoring.context.limits import MAX_TEXT_CHARS, clip, clip_middle

if TYPE_CHECKING:
    from opentelemetry._logs import LogRecord
    from opentelemetry.context import Context
    from opentelemetry.sdk._logs import ReadWriteLogRecord
    from opentelemetry.sdk.trace import ReadableSpan, Span

    from otel_monitoring.guard import Guard
    from otel_monitoring.telemetry.pipeline import Pipeline


_MAX_ELEMENTS = 128
_DEPTH = 4
_NEVER_LONG = frozenset({bool, int, float, type(None)})


class QueueSpanProcessor(SpanProcessor):
    """Hand ended spans that are sampled to a pipeline, encoded where the pipeline can.

    A span with events or links waits as it is: a stack trace takes time to redact, and that is better
    spent in the pipeline's thread.

    Args:
        pipeline: Where they wait for export.
        guard: Catches what goes wrong in encoding.
    """

    def __init__(self, pipeline: Pipeline[Any], *, guard: Guard) -> None:
        self._put = pipeline.put
        self._encode = pipeline.encode
        self._pipeline = pipeline
        self._guard = guard

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Do nothing."""

    def on_end(self, span: ReadableSpan) -> None:
        """Queue ``span``, which nobody changes any more."""
        context = span.context
        if context is None or not context.trace_flags.sampled:
            return
        description = span.status.description
        if description is not None and len(description) > MAX_TEXT_CHARS:
            span = _with_short_description(span)
        if self._encode is None or span._events or span._links:  # noqa: SLF001 - the properties copy
            self._put(span)
            return
        try:
            row = self._encode(span)
        except Exception as error:  # noqa: BLE001 - the tap's guard, without the cost of entering one
            self._guard.caught(error)
            self._pipeline.lost("encoding")
            return
        self._put(row)

    def shutdown(self) -> None:
        """Do nothing: the instance ends its pipelines together, under one deadline."""

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Export what waits."""
        return self._pipeline.flush(timeout_millis / 1000)


class QueueLogProcessor(LogRecordProcessor):
    """Hand log records to a pipeline.

    Args:
        pipeline: Where they wait for export.
    """

    def __init__(self, pipeline: Pipeline[ReadableLogRecord]) -> None:
        self._put = pipeline.put
        self._pipeline = pipeline

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        """Queue a view of ``log_record``; later processors work on the record itself."""
        self._put(
            ReadableLogRecord(
                log_record=bounded(log_record.log_record),
                resource=log_record.resource or _no_resource(),
                instrumentation_scope=log_record.instrumentation_scope,
                limits=log_record.limits,
            )
        )

    def shutdown(self) -> None:
        """Do nothing: the instance ends its pipelines together, under one deadline."""

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Export what waits."""
        return self._pipeline.flush(timeout_millis / 1000)


def _no_resource() -> Any:
    from opentelemetry.sdk.resources import Resource

    return Resource.get_empty()


def _with_short_description(span: ReadableSpan) -> ReadableSpan:
    shortened = copy(span)
    status = span.status
    shortened._status = Status(status.status_code, clip(status.description or "", MAX_TEXT_CHARS))  # noqa: SLF001 - no other way
    return shortened


def bounded(record: LogRecord) -> LogRecord:
    """Return ``record``, or a copy without what is too long of it, so that a queue of them is bounded."""
    attributes = record.attributes or {}
    is_long = [key for key, value in attributes.items() if _is_long(value, _DEPTH)]
    if not is_long and not _is_long(record.body, _DEPTH):
        return record
    shortened = copy(record)
    shortened.body = _shortened(record.body, _DEPTH)
    shortened.attributes = {**attributes, **{key: _shortened(attributes[key], _DEPTH) for key in is_long}}
    return shortened


def _is_long(value: Any, depth: int) -> bool:
    kind = type(value)
    if kind is str:  # what most values are, before those that take long to tell
        return len(value) > MAX_TEXT_CHARS
    if kind in _NEVER_LONG:
        return False
    if isinstance(value, (str, bytes)):
        return len(value) > MAX_TEXT_CHARS
    if isinstance(value, Mapping):
        return len(value) > _MAX_ELEMENTS or not depth or any(_is_long(v, depth - 1) for v in value.values())
    if isinstance(value, Sequence):
        return len(value) > _MAX_ELEMENTS or not depth or any(_is_long(v, depth - 1) for v in value)
    return False


def _shortened(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return clip_middle(value, MAX_TEXT_CHARS)
    if isinstance(value, bytes):
        return value[:MAX_TEXT_CHARS]
    if isinstance(value, Mapping):
        kept = islice(value.items(), _MAX_ELEMENTS if depth else 0)
        return {key: _shortened(one, depth - 1) for key, one in kept}
    if isinstance(value, Sequence):
        return [_shortened(one, depth - 1) for one in islice(value, _MAX_ELEMENTS if depth else 0)]
    return value
