"""The request id on outgoing and incoming calls."""

from __future__ import annotations

import asyncio
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import aiohttp
import httpx
import pytest
import requests
from opentelemetry import propagate
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import Context
from opentelemetry.instrumentation.aiohttp_client import create_trace_config
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor

from otel_monitoring.context.correlation import Correlation, bind, in_context, of_context
from otel_monitoring.context.headers import RequestIdPolicy
from otel_monitoring.context.propagate import RequestIdPropagator, join_global

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _global_propagator_as_before() -> Iterator[None]:
    before = propagate.get_global_textmap()
    yield
    propagate.set_global_textmap(before)


@pytest.fixture
def propagator() -> RequestIdPropagator:
    return RequestIdPropagator(RequestIdPolicy(header_names=("X-Request-ID", "X-Correlation-ID")))


class Echo(BaseHTTPRequestHandler):
    seen: list[list[str]]

    def do_GET(self) -> None:
        self.seen.append(self.headers.get_all("X-Request-ID") or [])
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Keep quiet."""


@pytest.fixture
def seen() -> list[list[str]]:
    return []


@pytest.fixture
def url(seen: list[list[str]]) -> Iterator[str]:
    handler = type("EchoHere", (Echo,), {"seen": seen})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_sends_the_current_id_along(propagator: RequestIdPropagator) -> None:
    carrier: dict[str, str] = {}

    with bind(request_id="r1"):
        propagator.inject(carrier)

    assert carrier == {"x-request-id": "r1"}


def test_sends_the_id_of_a_given_context(propagator: RequestIdPropagator) -> None:
    carrier: dict[str, str] = {}

    propagator.inject(carrier, in_context(Correlation("r2"), Context()))

    assert carrier == {"x-request-id": "r2"}


def test_sends_nothing_outside_of_a_request(propagator: RequestIdPropagator) -> None:
    carrier: dict[str, str] = {}

    propagator.inject(carrier)

    assert carrier == {}


def test_leaves_an_id_that_the_call_brings_itself(propagator: RequestIdPropagator) -> None:
    carrier = {"X-REQUEST-ID": "chosen by the caller"}

    with bind(request_id="r1"):
        propagator.inject(carrier)

    assert carrier == {"X-REQUEST-ID": "chosen by the caller"}


def test_takes_over_an_id_that_arrives(propagator: RequestIdPropagator) -> None:
    context = propagator.extract({"x-correlation-id": "r3"})

    found = of_context(context)
    assert found is not None
    assert found.request_id == "r3"


@pytest.mark.parametrize("value", ["a\r\nb", "x" * 10_240, "zoë", "\udcff", ""])
def test_a_hostile_id_is_not_taken_over(propagator: RequestIdPropagator, value: str) -> None:
    assert of_context(propagator.extract({"x-request-id": value})) is None


def test_a_correlation_that_is_there_already_stays(propagator: RequestIdPropagator) -> None:
    mine = Correlation("r1")

    context = propagator.extract({"x-request-id": "r3"}, in_context(mine, Context()))

    assert of_context(context) is mine


def test_joins_the_propagators_of_the_process(propagator: RequestIdPropagator) -> None:
    join_global(propagator)

    assert {"traceparent", "baggage", "x-request-id"} <= propagate.get_global_textmap().fields


def test_joins_a_propagator_that_the_program_has_set(propagator: RequestIdPropagator) -> None:
    own = W3CBaggagePropagator()
    propagate.set_global_textmap(own)

    join_global(propagator)

    assert propagate.get_global_textmap().fields == own.fields | {"x-request-id"}


def test_joining_twice_changes_nothing(propagator: RequestIdPropagator) -> None:
    join_global(propagator)
    once = propagate.get_global_textmap()

    undo = join_global(propagator)
    undo()

    assert propagate.get_global_textmap() is once


def test_none_in_the_environment_means_none(
    propagator: RequestIdPropagator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_PROPAGATORS", "None")
    before = propagate.get_global_textmap()

    join_global(propagator)

    assert propagate.get_global_textmap() is before


def test_leaving_restores_what_was_there(propagator: RequestIdPropagator) -> None:
    before = propagate.get_global_textmap()

    join_global(propagator)()

    assert propagate.get_global_textmap() is before


def test_leaving_spares_a_propagator_that_was_set_later(propagator: RequestIdPropagator) -> None:
    leave = join_global(propagator)
    later = W3CBaggagePropagator()
    propagate.set_global_textmap(later)

    leave()

    assert propagate.get_global_textmap() is later


def test_httpx_carries_the_id(propagator: RequestIdPropagator, url: str, seen: list[list[str]]) -> None:
    join_global(propagator)
    with httpx.Client(trust_env=False) as client:
        HTTPXClientInstrumentor.instrument_client(client)

        with bind(request_id="r1"):
            client.get(url)
            client.get(url, headers={"X-Request-ID": "own"})

    assert seen == [["r1"], ["own"]]


def test_requests_carries_the_id(propagator: RequestIdPropagator, url: str, seen: list[list[str]]) -> None:
    join_global(propagator)
    instrumentor = RequestsInstrumentor()
    instrumentor.instrument()
    try:
        with requests.Session() as session, bind(request_id="r1"):
            session.trust_env = False
            session.get(url)
            session.get(url, headers={"X-Request-ID": "own"})
    finally:
        instrumentor.uninstrument()

    assert seen == [["r1"], ["own"]]


def test_aiohttp_carries_the_id(propagator: RequestIdPropagator, url: str, seen: list[list[str]]) -> None:
    join_global(propagator)

    async def call() -> None:
        async with aiohttp.ClientSession(trace_configs=[create_trace_config()]) as session:
            with bind(request_id="r1"):
                async with session.get(url):
                    pass
                async with session.get(url, headers={"X-Request-ID": "own"}):
                    pass

    asyncio.run(call())

    assert seen == [["r1"], ["own"]]
