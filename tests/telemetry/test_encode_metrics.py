"""Metrics as encoded here are what the stock encoder makes of the same data."""

from __future__ import annotations

from typing import Any

from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.metrics import Observation
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.trace import TracerProvider

from otel_monitoring.telemetry.encode_metrics import MetricEncoder
from otel_monitoring.telemetry.wire import AttributeEncoder


def collected() -> Any:
    reader = InMemoryMetricReader()
    views = [View(instrument_name="spread", aggregation=ExponentialBucketHistogramAggregation())]
    provider = MeterProvider([reader], shutdown_on_exit=False, views=views)
    meter = provider.get_meter("scope", "1", "https://schema.example/1")
    with TracerProvider(shutdown_on_exit=False).get_tracer("t").start_as_current_span("x"):
        meter.create_counter("requests", "1", "Requests.").add(3, {"route": "/a", "ok": True})
        meter.create_up_down_counter("open").add(-2)
        meter.create_histogram("duration", "s").record(0.2, {"route": "/a"})
        meter.create_histogram("duration", "s").record(7.5, {"route": "/b"})
        meter.create_histogram("spread", "s").record(1.5, {"secret": "secret"})
        meter.create_gauge("level").set(1.5)
    meter.create_observable_counter("seen", [lambda _options: [Observation(2.5, {"a": 1})]])
    return reader.get_metrics_data()


def encoder(redact: Any = lambda _key, value: value) -> MetricEncoder:
    return MetricEncoder(attributes=AttributeEncoder(redact=redact))


def test_every_kind_of_metric_equals_that_of_the_stock_encoder() -> None:
    data = collected()

    body, points = encoder().request(data)

    assert ExportMetricsServiceRequest.FromString(body) == encode_metrics(data)
    assert points == 7


def test_a_second_export_reuses_nothing_that_has_changed() -> None:
    first, second = collected(), collected()
    ours = encoder()

    ours.request(first)
    body, _points = ours.request(second)

    assert ExportMetricsServiceRequest.FromString(body) == encode_metrics(second)


def test_attributes_are_redacted_in_every_kind() -> None:
    body, _points = encoder(lambda key, value: "-" if key == "secret" else value).request(collected())

    assert b"secret" in body  # the key
    assert body.count(b"secret") == 1
