"""What is encoded here is what the stock encoder makes of the same data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, SpanContext, SpanKind, StatusCode, TraceFlags, TraceState

from otel_monitoring.telemetry.encode import LogEncoder, SpanEncoder
from otel_monitoring.telemetry.wire import AttributeEncoder

if TYPE_CHECKING:
    import pytest

SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.binary(max_size=20),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(min_size=1, max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
ATTRIBUTES = st.dictionaries(st.text(min_size=1, max_size=8), VALUES, max_size=6)


def passed(_key: str, value: Any) -> Any:
    return value


def span_encoder(**options: Any) -> SpanEncoder:
    return SpanEncoder(
        attributes=AttributeEncoder(redact=passed, max_chars=10**6), redact_text=str, **options
    )


def joined(requests: Any, kind: Any) -> Any:
    request = kind()
    for body, _count in requests:
        request.MergeFromString(body)
    return request


class Recorded:
    """Spans made by the SDK."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider(
            shutdown_on_exit=False,
            resource=Resource({"service.name": "shop", "n": 1}, "https://schema.example/1"),
            span_limits=SpanLimits(max_span_attributes=4, max_events=2),
        )
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))

    @property
    def spans(self) -> Any:
        return self.exporter.get_finished_spans()


@given(ATTRIBUTES, ATTRIBUTES, st.text(max_size=10), st.sampled_from(list(SpanKind)))
def test_spans_equal_those_of_the_stock_encoder(
    attributes: dict[str, Any], more: dict[str, Any], name: str, kind: SpanKind
) -> None:
    recorded = Recorded()
    tracer = recorded.provider.get_tracer("scope", "1.0", "https://schema.example/2", {"a": "b"})
    remote = SpanContext(
        1, 2, is_remote=True, trace_flags=TraceFlags(1), trace_state=TraceState([("k", "v")])
    )
    with tracer.start_as_current_span(
        name, Context(), kind, attributes, links=[Link(remote, more)], record_exception=False
    ) as parent:
        for number in range(4):
            parent.add_event(name, more, timestamp=number + 1)
        parent.set_status(StatusCode.ERROR, name)
        with tracer.start_as_current_span("child"):
            pass

    ours = joined(span_encoder().requests(recorded.spans), ExportTraceServiceRequest)

    assert ours == encode_spans(recorded.spans)

    encoder = span_encoder()
    in_two_steps = joined(
        encoder.requests([encoder.row(one) for one in recorded.spans]), ExportTraceServiceRequest
    )

    assert in_two_steps == ours


def test_spans_of_several_scopes_and_resources_are_grouped() -> None:
    one, two = Recorded(), Recorded()
    for recorded in (one, two):
        for scope in ("a", "b"):
            recorded.provider.get_tracer(scope).start_span("x", Context()).end()
    spans = [*one.spans, *two.spans]

    request = joined(span_encoder().requests(spans), ExportTraceServiceRequest)

    scopes = [
        (scope.scope.name, len(scope.spans))
        for resource in request.resource_spans
        for scope in resource.scope_spans
    ]
    assert len(request.resource_spans) == 2
    assert scopes == [("a", 1), ("b", 1)] * 2


def test_scopes_without_number_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("otel_monitoring.telemetry.encode._NAMES_KEPT", 2)
    recorded = Recorded()
    for name in ("a", "b", "c"):
        recorded.provider.get_tracer(name).start_span("x", Context()).end()
    encoder = span_encoder()

    rows = [encoder.row(one) for one in recorded.spans]

    assert [type(row) is tuple for row in rows] == [True, True, False]
    assert joined(encoder.requests(rows), ExportTraceServiceRequest) == encode_spans(recorded.spans)


def test_a_forked_child_encodes_its_resource_anew() -> None:
    recorded = Recorded()
    recorded.provider.get_tracer("a").start_span("x", Context()).end()
    (span,) = recorded.spans
    encoder = span_encoder()
    rows = [encoder.row(span)]
    list(encoder.requests(rows))

    span.resource._attributes = type(span.resource._attributes)(attributes={"service.name": "child"})
    encoder.after_fork()
    request = joined(encoder.requests(rows), ExportTraceServiceRequest)

    assert request.resource_spans[0].resource.attributes[0].value.string_value == "child"


def test_a_request_is_closed_at_its_size() -> None:
    recorded = Recorded()
    for _ in range(10):
        recorded.provider.get_tracer("a").start_span("x", Context(), attributes={"a": "b" * 400}).end()

    sizes = [(len(body), count) for body, count in span_encoder(max_bytes=1200).requests(recorded.spans)]

    assert sum(count for _size, count in sizes) == 10
    assert max(size for size, _count in sizes) < 1500
    assert len(sizes) == 5


def test_equal_values_of_different_types_are_told_apart() -> None:
    recorded = Recorded()
    for value in (1, 1.0, True, "1"):
        recorded.provider.get_tracer("a").start_span("x", Context(), attributes={"a": value}).end()

    ours = joined(span_encoder().requests(recorded.spans), ExportTraceServiceRequest)

    kinds = [
        span.attributes[0].value.WhichOneof("value") for span in ours.resource_spans[0].scope_spans[0].spans
    ]
    assert kinds == ["int_value", "double_value", "bool_value", "string_value"]


def test_what_leaves_is_redacted_renamed_and_cut() -> None:
    recorded = Recorded()
    span = recorded.provider.get_tracer("a").start_span("secret", Context(), attributes={"user.id": "x" * 50})
    span.add_event("secret", {"password": "secret"})
    span.set_status(StatusCode.ERROR, "secret")
    span.end()
    attributes = AttributeEncoder(
        redact=lambda _key, value: str(value).replace("secret", "-"),
        rename=lambda key: key.replace("id", "hash"),
        max_chars=5,
    )
    encoder = SpanEncoder(attributes=attributes, redact_text=lambda text: text.replace("secret", "-"))

    (body, _count) = next(iter(encoder.requests(recorded.spans)))

    sent = ExportTraceServiceRequest.FromString(body).resource_spans[0].scope_spans[0].spans[0]
    assert b"secret" not in body
    assert (sent.attributes[0].key, sent.attributes[0].value.string_value) == ("user.hash", "xxxxx")


def test_attributes_beyond_the_limit_are_left_out() -> None:
    encoder = AttributeEncoder(redact=passed, max_attributes=3)

    fields = encoder.fields(b"\x0a", {str(number): number for number in range(10)})

    assert len(fields) == 6


@given(ATTRIBUTES, st.one_of(st.none(), VALUES), st.sampled_from(list(SeverityNumber)))
def test_log_records_equal_those_of_the_stock_encoder(
    attributes: dict[str, Any], body: Any, severity: SeverityNumber
) -> None:
    exporter = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]
    provider = LoggerProvider(shutdown_on_exit=False, resource=Resource({"service.name": "shop"}))
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    provider.get_logger("scope", "1").emit(
        LogRecord(
            timestamp=5,
            observed_timestamp=6,
            context=Context(),
            severity_number=severity,
            severity_text=severity.name,
            body=body,
            attributes=attributes,
            event_name="event",
        )
    )
    records = exporter.get_finished_logs()
    encoder = LogEncoder(attributes=AttributeEncoder(redact=passed), redact_text=str)

    ours = joined(encoder.requests(records), ExportLogsServiceRequest)

    assert ours == encode_logs(records)
