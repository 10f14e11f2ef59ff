"""What the storage does is in nobody's telemetry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from otel_monitoring.instrument.libraries.sqlalchemy import SqlAlchemyInstrumentor
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.tables import NOTES

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """What an application records that has SQLAlchemy and its driver instrumented."""
    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracers = TracerProvider(shutdown_on_exit=False)
    tracers.add_span_processor(SimpleSpanProcessor(exporter))
    meters = MeterProvider([reader], shutdown_on_exit=False)
    instrumentors = (SqlAlchemyInstrumentor(), PsycopgInstrumentor())
    for instrumentor in instrumentors:
        instrumentor.instrument(tracer_provider=tracers, meter_provider=meters)
    yield exporter
    for instrumentor in instrumentors:
        instrumentor.uninstrument()


@pytest.mark.parametrize("shielded", [True, False])
def test_what_the_storage_does_is_recorded_only_without_a_shield(
    url: str, spans: InMemorySpanExporter, shielded: bool
) -> None:
    words: dict[str, Any] = {"shield": suppress_instrumentation} if shielded else {}
    database = Database(url=url, clock=SystemClock(), **words)
    assert database.ensure()
    with database.write() as connection:
        connection.execute(NOTES.insert().values(service="s", kind="k", digest="a", saved_ms=0, document="d"))
    with database.read() as connection:
        connection.execute(NOTES.select()).all()
    database.close()

    assert bool(spans.get_finished_spans()) is not shielded
