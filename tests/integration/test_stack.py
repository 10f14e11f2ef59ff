"""What goes into the Collector comes out where a person looks for it."""

from __future__ import annotations

import contextlib
import secrets
import time
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode, format_trace_id
from redis import Redis as RedisClient

from tests.integration.servers import (
    Alertmanager,
    Collector,
    Jaeger,
    Postgres,
    Prometheus,
    Redis,
    eventually,
    jaeger_spans,
    json_lines,
    metric_lines,
    prometheus_query,
    recording_to,
)
from tools.services.servers import answers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from opentelemetry.trace import Tracer

    from tests.integration.conftest import StartCollector

ONE_SECOND_NS = 1_000_000_000
ARRIVES_S = 30


@pytest.fixture
def service() -> str:
    """Return a service name that no other test has."""
    return f"stack-{secrets.token_hex(4)}"


@contextlib.contextmanager
def tracing(collector: Collector, service: str) -> Iterator[Tracer]:
    """Give a tracer whose spans are at the Collector when they have ended."""
    provider = TracerProvider(resource=Resource({"service.name": service}), shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint=collector.otlp_grpc, insecure=True, timeout=ARRIVES_S)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield provider.get_tracer("tests")
    provider.shutdown()


def a_trace(tracer: Tracer, *, status: StatusCode = StatusCode.UNSET, duration_ns: int = 1000) -> str:
    """Send a trace of one server span and return its id."""
    now_ns = time.time_ns()
    span = tracer.start_span("GET /orders", kind=SpanKind.SERVER, start_time=now_ns - duration_ns)
    span.set_status(status)
    span.end(now_ns)
    return format_trace_id(span.get_span_context().trace_id)


def test_the_http_servers_answer(
    collector: Collector, jaeger: Jaeger, prometheus: Prometheus, alertmanager: Alertmanager
) -> None:
    for server in (collector, jaeger, prometheus, alertmanager):
        assert answers(server.health), server


def test_postgres_lets_in_with_the_password_alone(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url) as connection:
        assert connection.execute("select 40 + 2").fetchone() == (42,)

    before, _, after = postgres.url.rpartition("@")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"{before.rpartition(':')[0]}:wrong@{after}")


def test_redis_keeps_what_it_is_told(redis: Redis, service: str) -> None:
    with contextlib.closing(RedisClient.from_url(redis.url)) as client:
        client.set(service, "42", ex=60)

        assert client.get(service) == b"42"


def test_a_trace_through_the_collector_is_found_in_jaeger(
    collector: Collector, jaeger: Jaeger, service: str
) -> None:
    with tracing(collector, service) as tracer, tracer.start_as_current_span("parent") as parent:
        with tracer.start_as_current_span("child"):
            pass
        trace_id = format_trace_id(parent.get_span_context().trace_id)

    def both() -> list[dict[str, Any]] | None:
        found = jaeger_spans(jaeger, trace_id)
        return found if len(found) == 2 else None

    spans = {span["operationName"]: span for span in eventually(both, what="the trace")}
    (reference,) = spans["child"]["references"]
    assert reference["spanID"] == spans["parent"]["spanID"]
    assert spans["parent"]["process"]["serviceName"] == service


def test_tail_sampling_keeps_errors_and_slow_traces_and_drops_the_rest(
    start_collector: StartCollector, tmp_path: Path, service: str
) -> None:
    kept = tmp_path / "kept.jsonl"
    collector = start_collector(
        {
            "exporters": {"file/kept": {"path": str(kept), "flush_interval": "100ms"}},
            "service": {"pipelines": {"traces/kept": {"exporters": ["file/kept"]}}},
        },
        environment={"COLLECTOR_TRACE_SHARE_PERCENT": "0"},
    )

    with tracing(collector, service) as tracer:
        a_trace(tracer)
        slow = a_trace(tracer, duration_ns=2 * ONE_SECOND_NS)
        error = a_trace(tracer, status=StatusCode.ERROR)

    def trace_ids() -> set[str] | None:
        found = set(_trace_ids(kept))
        return found if found >= {slow, error} else None

    assert eventually(trace_ids, what="both traces") == {slow, error}


