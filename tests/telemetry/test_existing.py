"""What was set up before us, with providers and exporters of the SDK, Logfire and made-up vendors."""

from __future__ import annotations

import pytest
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpanExporter
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SimpleSpanProcessor

from otel_monitoring.telemetry import existing

COLLECTOR = "http://collector.test:4318/v1/traces"


class FakeVendorProvider:
    """A provider that speaks the API and lets nobody listen."""


class FakeFront:
    """A provider in front of one of the SDK, as Logfire's is."""

    def __init__(self, provider: object) -> None:
        self.provider = provider


def provider_with(exporter: OTLPSpanExporter | GrpcSpanExporter) -> TracerProvider:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider


def test_a_provider_without_exporters_exports_nothing() -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter()))

    assert existing.otlp_exporter(provider) is None


def test_an_exporter_behind_a_batch_processor_is_found() -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(COLLECTOR)))

    kind = existing.otlp_exporter(provider)
    provider.shutdown()

    assert kind == "opentelemetry.exporter.otlp.proto.http.trace_exporter.OTLPSpanExporter"


def test_an_exporter_behind_a_metric_reader_is_found() -> None:
    reader = PeriodicExportingMetricReader(OTLPMetricExporter("http://collector.test:4318/v1/metrics"))
    provider = MeterProvider([reader], shutdown_on_exit=False)

    (found,) = existing.otlp_exporters(provider)
    reader._shutdown = True  # its thread would export once more at the end

    assert found.endpoint == "http://collector.test:4318/v1/metrics"


def test_an_exporter_behind_a_log_processor_is_found() -> None:
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(OTLPLogExporter("http://collector.test/logs")))

    assert existing.otlp_exporter(provider) is not None


def test_a_class_derived_from_an_exporter_is_one() -> None:
    class VendorSpanExporter(OTLPSpanExporter):
        """An exporter of a vendor."""

    assert existing.otlp_exporter(provider_with(VendorSpanExporter(COLLECTOR))) is not None


def test_every_exporter_of_a_provider_is_found() -> None:
    provider = provider_with(OTLPSpanExporter(COLLECTOR))
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter("https://vendor.test/otlp/v1/traces")))

    assert {found.endpoint for found in existing.otlp_exporters(provider)} == {
        COLLECTOR,
        "https://vendor.test/otlp/v1/traces",
    }


def test_an_exporter_to_somewhere_else_is_not_the_one_asked_for() -> None:
    provider = provider_with(OTLPSpanExporter("https://vendor.test/otlp/v1/traces"))

    assert existing.otlp_exporter(provider, COLLECTOR) is None


def test_an_exporter_over_grpc_to_the_same_collector_is_the_one_asked_for() -> None:
    provider = provider_with(GrpcSpanExporter("http://collector.test:4317", insecure=True))

    assert existing.otlp_exporter(provider, COLLECTOR) is not None


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("http://c.test:4318/v1/traces", "http://c.test:4318/v1/traces/", True),
        ("http://c.test:4318/v1/traces", "https://C.TEST:4318/v1/traces", True),
        ("http://c.test:4318/v1/traces", "c.test:4317", True),
        ("http://c.test:4317", "c.test:4317", True),
        ("http://localhost:4318/v1/traces", "http://127.0.0.1:4318/v1/traces", True),
        ("http://[::1]:4318/v1/traces", "localhost:4318", True),
        ("https://c.test/v1/traces", "https://c.test:443/v1/traces", True),
        ("http://c.test:4318/v1/traces", "http://c.test:4318/api/7/otlp/v1/traces", False),
        ("http://c.test:4318/v1/traces", "http://c.test:14318/v1/traces", False),
        ("http://c.test:4318/v1/traces", "http://d.test:4318/v1/traces", False),
        ("http://c.test:4318/v1/traces", "http://c.test:port/v1/traces", False),
    ],
)
def test_endpoints_are_the_same_where_one_receiver_answers_both(ours: str, theirs: str, same: bool) -> None:
    assert existing.is_same(ours, theirs) is same
    assert existing.is_same(theirs, ours) is same


def test_a_provider_of_the_sdk_is_joined_itself() -> None:
    provider = MeterProvider(shutdown_on_exit=False)

    assert existing.joinable("metrics", provider) is provider


def test_the_provider_behind_a_front_is_joined() -> None:
    provider = MeterProvider(shutdown_on_exit=False)

    assert existing.joinable("metrics", FakeFront(provider)) is provider


def test_a_provider_that_lets_nobody_listen_cannot_be_joined() -> None:
    assert existing.joinable("traces", FakeVendorProvider()) is None
