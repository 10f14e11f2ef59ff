"""Real libraries under their instrumentations: what they record, and what they send along."""

from __future__ import annotations

import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from opentelemetry.instrumentation import _semconv
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from otel_monitoring.context import correlation, propagate
from otel_monitoring.context.headers import RequestIdPolicy
from otel_monitoring.context.spans import CorrelationSpanProcessor
from otel_monitoring.guard import Guard
from otel_monitoring.instrument.libraries import Libraries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from opentelemetry.sdk.trace import ReadableSpan

    from tests.integration.servers import Postgres, Redis

pytestmark = pytest.mark.anyio

OLD_NAMES = {
    "db.system",
    "db.statement",
    "db.name",
    "http.method",
    "http.url",
    "http.status_code",
    "net.peer.name",
}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Recorded:
    """What the libraries of this process record while they are instrumented."""

    def __init__(self) -> None:
        self._spans, self._reader = InMemorySpanExporter(), InMemoryMetricReader()
        self.tracers = TracerProvider(shutdown_on_exit=False)
        self.tracers.add_span_processor(CorrelationSpanProcessor())
        self.tracers.add_span_processor(SimpleSpanProcessor(self._spans))
        self.meters = MeterProvider([self._reader], shutdown_on_exit=False)
        self.guard = Guard("tap.libraries.test")
        self.libraries = Libraries(
            tracer_provider=self.tracers, meter_provider=self.meters, guard=self.guard, environ=os.environ
        )

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self._spans.get_finished_spans())

    @property
    def span(self) -> ReadableSpan:
        (span,) = self.spans
        return span

    def forget(self) -> None:
        self._spans.clear()

    def counts(self) -> dict[str, int]:
        data: Any = self._reader.get_metrics_data()
        return {
            metric.name: sum(point.count for point in metric.data.data_points)
            for resource in (data.resource_metrics if data else ())
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if hasattr(metric.data.data_points[0], "count")
        }


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    settled = _semconv._OpenTelemetrySemanticConventionStability
    monkeypatch.setenv("OTEL_SEMCONV_STABILITY_OPT_IN", "http,database")
    monkeypatch.setattr(settled, "_initialized", False)
    monkeypatch.setattr(settled, "_OTEL_SEMCONV_STABILITY_SIGNAL_MAPPING", {})
    leave = propagate.join_global(propagate.RequestIdPropagator(RequestIdPolicy()))
    made = Recorded()
    made.libraries.instrument()
    yield made
    made.libraries.uninstrument()
    leave()
    assert made.guard.counts() == {}


