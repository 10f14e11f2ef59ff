"""Statements of real SQLAlchemy engines on SQLite, and what is recorded of them."""

from __future__ import annotations

import sqlite3
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.instrumentation.utils import is_instrumentation_enabled, suppress_instrumentation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode, get_current_span
from sqlalchemy import (
    Column,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    insert,
    select,
    text,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool

from otel_monitoring.instrument.libraries.sqlalchemy import SqlAlchemyInstrumentor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from opentelemetry.sdk.trace import ReadableSpan

ITEMS = Table("items", MetaData(), Column("id", Integer, primary_key=True), Column("name", String))


class Recorded:
    """An instrumented SQLAlchemy, and what it recorded."""

    def __init__(self) -> None:
        self._spans, self._reader = InMemorySpanExporter(), InMemoryMetricReader()
        self.tracers = TracerProvider(shutdown_on_exit=False)
        self.tracers.add_span_processor(SimpleSpanProcessor(self._spans))
        self.meters = MeterProvider([self._reader], shutdown_on_exit=False)

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self._spans.get_finished_spans())

    @property
    def span(self) -> ReadableSpan:
        (span,) = self.spans
        return span

    def forget(self) -> None:
        self._spans.clear()

    def points(self, name: str) -> list[Any]:
        data: Any = self._reader.get_metrics_data()
        return [
            point
            for resource in (data.resource_metrics if data else ())
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
        ]


@pytest.fixture
def recorded() -> Iterator[Recorded]:
    made = Recorded()
    instrumentor = SqlAlchemyInstrumentor()
    instrumentor.instrument(tracer_provider=made.tracers, meter_provider=made.meters)
    yield made
    instrumentor.uninstrument()