def test_span_metrics_count_the_traces_that_sampling_drops(
    start_collector: StartCollector, service: str
) -> None:
    collector = start_collector(
        {"connectors": {"span_metrics": {"metrics_flush_interval": "200ms"}}},
        environment={"COLLECTOR_TRACE_SHARE_PERCENT": "0"},
    )

    with tracing(collector, service) as tracer:
        for _ in range(7):
            a_trace(tracer)

    def counted() -> list[str] | None:
        wanted = ("traces_span_metrics_calls_total", f'service_name="{service}"')
        lines = [line for line in metric_lines(collector.prometheus) if all(word in line for word in wanted)]
        return lines if lines and _value(lines[0]) == 7 else None

    assert len(eventually(counted, what="seven calls")) == 1


def test_secrets_and_probes_do_not_pass_the_collector(
    start_collector: StartCollector, tmp_path: Path, service: str
) -> None:
    kept = tmp_path / "traces.jsonl"
    collector = start_collector(recording_to(tmp_path))

    with tracing(collector, service) as tracer:
        probe = tracer.start_span("GET /readyz", kind=SpanKind.SERVER, attributes={"url.path": "/readyz"})
        probe.end()
        attributes = {"http.request.header.authorization": ["Bearer s3cr3t"], "url.path": "/orders"}
        request = tracer.start_span("GET /orders", kind=SpanKind.SERVER, attributes=attributes)
        request.end()

    wanted = format_trace_id(request.get_span_context().trace_id)
    eventually(lambda: wanted in _trace_ids(kept), what="the request's trace")
    text = kept.read_text(encoding="utf-8")
    assert "/orders" in text
    assert "/readyz" not in text
    assert "s3cr3t" not in text


def test_a_log_record_is_found_in_the_file_with_its_trace_id(collector: Collector, service: str) -> None:
    provider = LoggerProvider(resource=Resource({"service.name": service}), shutdown_on_exit=False)
    exporter = OTLPLogExporter(endpoint=collector.otlp_grpc, insecure=True, timeout=ARRIVES_S)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))

    with tracing(collector, service) as tracer, tracer.start_as_current_span("work") as span:
        provider.get_logger("tests").emit(body=f"hello from {service}")
        trace_id = format_trace_id(span.get_span_context().trace_id)
    provider.shutdown()

    def records() -> list[dict[str, Any]]:
        return [
            record
            for document in json_lines(collector.log_file)
            for resource in document["resourceLogs"]
            for scope in resource["scopeLogs"]
            for record in scope["logRecords"]
            if service in str(record["body"])
        ]

    (record,) = eventually(records, what="the log record")
    assert record["body"] == {"stringValue": f"hello from {service}"}
    assert record["traceId"] == trace_id


def test_a_metric_is_on_the_exporter_and_then_in_prometheus(
    collector: Collector, prometheus: Prometheus, service: str
) -> None:
    exporter = OTLPMetricExporter(endpoint=f"{collector.otlp_http}/v1/metrics", timeout=ARRIVES_S)
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=3_600_000)
    resource = Resource({"service.name": service, "service.instance.id": "one"})
    provider = MeterProvider([reader], resource=resource, shutdown_on_exit=False)

    provider.get_meter("tests").create_counter("stack.orders", unit="{order}").add(3, {"kind": "book"})
    provider.shutdown()

    def exposed() -> list[str]:
        lines = metric_lines(collector.prometheus)
        return [line for line in lines if line.startswith("stack_orders_total{") and service in line]

    (line,) = eventually(exposed, what="the metric on the exporter")
    assert _value(line) == 3
    expression = f'stack_orders_total{{job="{service}",instance="one"}}'
    (found,) = eventually(lambda: prometheus_query(prometheus, expression), what="the metric in Prometheus")
    assert found["metric"]["kind"] == "book"
    assert found["value"][1] == "3"


def _trace_ids(path: Path) -> list[str]:
    return [
        span["traceId"]
        for document in json_lines(path)
        for resource in document["resourceSpans"]
        for scope in resource["scopeSpans"]
        for span in scope["spans"]
    ]


def _value(line: str) -> float:
    """Return the value of an exposition line without timestamp or exemplar."""
    return float(line.rpartition("}")[2].split()[0])
