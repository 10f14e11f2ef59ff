"""Which processors of a provider belong to others."""

from __future__ import annotations

from typing import Any

from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

from otel_monitoring.context.spans import CorrelationSpanProcessor
from otel_monitoring.telemetry.foreign import foreign_flushes


class Theirs(SpanProcessor):
    """A processor of the application's own."""


class Foreign:
    """A provider that is not the SDK's, which keeps its processors somewhere else."""

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return True


def test_our_own_processors_are_left_out() -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    theirs = Theirs()
    provider.add_span_processor(CorrelationSpanProcessor())
    provider.add_span_processor(theirs)

    assert foreign_flushes([provider]) == [theirs.force_flush]


def test_readers_and_log_processors_are_found_too() -> None:
    reader = InMemoryMetricReader()
    logs = SimpleLogRecordProcessor(InMemoryLogRecordExporter())  # type: ignore[no-untyped-call]
    meters = MeterProvider([reader], shutdown_on_exit=False)
    loggers = LoggerProvider(shutdown_on_exit=False)
    loggers.add_log_record_processor(logs)

    assert foreign_flushes([meters, loggers]) == [reader.force_flush, logs.force_flush]


def test_another_kind_of_provider_flushes_by_itself() -> None:
    provider = Foreign()
    without: Any = object()

    assert foreign_flushes([provider, without]) == [provider.force_flush]
