"""How each variant instruments the service: ``VARIANTS[name]()`` returns the application and its flush."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.overhead.app import service

if TYPE_CHECKING:
    from collections.abc import Callable

    Built = tuple[Any, Callable[[], Any]]

_OPENED_S = 30.0
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


def ours_in_memory() -> Built:
    """Everything on, collected every second and kept in memory."""
    return _collecting(url="memory")


def ours_kept() -> Built:
    """The same, and every collection written to a file of SQLite."""
    folder = Path(_folder())
    built = _collecting(data_directory=str(folder))
    _wait_for_collections(folder / "bench.db")
    return built


def _ours(**settings: Any) -> Built:
    from otel_monitoring import setup_telemetry

    app = service()
    storage = {"data_directory": _folder()}
    monitoring = setup_telemetry(app, service_name="bench", storage=storage, **settings)
    return app, monitoring.force_flush


def _wait_for_collections(path: Path) -> None:
    """Wait until the first collection is in a file."""
    deadline_s = time.monotonic() + _OPENED_S
    while not _collections(path):
        if time.monotonic() > deadline_s:
            msg = f"nothing was written to {path} within {_OPENED_S:.0f} s"
            raise TimeoutError(msg)
        time.sleep(0.05)


def _collections(path: Path) -> int:
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM otel_monitoring_batches").fetchone()[0])
    return 0


def _folder() -> str:
    """Return where a file of its own may be for a while."""
    return tempfile.mkdtemp(prefix="otel-monitoring-bench-")


def _collecting(**storage: Any) -> Built:
    """Return a service whose first collection, which imports what the others need, is over."""
    from otel_monitoring import setup_telemetry

    app = service()
    monitoring = setup_telemetry(
        app, service_name="bench", telemetry={"collect_interval_s": 1}, storage=storage
    )
    monitoring.collect()
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
    "ours_in_memory": ours_in_memory,
    "ours_kept": ours_kept,
}
