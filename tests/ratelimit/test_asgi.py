"""Rate limits around an ASGI application."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI, WebSocket
from fastapi.middleware.cors import CORSMiddleware
from starlette.testclient import TestClient

from otel_monitoring.context import correlation
from otel_monitoring.context.proxies import TrustedProxies
from otel_monitoring.ratelimit.asgi import RateLimitMiddleware, ScopeReader
from otel_monitoring.ratelimit.limiter import Limiter
from otel_monitoring.ratelimit.rule import make_rule, parse_rule
from otel_monitoring.ratelimit.windows import MovingWindows
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import MutableMapping


def limiter(*rules: str) -> Limiter:
    """Return a limiter in memory."""
    return Limiter([parse_rule(rule) for rule in rules], windows=MovingWindows(clock=FakeClock()))


def client(*rules: str, root_path: str = "", **reading: Any) -> TestClient:
    """Return a client of an application behind limits."""
    app = FastAPI()

    @app.get("/orders/{order_id}")
    @app.head("/orders/{order_id}")
    def order(order_id: int) -> dict[str, int]:
        return {"id": order_id}

    @app.post("/login")
    def login() -> str:
        return "in"

    @app.websocket("/live")
    async def live(socket: WebSocket) -> None:
        await socket.accept()
        await socket.close()

    app.add_middleware(CORSMiddleware, allow_origins=["*"])
    app.add_middleware(RateLimitMiddleware, limiter=limiter(*rules), reader=ScopeReader(**reading))
    return TestClient(app, root_path=root_path, client=("192.0.2.1", 5000))


def test_lets_pass_and_says_what_is_left() -> None:
    """The answer of the application, with headers added."""
    answer = client("5/minute").get("/orders/1")

    assert (answer.status_code, answer.json()) == (200, {"id": 1})
    assert answer.headers["ratelimit"] == '"5/minute by ip";r=4;t=60'
    assert answer.headers["content-type"] == "application/json"


def test_refuses_with_problem_details() -> None:
    """As RFC 9457 says."""
    found = client("1/minute")
    found.get("/orders/1")

    answer = found.get("/orders/2")

    assert (answer.status_code, answer.headers["content-type"]) == (429, "application/problem+json")
    assert answer.json()["title"] == "Too Many Requests"
    assert answer.headers["retry-after"] == "60"


def test_a_refused_head_request_has_no_body() -> None:
    """And the headers that the body would have."""
    found = client("1/minute")
    found.head("/orders/1")

    answer = found.head("/orders/1")

    assert (answer.status_code, answer.content) == (429, b"")
    assert int(answer.headers["content-length"]) > 0


def test_preflights_are_not_counted() -> None:
    """A browser that is refused one tells the page nothing."""
    found = client("1/minute")
    headers = {"origin": "https://shop.example", "access-control-request-method": "GET"}

    statuses = [found.options("/orders/1", headers=headers).status_code for _ in range(3)]

    assert statuses == [200, 200, 200]


def test_an_options_request_that_is_no_preflight_is_counted() -> None:
    """One header is not enough to be let through."""
    found = client("1/minute")
    headers = {"access-control-request-method": "GET"}

    assert [found.options("/orders/1", headers=headers).status_code for _ in range(2)] == [405, 429]


def test_a_header_that_anyone_can_write_is_no_address() -> None:
    """A stranger has one window, whatever they claim."""
    found = client("1/minute")

    statuses = [
        found.get("/orders/1", headers={"x-forwarded-for": f"203.0.113.{number}"}).status_code
        for number in range(3)
    ]

    assert statuses == [200, 429, 429]


def test_behind_a_listed_proxy_each_client_has_a_window() -> None:
    """What the proxy added counts, not what stood there before."""
    found = client("1/minute", proxies=TrustedProxies(["192.0.2.1"]))

    statuses = [
        found.get("/orders/1", headers={"x-forwarded-for": forwarded}).status_code
        for forwarded in ("203.0.113.1", "203.0.113.2", "9.9.9.9, 203.0.113.1")
    ]

    assert statuses == [200, 200, 429]


def test_a_route_is_one_window_whatever_its_parameters_are() -> None:
    """The template counts, before the router has found it."""
    found = client("1/minute by endpoint")

    assert [found.get(path).status_code for path in ("/orders/1", "/orders/2", "/nowhere", "/elsewhere")] == [
        200,
        429,
        404,
        429,
    ]


@pytest.mark.parametrize("path", ["//login", "/login/", "/%6cogin", "/login?x=1"])
def test_no_spelling_of_a_path_is_a_way_around(path: str) -> None:
    """The path is what the router sees, without slashes that make no difference."""
    found = client("1/minute on /login")
    found.post("/login")

    assert found.post(f"http://testserver{path}", follow_redirects=False).status_code == 429


def test_a_prefix_of_the_server_is_no_part_of_a_path() -> None:
    """Rules are written as the application writes its routes."""
    found = client("1/minute on /login", root_path="/api")

    assert [found.post("/api/login").status_code for _ in range(2)] == [200, 429]


def test_an_api_key_has_a_window_and_stands_nowhere_in_clear() -> None:
    """Whoever brings none is known by their address."""
    rules = limiter("1/minute by api_key")
    app = RateLimitMiddleware(FastAPI(), limiter=rules)
    found = TestClient(app)

    statuses = [
        found.get("/", headers=headers).status_code
        for headers in ({"x-api-key": "k1"}, {"x-api-key": "k2"}, {"x-api-key": "k1"}, {}, {})
    ]

    assert statuses == [404, 404, 429, 404, 429]
    assert not any("k1" in key for key in rules.windows._windows)


def test_a_user_is_who_the_token_named() -> None:
    """Telemetry has read it before; a limit needs no second look."""

    async def run() -> list[int]:
        app = RateLimitMiddleware(FastAPI(), limiter=limiter("1/minute by user"))
        statuses = []
        for user in ("ann", "bob", "ann"):
            with correlation.bind(user_id=user):
                statuses.append(await status_of(app))
        return statuses

    assert asyncio.run(run()) == [404, 404, 429]


def test_a_callable_of_ours_that_fails_lets_requests_pass() -> None:
    """And is counted, not raised."""

    def fails(_: MutableMapping[str, Any]) -> str:
        raise KeyError

    found = client("1/minute", tier=fails)

    assert [found.get("/orders/1").status_code for _ in range(2)] == [200, 200]


def test_a_tier_is_what_the_application_says() -> None:
    """Read from the scope, before the application runs."""
    rule = make_rule("1/minute", tiers={"gold": "2/minute"})
    rules = Limiter([rule], windows=MovingWindows(clock=FakeClock()))
    app = RateLimitMiddleware(FastAPI(), limiter=rules, reader=ScopeReader(tier=lambda _: "gold"))

    assert [TestClient(app).get("/").status_code for _ in range(3)] == [404, 404, 429]


def test_a_websocket_that_is_one_too_many_is_denied_with_an_answer() -> None:
    """Where the server can do that."""
    found = client("1/minute")
    with found.websocket_connect("/live"):
        pass

    from starlette.testclient import WebSocketDenialResponse

    with pytest.raises(WebSocketDenialResponse) as denied, found.websocket_connect("/live"):
        pass

    assert denied.value.status_code == 429


def test_a_websocket_is_closed_where_a_server_can_only_do_that() -> None:
    """With the code for: try again later."""
    app = RateLimitMiddleware(FastAPI(), limiter=limiter("1/minute"))

    async def run() -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = []
        scope = {"type": "websocket", "path": "/live", "headers": [], "client": ("192.0.2.1", 1)}
        for _ in range(2):
            sent.clear()

            async def receive() -> dict[str, Any]:
                return {"type": "websocket.connect"}

            async def send(message: Any) -> None:
                sent.append(dict(message))

            await app(dict(scope), receive, send)
        return sent

    [closed] = asyncio.run(run())

    assert (closed["type"], closed["code"]) == ("websocket.close", 1013)


def test_a_lifespan_passes() -> None:
    """There is nobody to be limited."""
    with client("1/minute") as found:
        assert found.get("/orders/1").status_code == 200


async def status_of(app: Any) -> int:
    """Return the status of one request."""
    statuses: list[int] = []
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "client": ("192.0.2.1", 1)}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app({**scope, "query_string": b"", "http_version": "1.1"}, receive, send)
    return statuses[0]
