"""What the standard ``OTEL_*`` variables do here: one row per variable that the guide lists."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry import metrics, trace
from opentelemetry._logs import LogRecord, SeverityNumber, get_logger
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.trace import Link, SpanContext, TraceFlags

from otel_monitoring import setup_telemetry
from tests.telemetry.receivers import Receiver, grpc_receiver, http_receiver

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.monitoring.instance import Monitoring

pytestmark = pytest.mark.filterwarnings("ignore:Log record attributes were dropped")

_QUIET: dict[str, Any] = {
    "system": {"enabled": False},
    "instrumentation": {"libraries": False, "threads": False},
}
_SPANS, _EVENTS, _MANY, _LONG = 4, 5, 160, 5000
_OTHER = SpanContext(1, 2, is_remote=True, trace_flags=TraceFlags(1))


@dataclass
class Outcome:
    """What arrived at the receiver.

    Attributes:
        receiver: The requests as they were.
        spans: Every span.
        logs: Every log record.
        metrics: Every metric of the application, newest last.
        resource: The attributes of the resource of whatever arrived.
    """

    receiver: Receiver
    spans: list[Any] = field(default_factory=list)
    logs: list[Any] = field(default_factory=list)
    metrics: list[Any] = field(default_factory=list)
    resource: dict[str, str] = field(default_factory=dict)

    def metric(self, name: str) -> Any:
        return next(one for one in reversed(self.metrics) if one.name == name)

    def span_batches(self) -> list[int]:
        return [
            sum(len(scope.spans) for resource in request.resource_spans for scope in resource.scope_spans)
            for request in requests_of(self.receiver, "trace", ExportTraceServiceRequest)
        ]

    def log_batches(self) -> list[int]:
        return [
            sum(len(scope.log_records) for resource in request.resource_logs for scope in resource.scope_logs)
            for request in requests_of(self.receiver, "logs", ExportLogsServiceRequest)
        ]


def requests_of(receiver: Receiver, word: str, kind: Any) -> list[Any]:
    return [kind.FromString(one.body) for one in receiver.received if word in one.path]


def outcome_of(receiver: Receiver) -> Outcome:
    found = Outcome(receiver)
    for request in requests_of(receiver, "trace", ExportTraceServiceRequest):
        for resource in request.resource_spans:
            found.resource |= texts(resource.resource.attributes)
            found.spans += [span for scope in resource.scope_spans for span in scope.spans]
    for request in requests_of(receiver, "logs", ExportLogsServiceRequest):
        for resource in request.resource_logs:
            found.resource |= texts(resource.resource.attributes)
            found.logs += [record for scope in resource.scope_logs for record in scope.log_records]
    for request in requests_of(receiver, "metrics", ExportMetricsServiceRequest):
        for resource in request.resource_metrics:
            found.resource |= texts(resource.resource.attributes)
            found.metrics += [
                metric
                for scope in resource.scope_metrics
                if scope.scope.name == "tests"
                for metric in scope.metrics
            ]
    return found


def texts(attributes: Any) -> dict[str, str]:
    return {one.key: one.value.string_value for one in attributes}


def work() -> None:
    """Make spans, log records and metrics that reach every limit."""
    many = {f"a{number}": number for number in range(_MANY)}
    tracer = trace.get_tracer("tests")
    for _ in range(_SPANS):
        with tracer.start_as_current_span("work", links=[Link(_OTHER, many)] * _EVENTS) as span:
            span.set_attributes(many)
            span.set_attribute("long", "x" * _LONG)
            for _ in range(_EVENTS):
                span.add_event("event", many)
            metrics.get_meter("tests").create_histogram("sizes").record(7, {"kind": "a"})
    for _ in range(_SPANS):
        get_logger("tests").emit(
            LogRecord(
                body="hi", severity_number=SeverityNumber.INFO, attributes={**many, "long": "x" * _LONG}
            )
        )
    counter = metrics.get_meter("tests").create_counter("orders")
    counter.add(2)


def run(
    environ: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    act: Callable[[Monitoring], None] | None = None,
) -> Outcome:
    """Set up under ``environ`` with a receiver, work, and return what arrived when all was shut down."""
    start = grpc_receiver if environ.get("OTEL_EXPORTER_OTLP_PROTOCOL") == "grpc" else http_receiver
    with start() as receiver:
        for name, value in {"OTEL_EXPORTER_OTLP_ENDPOINT": "URL", **environ}.items():
            monkeypatch.setenv(name, value.replace("URL", receiver.url))
        monitoring = setup_telemetry(**_QUIET)
        work()
        if act is not None:
            act(monitoring)
        monitoring.shutdown(10)
    return outcome_of(receiver)


def attribute_counts(outcome: Outcome) -> tuple[set[int], set[int], set[int], set[int]]:
    """Return how many attributes spans, events, links and log records have."""
    return (
        {len(span.attributes) for span in outcome.spans},
        {len(event.attributes) for span in outcome.spans for event in span.events},
        {len(link.attributes) for span in outcome.spans for link in span.links},
        {len(record.attributes) for record in outcome.logs},
    )


def longest(outcome: Outcome) -> tuple[int, int]:
    """Return the length of the longest text among the attributes of spans and log records."""
    return (
        max(len(text) for span in outcome.spans for text in texts(span.attributes).values()),
        max(len(text) for record in outcome.logs for text in texts(record.attributes).values()),
    )


def counts(outcome: Outcome) -> tuple[int, int, bool]:
    return len(outcome.spans), len(outcome.logs), bool(outcome.metrics)


def exemplars(outcome: Outcome) -> tuple[bool, bool]:
    """Return whether there are exemplars of what was recorded inside a span, and outside.

    In any collection: each has those since the one before.
    """
    inside = [one.histogram for one in outcome.metrics if one.name == "sizes"]
    outside = [one.sum for one in outcome.metrics if one.name == "orders"]
    return (
        any(point.exemplars for one in inside for point in one.data_points),
        any(point.exemplars for one in outside for point in one.data_points),
    )


ALL = (_SPANS, _SPANS, True)

ROWS: list[tuple[dict[str, str], Callable[[Outcome], Any], Any]] = [
    ({}, counts, ALL),
    ({"OTEL_SDK_DISABLED": "true"}, counts, (0, 0, False)),
    ({"OTEL_SDK_DISABLED": "false"}, counts, ALL),
    ({"OTEL_SERVICE_NAME": "till"}, lambda it: it.resource["service.name"], "till"),
    (
        {"OTEL_SERVICE_NAME": "till", "OTEL_RESOURCE_ATTRIBUTES": "service.name=shop,team=a%20b"},
        lambda it: (it.resource["service.name"], it.resource["team"]),
        ("till", "a b"),
    ),
    ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=shop"}, lambda it: it.resource["service.name"], "shop"),
    ({"OTEL_TRACES_SAMPLER": "always_on"}, counts, ALL),
    ({"OTEL_TRACES_SAMPLER": "always_off"}, counts, (0, _SPANS, True)),
    ({"OTEL_TRACES_SAMPLER": "parentbased_always_off"}, counts, (0, _SPANS, True)),
    ({"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0"}, counts, (0, _SPANS, True)),
    ({"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "1"}, counts, ALL),
    (
        {"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.0"},
        counts,
        (0, _SPANS, True),
    ),
    ({"OTEL_TRACES_EXPORTER": "none"}, counts, (0, _SPANS, True)),
    ({"OTEL_METRICS_EXPORTER": "none"}, counts, (_SPANS, _SPANS, False)),
    ({"OTEL_LOGS_EXPORTER": "none"}, counts, (_SPANS, 0, True)),
    ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, counts, (0, 0, False)),
    (
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "URL/v1/traces"},
        counts,
        (_SPANS, 0, False),
    ),
    (
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "URL/v1/metrics"},
        counts,
        (0, 0, True),
    ),
    (
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "URL/v1/logs"},
        counts,
        (0, _SPANS, False),
    ),
    ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, counts, ALL),
    ({"OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, counts, ALL),
    (
        {"OTEL_EXPORTER_OTLP_HEADERS": "x-a=1", "OTEL_EXPORTER_OTLP_LOGS_HEADERS": "x-a=2"},
        lambda it: {(one.path, one.headers["x-a"]) for one in it.receiver.received},
        {("/v1/traces", "1"), ("/v1/metrics", "1"), ("/v1/logs", "2")},
    ),
    (
        {"OTEL_EXPORTER_OTLP_COMPRESSION": "gzip", "OTEL_EXPORTER_OTLP_LOGS_COMPRESSION": "deflate"},
        lambda it: {(one.path, one.headers["content-encoding"]) for one in it.receiver.received},
        {("/v1/traces", "gzip"), ("/v1/metrics", "gzip"), ("/v1/logs", "deflate")},
    ),
    ({"OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "3"}, lambda it: max(it.span_batches()), 3),
    ({"OTEL_BLRP_MAX_EXPORT_BATCH_SIZE": "3"}, lambda it: max(it.log_batches()), 3),
    ({"OTEL_ATTRIBUTE_COUNT_LIMIT": "2"}, attribute_counts, ({2}, {2}, {2}, {2})),
    ({"OTEL_ATTRIBUTE_COUNT_LIMIT": "150"}, attribute_counts, ({150}, {150}, {150}, {150})),
    ({"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "2"}, attribute_counts, ({2}, {128}, {128}, {128})),
    ({"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "150"}, attribute_counts, ({150}, {150}, {150}, {128})),
    ({"OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT": "2"}, attribute_counts, ({128}, {2}, {128}, {128})),
    ({"OTEL_LINK_ATTRIBUTE_COUNT_LIMIT": "2"}, attribute_counts, ({128}, {128}, {2}, {128})),
    ({"OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT": "2"}, attribute_counts, ({128}, {128}, {128}, {2})),
    ({"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "9"}, longest, (9, 9)),
    ({"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "4500"}, longest, (4500, 4500)),
    ({"OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT": "9"}, longest, (9, 4096)),
    ({"OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT": "4500"}, longest, (4500, 4500)),
    ({"OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT": "9"}, longest, (4096, 9)),
    ({"OTEL_SPAN_EVENT_COUNT_LIMIT": "3"}, lambda it: {len(span.events) for span in it.spans}, {3}),
    ({"OTEL_SPAN_LINK_COUNT_LIMIT": "3"}, lambda it: {len(span.links) for span in it.spans}, {3}),
    ({}, lambda it: it.metric("orders").sum.aggregation_temporality, 2),
    (
        {"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "delta"},
        lambda it: (
            it.metric("orders").sum.aggregation_temporality,
            it.metric("sizes").histogram.aggregation_temporality,
        ),
        (1, 1),
    ),
    (
        {"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "lowmemory"},
        lambda it: it.metric("orders").sum.aggregation_temporality,
        1,
    ),
    (
        {"OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION": "base2_exponential_bucket_histogram"},
        lambda it: it.metric("sizes").WhichOneof("data"),
        "exponential_histogram",
    ),
    ({"OTEL_METRICS_EXEMPLAR_FILTER": "always_on"}, exemplars, (True, True)),
    ({"OTEL_METRICS_EXEMPLAR_FILTER": "always_off"}, exemplars, (False, False)),
    ({"OTEL_METRICS_EXEMPLAR_FILTER": "trace_based"}, exemplars, (True, False)),
]


@pytest.mark.parametrize(
    ("environ", "look", "expected"),
    ROWS,
    ids=[" ".join(f"{k}={v}" for k, v in row[0].items()) or "-" for row in ROWS],
)
def test_the_variable_is_honoured(
    fresh_process: pytest.MonkeyPatch, environ: dict[str, str], look: Callable[[Outcome], Any], expected: Any
) -> None:
    found = run(environ, fresh_process)

    assert look(found) == expected


@pytest.mark.parametrize(
    ("environ", "signal", "expected"),
    [
        ({"OTEL_BSP_MAX_QUEUE_SIZE": "5"}, "traces", 5),
        ({"OTEL_BLRP_MAX_QUEUE_SIZE": "6"}, "logs", 6),
        ({"OTEL_BSP_MAX_QUEUE_SIZE": "many"}, "traces", 8192),
        ({"OTEL_BSP_MAX_QUEUE_SIZE": "-1"}, "traces", 8192),
    ],
)
def test_queues_are_as_long_as_the_variable_says(
    fresh_process: pytest.MonkeyPatch, environ: dict[str, str], signal: str, expected: int
) -> None:
    for name, value in {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", **environ}.items():
        fresh_process.setenv(name, value)

    (stats,) = setup_telemetry(**_QUIET).exports.stats()[signal]

    assert stats.capacity == expected


@pytest.mark.parametrize("variable", ["OTEL_BSP_SCHEDULE_DELAY", "OTEL_BLRP_SCHEDULE_DELAY"])
def test_a_batch_leaves_after_the_delay_without_a_flush(
    fresh_process: pytest.MonkeyPatch, variable: str
) -> None:
    word = "trace" if "BSP" in variable else "logs"
    with http_receiver() as receiver:
        fresh_process.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        fresh_process.setenv(variable, "20")
        monitoring = setup_telemetry(telemetry={"schedule_delay_s": 3600.0}, **_QUIET)
        work()
        arrived = receiver.wait_for(lambda: any(word in one.path for one in receiver.received))
        monitoring.shutdown(1)

    assert arrived


def test_metrics_leave_at_the_interval_of_the_variable(fresh_process: pytest.MonkeyPatch) -> None:
    """The interval is shorter than the one between two readings, which follows it then."""
    with http_receiver() as receiver:
        fresh_process.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        fresh_process.setenv("OTEL_METRIC_EXPORT_INTERVAL", "50")
        monitoring = setup_telemetry(**_QUIET)
        arrived = receiver.wait_for(lambda: sum("metrics" in one.path for one in receiver.received) >= 2)
        monitoring.shutdown(1)

    assert arrived


def test_the_store_stays_cumulative_where_delta_is_exported(fresh_process: pytest.MonkeyPatch) -> None:
    stored: list[float] = []

    def twice(monitoring: Monitoring) -> None:
        monitoring.force_flush()
        metrics.get_meter("tests").create_counter("orders").add(5)
        monitoring.tick()
        analysis: Any = next(part for part in monitoring._parts if hasattr(part, "groups"))
        found = analysis.get().engine.instant("orders_total", time.time_ns() // 1_000_000)
        stored.extend(value for _, value in found.samples)

    environ = {"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "delta"}
    found = run(environ, fresh_process, act=twice)

    values = [one.sum.data_points[0].as_int for one in found.metrics if one.name == "orders"]
    assert stored == [7]
    assert values == [2, 5]


def test_secrets_in_deltas_are_redacted_too(fresh_process: pytest.MonkeyPatch) -> None:
    def leak(_monitoring: Monitoring) -> None:
        metrics.get_meter("tests").create_counter("leaks").add(1, {"note": "password=hunter2-Tr0ub4dor"})

    environ = {"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "delta"}
    found = run(environ, fresh_process, act=leak)

    assert found.metric("leaks").sum.data_points[0].as_int == 1
    assert not [one for one in found.receiver.received if b"hunter2" in one.body]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ["traceparent", "x-request-id"]),
        ("tracecontext", ["traceparent", "x-request-id"]),
        ("baggage", ["x-request-id"]),
        ("none", ["x-request-id"]),
    ],
)
def test_propagators_are_those_of_the_variable(value: str, expected: list[str]) -> None:
    """They are read when the API is imported, so this takes a process of its own."""
    script = (
        "from otel_monitoring import setup_telemetry\n"
        "from opentelemetry import propagate, trace\n"
        "setup_telemetry(system={'enabled': False})\n"
        "with trace.get_tracer('x').start_as_current_span('y'):\n"
        "    carrier = {}\n"
        "    propagate.inject(carrier)\n"
        "print(sorted(key.lower() for key in carrier))\n"
    )
    environ = {"OTEL_PROPAGATORS": value} if value else {}
    answer = subprocess.run(
        [sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=False, timeout=60
    )

    assert answer.returncode == 0, answer.stderr
    assert set(expected) - {"x-request-id"} <= set(ast.literal_eval(answer.stdout))
    assert ("traceparent" in answer.stdout) is ("traceparent" in expected)


def test_the_guide_lists_every_variable_that_is_tested_here() -> None:
    here = Path(__file__)
    guide = here.parents[2] / "docs" / "guides" / "exporting.md"
    listed = set(re.findall(r"OTEL_[A-Z_0-9]+", guide.read_text(encoding="utf-8")))
    tested = set(re.findall(r'"(OTEL_[A-Z_0-9]+)[="]', here.read_text(encoding="utf-8")))

    of_one_signal = {
        name for name in tested if re.search(r"OTLP_(TRACES|LOGS|METRICS)_(?!TEMP|DEFAULT)", name)
    }
    assert tested - of_one_signal - listed == set()
    assert len(listed) > 35
