"""Closed to everybody without a token (X4)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.api.auth import Gate, TokenAuth
from tests.api.client import connect_websocket, get

if TYPE_CHECKING:
    from otel_monitoring.api.asgi import Receive, Scope, Send


DETAIL = "Send the header 'Authorization: Bearer <token>' with the value of OTEL_MONITORING_API__TOKEN."


async def inner_fake(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer everything with 200 and the path."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"cache-control", b"max-age=1")]})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


def gate(token: str | None = "s3cret") -> Gate:
    return Gate(inner_fake, auth=TokenAuth(token), open_paths=("/live",))


@pytest.mark.parametrize("authorization", ["Bearer s3cret", "bearer  s3cret ", "BEARER s3cret"])
def test_the_token_opens(authorization: str) -> None:
    assert get(gate(), "/alerts", authorization=authorization).text == "/alerts"


def test_each_token_of_the_moment_opens() -> None:
    tokens = ["first"]
    gate = Gate(inner_fake, auth=TokenAuth(lambda: tokens), open_paths=())

    tokens.insert(0, "second")

    found = [
        get(gate, "/alerts", authorization=f"Bearer {one}").status_code for one in ("first", "second", "")
    ]
    assert found == [200, 200, 401]


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer wrong", "Bearer s3cret2", "Basic s3cret", "s3cret", "Bearer s3cre"],
)
def test_anything_else_is_refused(authorization: str) -> None:
    assert get(gate(), "/alerts", authorization=authorization).status_code == 401


def test_without_a_token_nobody_is_let_in() -> None:
    assert get(gate(None), "/alerts", authorization="Bearer ").status_code == 401
    assert get(gate(""), "/alerts", authorization="Bearer ").status_code == 401


@pytest.mark.parametrize(
    "path", ["/alerts", "/nothing", "/live/", "/live/../alerts", "//live", "/alerts?token=s3cret"]
)
def test_a_stranger_learns_what_to_set_and_nothing_else(path: str) -> None:
    answer = get(gate(), path, host="127.0.0.1", x_forwarded_for="127.0.0.1")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "detail": DETAIL,
    }


def test_open_paths_ask_for_nothing() -> None:
    assert get(gate(None), "/live").status_code == 200


def test_answers_are_strict_unless_they_say_otherwise() -> None:
    answer = get(gate(), "/live")

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "max-age=1"


def test_two_authorizations_are_none() -> None:
    async def ask() -> int:
        sent: list[int] = []

        async def receive() -> dict[str, str]:
            return {"type": "http.request"}

        async def send(message: object) -> None:
            sent.append(message.get("status", 0))  # type: ignore[attr-defined]

        headers = [(b"authorization", b"Bearer s3cret"), (b"authorization", b"Bearer x")]
        await gate()({"type": "http", "path": "/a", "headers": headers}, receive, send)
        return sent[0]

    assert asyncio.run(ask()) == 401


def test_a_websocket_without_a_token_is_closed() -> None:
    sent = asyncio.run(connect_websocket(gate(), "/alerts"))

    assert sent == [{"type": "websocket.close", "code": 1008}]
