"""Rate limits around a WSGI application: Flask."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from otel_monitoring.context.proxies import TrustedProxies
from otel_monitoring.ratelimit.limiter import Limiter
from otel_monitoring.ratelimit.rule import parse_rule
from otel_monitoring.ratelimit.windows import MovingWindows
from otel_monitoring.ratelimit.wsgi import EnvironReader, RateLimitWsgi
from otel_monitoring.testing import FakeClock


def client(*rules: str, **reading: Any) -> Any:
    """Return a client of a Flask application behind limits."""
    app = Flask(__name__)

    @app.get("/orders/<int:order_id>")
    def order(order_id: int) -> dict[str, int]:
        return {"id": order_id}

    @app.get("/files/<path:name>")
    def file(name: str) -> str:
        return name

    limiter = Limiter([parse_rule(rule) for rule in rules], windows=MovingWindows(clock=FakeClock()))
    reader = EnvironReader(app=app, **reading)
    app.wsgi_app = RateLimitWsgi(app.wsgi_app, limiter=limiter, reader=reader)  # type: ignore[method-assign]
    return app.test_client()


def test_lets_pass_and_says_what_is_left() -> None:
    """The answer of the application, with headers added."""
    answer = client("5/minute").get("/orders/1")

    assert (answer.status_code, answer.json) == (200, {"id": 1})
    assert answer.headers["RateLimit"] == '"5/minute by ip";r=4;t=60'


def test_refuses_with_problem_details() -> None:
    """As around ASGI."""
    found = client("1/minute")
    found.get("/orders/1")

    answer = found.get("/orders/1")

    assert (answer.status_code, answer.content_type) == (429, "application/problem+json")
    assert answer.headers["Retry-After"] == "60"
    assert found.head("/orders/1").data == b""


def test_knows_the_routes_of_flask() -> None:
    """A route is one window, whatever its parameters are."""
    found = client("1/minute by endpoint")
    paths = ("/orders/1", "/orders/2", "/files/a/b", "/files/c")

    assert [found.get(path).status_code for path in paths] == [200, 429, 200, 429]


@pytest.mark.parametrize(("trusted", "statuses"), [([], [200, 429]), (["127.0.0.1"], [200, 200])])
def test_believes_listed_proxies_alone(trusted: list[str], statuses: list[int]) -> None:
    """Anyone can write the header."""
    found = client("1/minute", proxies=TrustedProxies(trusted))

    seen = [
        found.get("/orders/1", headers={"X-Forwarded-For": f"203.0.113.{number}"}).status_code
        for number in (1, 2)
    ]

    assert seen == statuses


def test_preflights_are_not_counted() -> None:
    """As around ASGI."""
    found = client("1/minute")
    headers = {"Origin": "https://shop.example", "Access-Control-Request-Method": "GET"}

    assert [found.options("/orders/1", headers=headers).status_code for _ in range(3)] == [200] * 3


def test_keys_users_and_tiers_are_read() -> None:
    """By the header, and by callables of the application."""
    found = client("1/minute by api_key", "1/hour by user", user=lambda environ: environ.get("HTTP_X_USER"))

    def status(key: str, user: str) -> int:
        return int(found.get("/orders/1", headers={"X-API-Key": key, "X-User": user}).status_code)

    assert [status("a", "ann"), status("b", "bob"), status("a", "cat"), status("c", "ann")] == [
        200,
        200,
        429,
        429,
    ]
