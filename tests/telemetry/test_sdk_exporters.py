"""Exporters that are not ours get redacted copies, and are made when they are first needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import (
    ConsoleLogRecordExporter,
    InMemoryLogRecordExporter,
    SimpleLogRecordProcessor,
)
from opentelemetry.sdk.metrics import AlwaysOnExemplarFilter, MeterProvider
from opentelemetry.sdk.metrics.export import (
    ConsoleMetricExporter,
    InMemoryMetricReader,
    MetricExporter,
    MetricExportResult,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import (
    ConsoleSpanExporter,
    SimpleSpanProcessor,
    SpanExporter,
    SpanExportResult,
)
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, SpanContext, StatusCode, TraceFlags

from otel_monitoring.context.redact import Redactor
from otel_monitoring.errors import SettingsError
from otel_monitoring.telemetry import sdk_exporters
from otel_monitoring.telemetry.pipeline import ExportError
from otel_monitoring.telemetry.sdk_exporters import ForeignExporter, exporter_names, factory, redacted_copy

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.telemetry.endpoint import Signal

SECRET = "hunter2-Tr0ub4dor"
TEXT = f"password={SECRET}"
DIRTY: dict[str, Any] = {"note": TEXT, "db_password": SECRET, "user.id": "ann", "n": 1}
RESOURCE = Resource({"service.name": "shop", "db_password": SECRET}, "https://schema.example/1")
OTHER = SpanContext(1, 2, is_remote=True, trace_flags=TraceFlags(1))


def copier(signal: Signal) -> Callable[[Any], Any]:
    redactor = Redactor()
    return redacted_copy(signal, value=redactor.attribute, text=redactor.text, name=redactor.name)


def a_span() -> Any:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(resource=RESOURCE, shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("tests", "1.0", attributes={"note": TEXT})
    with tracer.start_as_current_span(TEXT, attributes=DIRTY, links=[Link(OTHER, DIRTY)]) as span:
        span.add_event(TEXT, DIRTY)
        span.set_status(StatusCode.ERROR, TEXT)
    return exporter.get_finished_spans()[0]


def a_record(body: Any = TEXT) -> Any:
    exporter = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]
    provider = LoggerProvider(resource=RESOURCE, shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    provider.get_logger("tests", attributes={"note": TEXT}).emit(
        LogRecord(
            body=body,
            attributes=DIRTY,
            event_name=TEXT,
            severity_text=TEXT,
            severity_number=SeverityNumber.INFO,
            timestamp=7,
        )
    )
    return exporter.get_finished_logs()[0]


def a_collection() -> Any:
    reader = InMemoryMetricReader()
    provider = MeterProvider(
        [reader], RESOURCE, exemplar_filter=AlwaysOnExemplarFilter(), shutdown_on_exit=False
    )
    meter = provider.get_meter("tests", attributes={"note": TEXT})
    meter.create_counter("orders").add(3, DIRTY)
    meter.create_histogram("sizes").record(3, DIRTY)
    return reader.get_metrics_data()


ITEMS: dict[Signal, Callable[[], Any]] = {"traces": a_span, "logs": a_record, "metrics": a_collection}


@pytest.mark.parametrize("signal", ITEMS)
def test_a_copy_holds_no_secret_and_the_original_is_left_alone(signal: Signal) -> None:
    original = ITEMS[signal]()
    before = original.to_json()

    copied = copier(signal)(original)

    assert SECRET in before
    assert SECRET not in copied.to_json()
    assert original.to_json() == before


def test_a_copy_of_a_span_is_the_same_span_otherwise() -> None:
    original = a_span()

    copied = copier("traces")(original)

    assert (copied.context, copied.parent, copied.kind) == (original.context, original.parent, original.kind)
    assert (copied.start_time, copied.end_time) == (original.start_time, original.end_time)
    assert copied.status.status_code is StatusCode.ERROR
    assert copied.name == copied.events[0].name == copied.status.description == "password=[redacted]"
    assert copied.links[0].context == OTHER
    assert copied.resource.attributes["service.name"] == "shop"
    assert copied.resource.schema_url == RESOURCE.schema_url
    assert (copied.instrumentation_scope.name, copied.instrumentation_scope.version) == ("tests", "1.0")
    assert set(copied.attributes) == {"note", "db_password", "user.hash", "n"}
    assert copied.attributes["n"] == 1


def test_a_copy_of_a_record_is_the_same_record_otherwise() -> None:
    original = a_record({"inside": TEXT, "n": 1})

    copied = copier("logs")(original).log_record

    assert copied.body == {"inside": "password=[redacted]", "n": 1}
    assert (copied.timestamp, copied.severity_number) == (7, SeverityNumber.INFO)
    assert copied.event_name == "password=[redacted]"


def test_resources_and_scopes_are_copied_once() -> None:
    copy = copier("traces")
    one, two = a_span(), a_span()

    first, again, other = copy(one), copy(one), copy(two)

    assert first.resource is again.resource is other.resource
    assert first.instrumentation_scope is again.instrumentation_scope


def test_no_more_copies_are_kept_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdk_exporters, "_COPIES_KEPT", 3)
    copy = copier("traces")

    for _ in range(9):
        copy(a_span())

    kept = copy.__self__._kept  # type: ignore[attr-defined]
    assert len(kept) <= 3


class ListSpanExporter(SpanExporter):
    """Keeps what it is given; answers as it is told."""

    def __init__(self, result: SpanExportResult = SpanExportResult.SUCCESS) -> None:
        self.spans: list[Any] = []
        self.ends = 0
        self._result = result

    def export(self, spans: Any) -> SpanExportResult:
        self.spans += spans
        return self._result

    def shutdown(self) -> None:
        self.ends += 1


class ListMetricExporter(MetricExporter):
    """Keeps what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.collections: list[tuple[Any, float]] = []

    def export(self, metrics_data: Any, timeout_millis: float = 10_000, **_: Any) -> MetricExportResult:
        self.collections.append((metrics_data, timeout_millis))
        return MetricExportResult.SUCCESS

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        return True

    def shutdown(self, timeout_millis: float = 30_000, **_: Any) -> None:
        """Nothing to end."""