@pytest.fixture
def engine(recorded: Recorded, tmp_path: Path) -> Iterator[Engine]:
    made = create_engine(f"sqlite:///{tmp_path / 'shop.db'}", poolclass=QueuePool)
    ITEMS.metadata.create_all(made)
    recorded.forget()
    yield made
    made.dispose()


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def test_a_statement_is_one_client_span_under_the_stable_names(recorded: Recorded, engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(select(ITEMS.c.name).where(ITEMS.c.id == 7))

    assert (recorded.span.name, recorded.span.kind.name) == ("SELECT items", "CLIENT")
    found = attributes(recorded.span)
    assert " ".join(found.pop("db.query.text").split()) == "SELECT items.name FROM items WHERE items.id = ?"
    assert found == {
        "db.system.name": "sqlite",
        "db.namespace": "shop.db",
        "db.operation.name": "SELECT",
        "db.collection.name": "items",
        "db.query.summary": "SELECT items",
    }


def test_no_parameter_is_recorded(recorded: Recorded, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(ITEMS).values(id=1, name="secret"))

    assert "secret" not in str(attributes(recorded.span))


def test_several_sets_of_parameters_are_one_span_with_their_number(
    recorded: Recorded, engine: Engine
) -> None:
    with engine.begin() as connection:
        connection.execute(insert(ITEMS), [{"id": number, "name": "x"} for number in range(3)])

    assert attributes(recorded.span)["db.operation.batch.size"] == 3


def test_a_statement_without_parameters_is_recorded(recorded: Recorded, engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execution_options(no_parameters=True).exec_driver_sql("SELECT 1")

    assert recorded.span.name == "SELECT"


def test_the_duration_is_measured_without_the_statement(recorded: Recorded, engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(select(ITEMS))

    (point,) = [
        point
        for point in recorded.points("db.client.operation.duration")
        if point.attributes["db.operation.name"] == "SELECT"
    ]
    assert point.count == 1
    assert dict(point.attributes) == {
        "db.system.name": "sqlite",
        "db.namespace": "shop.db",
        "db.operation.name": "SELECT",
        "db.collection.name": "items",
    }


def test_a_failed_statement_says_so_and_raises_as_before(recorded: Recorded, engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(OperationalError) as caught:
        connection.execute(text("SELECT nothing FROM nowhere"))

    assert isinstance(caught.value.orig, sqlite3.OperationalError)
    assert recorded.span.status.status_code is StatusCode.ERROR
    assert attributes(recorded.span)["error.type"] == "sqlite3.OperationalError"
    errors = Counter(
        point.attributes.get("error.type") for point in recorded.points("db.client.operation.duration")
    )
    assert errors["sqlite3.OperationalError"] == 1


def test_nothing_outlives_a_failed_statement(recorded: Recorded, engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(OperationalError):
        connection.execute(text("SELECT nothing FROM nowhere"))

    assert is_instrumentation_enabled()
    assert not get_current_span().get_span_context().is_valid


def test_the_driver_is_silent_while_a_statement_runs(recorded: Recorded, engine: Engine) -> None:
    seen: list[bool] = []

    @event.listens_for(engine, "connect")
    def add_function(connection: Any, _record: Any) -> None:
        connection.create_function("driver", 0, lambda: seen.append(is_instrumentation_enabled()))

    engine.dispose()
    with engine.connect() as connection:
        connection.execute(text("SELECT driver()"))

    assert seen == [False]


def test_the_driver_is_silent_while_a_dialect_speaks_to_it(recorded: Recorded, engine: Engine) -> None:
    seen: list[bool] = []
    engine.dispose()

    @event.listens_for(engine, "do_connect")
    def note(_dialect: Any, _record: Any, _args: Any, parameters: Any) -> None:
        parameters["factory"] = NotedConnection

    class NotedConnection(sqlite3.Connection):
        def commit(self) -> None:
            seen.append(is_instrumentation_enabled())
            super().commit()

    with engine.begin() as connection:
        connection.execute(text("SELECT 1"))

    assert seen == [False]


def test_the_end_gives_the_dialects_back(tmp_path: Path) -> None:
    made = Recorded()
    instrumentor = SqlAlchemyInstrumentor()
    instrumentor.instrument(tracer_provider=made.tracers, meter_provider=made.meters)
    engine = create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    engine.connect().close()
    engine.dispose()
    during = "do_ping" in vars(engine.dialect)

    instrumentor.uninstrument()

    assert (during, "do_ping" in vars(engine.dialect)) == (True, False)


def test_what_is_suppressed_is_not_recorded(recorded: Recorded, engine: Engine) -> None:
    with suppress_instrumentation(), engine.connect() as connection:
        found = connection.execute(select(ITEMS)).all()

    assert (found, recorded.spans) == ([], [])


def test_an_engine_that_contrib_records_gets_no_second_span(recorded: Recorded, engine: Engine) -> None:
    @event.listens_for(engine, "before_cursor_execute")
    def as_contrib_does(*args: Any) -> None:
        args[4]._otel_span = object()

    with engine.connect() as connection:
        connection.execute(select(ITEMS))

    counted = [
        point.attributes["db.operation.name"] for point in recorded.points("db.client.operation.duration")
    ]
    assert recorded.spans == []
    assert "SELECT" in counted


@pytest.mark.parametrize(
    ("size", "overflow", "limit"), [(5, 10, [15]), (3, 0, [3]), (5, -1, []), (0, 10, [])]
)
def test_the_limit_of_a_pool_is_observed_where_it_has_one(
    recorded: Recorded, tmp_path: Path, size: int, overflow: int, limit: list[int]
) -> None:
    engine = create_engine(
        f"sqlite:///{tmp_path / 'shop.db'}", poolclass=QueuePool, pool_size=size, max_overflow=overflow
    )
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))

    points = recorded.points("db.client.connection.max")
    engine.dispose()

    assert [point.value for point in points] == limit


def test_the_pool_is_observed_by_state(recorded: Recorded, engine: Engine) -> None:
    with engine.connect() as first, engine.connect() as second:
        first.execute(select(ITEMS))
        second.execute(select(ITEMS))
        used = {
            point.attributes["db.client.connection.state"]: point.value
            for point in recorded.points("db.client.connection.count")
        }
    idle = {
        point.attributes["db.client.connection.state"]: point.value
        for point in recorded.points("db.client.connection.count")
    }

    assert (used, idle) == ({"used": 2, "idle": 0}, {"used": 0, "idle": 2})


def test_a_password_in_the_url_reaches_no_attribute(recorded: Recorded, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    engine.url = engine.url.set(username="user", password="secret", host="db.test", port=5432)

    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))

    engine.dispose()
    found = attributes(recorded.span)
    assert (found["server.address"], found["server.port"]) == ("db.test", 5432)
    assert "secret" not in str(found)


def test_nothing_is_recorded_after_the_end(tmp_path: Path) -> None:
    made = Recorded()
    instrumentor = SqlAlchemyInstrumentor()
    instrumentor.instrument(tracer_provider=made.tracers, meter_provider=made.meters)
    instrumentor.uninstrument()

    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    engine.dispose()

    assert made.spans == []