class Shop:
    """A server on the loopback that notes the headers it is sent."""

    def __init__(self) -> None:
        self.requests: list[dict[str, str]] = []
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                shop.requests.append({name.lower(): value for name, value in self.headers.items()})
                self.send_response(404 if self.path == "/none" else 200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's name
                """Stay silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def shop() -> Iterator[Shop]:
    made = Shop()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join(timeout=5)


async def by_httpx(url: str) -> None:
    import httpx

    httpx.get(url)  # noqa: ASYNC210 - the blocking client is what is under test


async def by_async_httpx(url: str) -> None:
    import httpx

    async with httpx.AsyncClient() as client:
        await client.get(url)


async def by_requests(url: str) -> None:
    import requests

    requests.get(url, timeout=5)  # noqa: ASYNC210 - likewise


async def by_urllib3(url: str) -> None:
    import urllib3

    with urllib3.PoolManager() as pool:
        pool.request("GET", url)


async def by_aiohttp(url: str) -> None:
    import aiohttp

    async with aiohttp.ClientSession() as session, session.get(url) as response:
        await response.read()


CLIENTS = [by_httpx, by_async_httpx, by_requests, by_urllib3, by_aiohttp]
every_client = pytest.mark.parametrize("call", CLIENTS, ids=lambda call: call.__name__)


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


@every_client
async def test_a_call_is_one_client_span_under_the_stable_names(
    recorded: Recorded, shop: Shop, call: Callable[..., Any]
) -> None:
    await call(f"{shop.url}/items")

    found = attributes(recorded.span)
    assert recorded.span.kind.name == "CLIENT"
    assert found["http.request.method"] == "GET"
    assert found["http.response.status_code"] == 200
    assert found["url.full"] == f"{shop.url}/items"
    assert OLD_NAMES.isdisjoint(found)


@every_client
async def test_a_call_is_measured_once(recorded: Recorded, shop: Shop, call: Callable[..., Any]) -> None:
    await call(f"{shop.url}/items")

    assert recorded.counts()["http.client.request.duration"] == 1


@every_client
async def test_a_call_carries_trace_and_request_id(
    recorded: Recorded, shop: Shop, call: Callable[..., Any]
) -> None:
    with correlation.bind(request_id="the-request"):
        await call(f"{shop.url}/items")

    context = recorded.span.get_span_context()
    assert context is not None
    assert shop.requests[0]["x-request-id"] == "the-request"
    assert shop.requests[0]["traceparent"].split("-")[1:3] == [
        f"{context.trace_id:032x}",
        f"{context.span_id:016x}",
    ]
    assert attributes(recorded.span)["otel_monitoring.request.id"] == "the-request"


@every_client
async def test_our_own_calls_are_in_no_span_and_no_metric(
    recorded: Recorded, shop: Shop, call: Callable[..., Any]
) -> None:
    with suppress_instrumentation():
        await call(f"{shop.url}/items")

    assert len(shop.requests) == 1
    assert (recorded.spans, recorded.counts()) == ([], {})


@every_client
async def test_what_the_server_refuses_is_an_error(
    recorded: Recorded, shop: Shop, call: Callable[..., Any]
) -> None:
    await call(f"{shop.url}/none")

    assert attributes(recorded.span)["http.response.status_code"] == 404
    assert recorded.span.status.status_code.name == "ERROR"


def driver_url(postgres: Postgres, driver: str) -> str:
    return postgres.url.replace("postgresql://", f"postgresql+{driver}://")


def test_psycopg_records_statements_under_the_stable_names(recorded: Recorded, postgres: Postgres) -> None:
    import psycopg

    with psycopg.connect(postgres.url) as connection:
        connection.execute("SELECT 1")

    found = attributes(recorded.span)
    assert (found["db.system.name"], found["db.query.text"]) == ("postgresql", "SELECT 1")
    assert OLD_NAMES.isdisjoint(found)


async def test_asyncpg_records_statements_under_the_stable_names(
    recorded: Recorded, postgres: Postgres
) -> None:
    import asyncpg  # type: ignore[import-untyped]

    connection = await asyncpg.connect(postgres.url)
    recorded.forget()  # asyncpg asks the server about itself
    await connection.fetchval("SELECT 1")
    await connection.close()

    found = attributes(recorded.spans[0])
    assert (found["db.system.name"], found["db.query.text"]) == ("postgresql", "SELECT 1")
    assert OLD_NAMES.isdisjoint(found)


def test_a_statement_of_sqlalchemy_is_not_recorded_by_its_driver_too(
    recorded: Recorded, postgres: Postgres
) -> None:
    from sqlalchemy import create_engine, text

    engine = create_engine(driver_url(postgres, "psycopg"))
    with engine.connect() as connection:
        connection.execute(text("SELECT relname FROM pg_class LIMIT 1"))
    engine.dispose()

    found = attributes(recorded.span)
    assert recorded.span.name == "SELECT pg_class"
    assert found["db.system.name"] == "postgresql"
    assert (found["server.address"], found["db.namespace"]) == (
        urlsplit(postgres.url).hostname,
        urlsplit(postgres.url).path.lstrip("/"),
    )


def test_what_a_dialect_asks_for_itself_is_not_recorded(recorded: Recorded, postgres: Postgres) -> None:
    from sqlalchemy import create_engine, text

    engine = create_engine(driver_url(postgres, "psycopg"), pool_pre_ping=True)
    for _ in range(2):
        with engine.begin() as connection:
            connection.execute(text("SELECT 1"))
    engine.dispose()

    assert [attributes(span)["db.query.text"] for span in recorded.spans] == ["SELECT 1", "SELECT 1"]


def test_a_failure_of_the_server_has_its_code(recorded: Recorded, postgres: Postgres) -> None:
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import ProgrammingError

    engine = create_engine(driver_url(postgres, "psycopg"))
    with engine.connect() as connection, pytest.raises(ProgrammingError):
        connection.execute(text("SELECT nothing FROM nowhere"))
    engine.dispose()

    assert attributes(recorded.span)["db.response.status_code"] == "42P01"


async def test_statements_of_an_asynchronous_engine_are_recorded_once(
    recorded: Recorded, postgres: Postgres
) -> None:
    pytest.importorskip("greenlet", reason="SQLAlchemy's asyncio needs it")
    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(driver_url(postgres, "asyncpg"))
    async with engine.begin() as connection:
        await connection.execute(text("SELECT relname FROM pg_class LIMIT 1"))
    await engine.dispose()

    assert [span.name for span in recorded.spans] == ["SELECT pg_class"]


def test_redis_records_commands_without_their_values(recorded: Recorded, redis: Redis) -> None:
    from redis import Redis as Client

    with Client.from_url(redis.url) as client:
        recorded.forget()  # the client introduces itself
        client.set("otel-monitoring-test", "secret", ex=5)

    found = attributes(recorded.spans[-1])
    assert (found["db.system.name"], recorded.spans[-1].name) == ("redis", "SET")
    assert "secret" not in str(found)
    assert OLD_NAMES.isdisjoint(found)