def test_an_exporter_is_made_at_its_first_export_and_again_after_its_end() -> None:
    made: list[ListSpanExporter] = []

    def make() -> ListSpanExporter:
        made.append(ListSpanExporter())
        return made[-1]

    exporter = ForeignExporter("mine", make=make, copy=copier("traces"))
    exporter.prepare()
    exporter.close()
    assert not made

    exporter.export([a_span(), a_span()], 1.0)
    exporter.export([a_span()], 1.0)
    exporter.close()
    exporter.close()
    exporter.export([a_span()], 1.0)

    assert [(len(one.spans), one.ends) for one in made] == [(3, 1), (1, 0)]
    assert SECRET not in "".join(span.to_json() for one in made for span in one.spans)


def test_metrics_are_exported_one_collection_at_a_time_with_the_time_limit() -> None:
    target = ListMetricExporter()
    exporter = ForeignExporter("mine", make=lambda: target, copy=copier("metrics"))

    rejected = exporter.export([a_collection(), a_collection()], 2.5)

    assert rejected == 0
    assert [timeout_ms for _, timeout_ms in target.collections] == [2500, 2500]


def test_a_reported_failure_is_an_error_that_is_not_tried_again() -> None:
    exporter = ForeignExporter(
        "mine", make=lambda: ListSpanExporter(SpanExportResult.FAILURE), copy=copier("traces")
    )

    with pytest.raises(ExportError, match="'mine' reported a failure") as caught:
        exporter.export([a_span()], 1.0)

    assert not caught.value.retry


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ("otlp",)),
        ("", ("otlp",)),
        ("none", ()),
        (" None ", ()),
        ("otlp, console,otlp", ("otlp", "console")),
        ("console", ("console",)),
    ],
)
def test_exporters_are_named_by_the_variable(value: str | None, expected: tuple[str, ...]) -> None:
    environ = {} if value is None else {"OTEL_TRACES_EXPORTER": value}

    assert exporter_names("traces", environ) == expected


@pytest.mark.parametrize(
    ("signal", "kind"),
    [("traces", ConsoleSpanExporter), ("metrics", ConsoleMetricExporter), ("logs", ConsoleLogRecordExporter)],
)
def test_the_console_is_known_for_every_signal(signal: Signal, kind: type) -> None:
    assert factory(signal, "console") is kind


def test_others_are_found_by_their_entry_point() -> None:
    made = factory("traces", "otlp_proto_http")()

    assert type(made).__name__ == "OTLPSpanExporter"
    made.shutdown()


def test_a_name_that_nobody_registered_is_an_error_that_says_what_there_is() -> None:
    with pytest.raises(SettingsError, match=r"OTEL_LOGS_EXPORTER='smoke'.*otlp_proto_http"):
        factory("logs", "smoke")
