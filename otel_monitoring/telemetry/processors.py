"""The taps at the end of spans and log records: an append, and nothing else, in the request's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry.sdk._logs import LogRecordProcessor, ReadableLogRecord
from opentelemetry.sdk.trace import SpanProcessor

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk._logs import ReadWriteLogRecord
    from opentelemetry.sdk.trace import ReadableSpan, Span

    from otel_monitoring.telemetry.pipeline import Pipeline


class QueueSpanProcessor(SpanProcessor):
    """Hand ended spans that are sampled to a pipeline.

    Args:
        pipeline: Where they wait for export.
    """

    def __init__(self, pipeline: Pipeline[ReadableSpan]) -> None:
        self._put = pipeline.put
        self._pipeline = pipeline

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Do nothing."""

    def on_end(self, span: ReadableSpan) -> None:
        """Queue ``span``, which nobody changes any more."""
        context = span.context
        if context is not None and context.trace_flags.sampled:
            self._put(span)

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
                log_record=log_record.log_record,
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
