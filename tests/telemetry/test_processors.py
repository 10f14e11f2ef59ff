"""What the taps at the end of spans and log records hand over."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from opentelemetry._logs import LogRecord
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult

from otel_monitoring.guard import Guard
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.telemetry.circuit import Circuit
from otel_monitoring.telemetry.pipeline import Pipeline
from otel_monitoring.telemetry.processors import QueueLogProcessor, QueueSpanProcessor

if TYPE_CHECKING:
    from collections.abc import Sequence


class RecordOnly(Sampler):
    """Record every span, sample none."""

    def should_sample(self, *_: Any, **__: Any) -> SamplingResult:
        return SamplingResult(Decision.RECORD_ONLY)

    def get_description(self) -> str:
        return "RecordOnly"


class Rig:
    """A pipeline that keeps what it exports."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        clock = SystemClock()
        self.pipeline: Pipeline[Any] = Pipeline(
            "tests",
            make_exporter=lambda: self,
            clock=clock,
            guard=Guard("export.tests"),
            circuit=Circuit(clock=clock),
            shield=nullcontext,
            delay_s=3600.0,
        )

    def prepare(self) -> None:
        """Nothing to prepare."""

    def export(self, batch: Sequence[Any], timeout_s: float) -> int:
        assert timeout_s > 0
        self.items += batch
        return 0

    def close(self) -> None:
        """Nothing to close."""


def test_sampled_spans_are_handed_over_when_they_end() -> None:
    rig = Rig()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(QueueSpanProcessor(rig.pipeline))
    tracer = provider.get_tracer("tests")

    ended, running = tracer.start_span("ended"), tracer.start_span("running")
    ended.end()

    assert provider.force_flush(10_000)
    assert [span.name for span in rig.items] == ["ended"]
    assert running.is_recording()


def test_spans_that_are_only_recorded_are_not() -> None:
    rig = Rig()
    provider = TracerProvider(sampler=RecordOnly(), shutdown_on_exit=False)
    provider.add_span_processor(QueueSpanProcessor(rig.pipeline))

    provider.get_tracer("tests").start_span("recorded").end()

    assert provider.force_flush(10_000)
    assert rig.items == []


def test_log_records_are_handed_over_with_resource_and_scope() -> None:
    rig = Rig()
    provider = LoggerProvider(Resource({"service.name": "shop"}), shutdown_on_exit=False)
    provider.add_log_record_processor(QueueLogProcessor(rig.pipeline))

    provider.get_logger("tests").emit(LogRecord(body="hi"))

    assert provider.force_flush(10_000)
    (record,) = rig.items
    assert record.log_record.body == "hi"
    assert record.resource.attributes["service.name"] == "shop"
    assert record.instrumentation_scope.name == "tests"


def test_the_end_of_a_provider_leaves_the_pipeline_to_the_instance() -> None:
    rig = Rig()
    tracers, loggers = TracerProvider(shutdown_on_exit=False), LoggerProvider(shutdown_on_exit=False)
    tracers.add_span_processor(QueueSpanProcessor(rig.pipeline))
    loggers.add_log_record_processor(QueueLogProcessor(rig.pipeline))
    tracers.get_tracer("tests").start_span("before").end()

    tracers.shutdown()
    loggers.shutdown()
    rig.pipeline.put("after")

    assert rig.pipeline.flush(10)
    assert len(rig.items) == 2
