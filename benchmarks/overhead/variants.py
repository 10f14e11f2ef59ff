"""How each variant instruments the service: ``VARIANTS[name]()`` returns the application and its flush."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from benchmarks.overhead.app import service

if TYPE_CHECKING:
    from collections.abc import Callable

    Built = tuple[Any, Callable[[], Any]]

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


def bare() -> Built:
    """No instrumentation."""
    return service(), lambda: None


def vanilla() -> Built:
    """Contrib's FastAPI instrumentor and logging handler with the stock exporters, all at their defaults."""
    app = service(telemetry={"tracing": False, "metrics": False, "logs": False})
    flush = _stock_providers()
    from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor

    FastAPIInstrumentor.instrument_app(app)
    return app, flush


def fastapi_native() -> Built:
    """FastAPI's own telemetry without operation spans, stock exporters, contrib's logging handler."""
    app = service(telemetry={"operation_spans": False})
    return app, _stock_providers()


def ours() -> Built:
    """``setup_telemetry`` with everything on, every trace recorded."""
    return _ours()


def ours_sampled() -> Built:
    """The same with one trace in ten recorded."""
    return _ours(trace_sample_rate=0.1)


def _ours(**settings: Any) -> Built:
    from otel_monitoring import setup_telemetry

    app = service()
    monitoring = setup_telemetry(app, service_name="bench", **settings)
    return app, monitoring.force_flush


def _stock_providers() -> Callable[[], Any]:
    from opentelemetry import metrics, trace
    from opentelemetry._logs import set_logger_provider
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.logging import LoggingInstrumentor
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    os.environ.setdefault("OTEL_SERVICE_NAME", "bench")
    resource = Resource.create()
    tracers = TracerProvider(resource=resource, shutdown_on_exit=False)
    tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    reader = PeriodicExportingMetricReader(OTLPMetricExporter())
    meters = MeterProvider([reader], resource=resource, shutdown_on_exit=False)
    loggers = LoggerProvider(resource=resource, shutdown_on_exit=False)
    loggers.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    trace.set_tracer_provider(tracers)
    metrics.set_meter_provider(meters)
    set_logger_provider(loggers)
    LoggingInstrumentor().instrument()

    def flush() -> None:
        for provider in (tracers, meters, loggers):
            provider.force_flush()

    return flush


VARIANTS: dict[str, Callable[[], Built]] = {
    "bare": bare,
    "vanilla": vanilla,
    "fastapi_native": fastapi_native,
    "ours": ours,
    "ours_sampled": ours_sampled,
}
