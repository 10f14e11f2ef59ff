"""Closed to everybody without a token (X4)."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.api.access.acting import API_ACTOR, signed
from otel_monitoring.api.access.gate import Gate
from otel_monitoring.api.access.tokens import TokenVerifier
from otel_monitoring.api.access.trail import Trail
from otel_monitoring.model.action import Action
from otel_monitoring.testing import FakeClock
from tests.api.access.knocking import BehindFake, knock, scope_of
from tests.api.access.opened import opened_by
from tests.api.client import connect_websocket, get

if TYPE_CHECKING:
    from otel_monitoring.api.access.caller import Caller
    from otel_monitoring.api.asgi import Receive, Scope, Send

T_MS = 1_700_000_000_000
TOKEN = {"Authorization": "Bearer s3cret"}
DETAIL = "Send the header 'Authorization: Bearer <token>' with the value of OTEL_MONITORING_API__TOKEN."


async def inner_fake(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer everything with 200 and the path."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"cache-control", b"max-age=1")]})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


def gate(token: str | None = "s3cret") -> Gate:
    return Gate(inner_fake, access=opened_by(token))


@pytest.mark.parametrize("authorization", ["Bearer s3cret", "bearer  s3cret ", "BEARER s3cret"])
def test_the_token_opens(authorization: str) -> None:
    assert get(gate(), "/alerts", authorization=authorization).text == "/alerts"


def test_each_token_of_the_moment_opens() -> None:
    tokens = ["first"]
    gate = Gate(inner_fake, access=opened_by(lambda: tokens))

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
    "path",
    [
        "/alerts",
        "/nothing",
        "/health/live/",
        "/health/live/../alerts",
        "//health/live",
        "/alerts?token=s3cret",
    ],
)
def test_a_stranger_learns_what_to_set_and_nothing_else(path: str) -> None:
    answer = get(gate(), path, host="127.0.0.1", x_forwarded_for="127.0.0.1")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "type": "urn:otel-monitoring:problem:unauthenticated",
        "title": "Unauthorized",
        "status": 401,
        "detail": DETAIL,
    }


def test_open_paths_ask_for_nothing() -> None:
    assert get(gate(None), "/health/live").status_code == 200


def test_answers_are_strict_unless_they_say_otherwise() -> None:
    answer = get(gate(), "/health/live")

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
        await gate()({"type": "http", "method": "GET", "path": "/a", "headers": headers}, receive, send)
        return sent[0]

    assert asyncio.run(ask()) == 401


def test_a_websocket_without_a_token_is_closed() -> None:
    sent = asyncio.run(connect_websocket(gate(), "/alerts"))

    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_a_websocket_is_closed_even_with_a_token() -> None:
    """There are none here: a browser opens them for any site, with our cookie."""
    sent: list[object] = []

    async def ask() -> None:
        async def receive() -> dict[str, str]:
            return {"type": "websocket.connect"}

        async def send(message: object) -> None:
            sent.append(message)

        scope = {**scope_of(headers={"Authorization": "Bearer s3cret"}), "type": "websocket"}
        await gate()(scope, receive, send)

    asyncio.run(ask())

    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_guesses_of_a_token_are_slowed_and_a_right_one_elsewhere_goes_on() -> None:
    found = gate()
    for _ in range(10):
        knock(found, headers={"Authorization": "Bearer wrong"})

    here = knock(found, headers=TOKEN)
    elsewhere = knock(found, headers=TOKEN, client="198.51.100.9")

    assert (here.status, here.headers["retry-after"]) == (429, "30")
    assert elsewhere.status == 200


def test_what_nobody_can_guess_opens_even_from_where_others_guess() -> None:
    """Behind a proxy that is not listed everybody comes from one address."""
    verifier = TokenVerifier("drawn-at-random")
    found = Gate(inner_fake, access=opened_by("s3cret", verifiers=[verifier]))
    for _ in range(12):
        knock(found, headers={"Authorization": "Bearer wrong"})

    answers = [knock(found, headers={"X-API-Key": text}).status for text in ("wrong", "drawn-at-random")]

    assert answers == [429, 200]


def test_a_session_goes_on_where_others_guess() -> None:
    access = opened_by("s3cret")
    found = Gate(inner_fake, access=access)
    caller = asyncio.run(TokenVerifier("s3cret").caller("s3cret"))
    assert caller is not None
    text, _ = access.sessions.open(replace(caller, proof=""))
    for _ in range(12):
        knock(found, headers={"Authorization": "Bearer wrong"})

    assert knock(found, headers={"Cookie": f"otel_monitoring_session={text}"}).status == 200


def test_public_routes_answer_guessers_too_and_tell_them_nothing() -> None:
    found = gate()

    answers = [
        knock(found, "/health/live", headers={"Authorization": "Bearer wrong"}).status for _ in range(12)
    ]

    assert set(answers) == {200}
    assert knock(found, headers=TOKEN).status == 429


def test_a_verifier_that_fails_lets_nobody_in() -> None:
    class FailingFake:
        async def caller(self, credential: str) -> Caller | None:
            raise ZeroDivisionError(credential)

    found = Gate(inner_fake, access=opened_by("s3cret", verifiers=[FailingFake()]))

    assert knock(found, headers={"Authorization": "Bearer x"}).status == 401
    assert knock(found, headers=TOKEN).status == 200


def test_no_answer_opens_itself_to_other_sites() -> None:
    behind = BehindFake(headers=[(b"Access-Control-Allow-Origin", b"*")])

    answer = knock(Gate(behind, access=opened_by("s3cret")), headers=TOKEN)

    assert [name for name in answer.headers if name.startswith("access-control")] == []
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["x-frame-options"] == "DENY"


def test_browsers_are_told_of_https_where_that_is_wanted_and_only_there() -> None:
    found = Gate(inner_fake, access=opened_by("s3cret", hsts_s=600))

    told = [
        knock(found, headers=TOKEN, scheme=scheme).headers.get("strict-transport-security")
        for scheme in ("https", "http")
    ]

    assert told == ["max-age=600", None]
    assert "strict-transport-security" not in knock(gate(), headers=TOKEN, scheme="https").headers


def test_refusals_are_counted_by_their_reason() -> None:
    refused: Counter[str] = Counter()
    found = Gate(inner_fake, access=opened_by("s3cret", refused=refused))

    knock(found)
    knock(found, headers={"Authorization": "Bearer wrong"})
    knock(found, headers=[*TOKEN.items(), *TOKEN.items()])

    assert refused == {"missing": 1, "wrong": 1, "odd": 1}


class Kept:
    """A gate whose trail is kept; what lies behind answers with a status."""

    def __init__(self, *, status: int = 200) -> None:
        clock = FakeClock(T_MS)
        self.actions: list[Action] = []
        trail = Trail(clock=clock, audit=self.actions.append)
        access = opened_by("s3cret", clock=clock, trail=trail)
        self.gate = Gate(BehindFake(status=status), access=access)


def test_what_an_admin_changed_is_told_where_nobody_else_tells_it() -> None:
    kept = Kept()

    knock(kept.gate, "/cleanup", method="POST", headers=TOKEN)

    assert kept.actions == [Action("api.called", "POST /cleanup", "token", T_MS)]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/cleanup", 422),
        ("POST", "/anomalies/detect", 200),
        ("GET", "/alerts", 200),
        ("POST", "/metrics", 202),
    ],
)
def test_what_changed_nothing_is_not_told(method: str, path: str, status: int) -> None:
    kept = Kept(status=status)

    knock(kept.gate, path, method=method, headers=TOKEN)

    assert kept.actions == []


def test_an_entry_of_the_route_itself_names_the_caller_and_stays_the_only_one() -> None:
    told: list[Action] = []

    async def acting_fake(scope: Scope, receive: Receive, send: Send) -> None:
        told.extend(signed(Action("rule.disabled", "A", actor, T_MS)) for actor in ("kim", API_ACTOR))
        await inner_fake(scope, receive, send)

    clock = FakeClock(T_MS)
    trail = Trail(clock=clock, audit=told.append)
    found = Gate(acting_fake, access=opened_by("s3cret", clock=clock, trail=trail))

    knock(found, "/rules/A/mode", method="PUT", headers=TOKEN)

    assert [(one.name, one.actor) for one in told] == [
        ("rule.disabled", "kim (token)"),
        ("rule.disabled", "token"),
    ]
    assert signed(Action("a", "b", "kim", T_MS)).actor == "kim"


def test_many_lock_outs_in_an_hour_do_not_fill_the_trail() -> None:
    kept = Kept()

    for number in range(50):
        for _ in range(10):
            knock(
                kept.gate,
                headers={"Authorization": "Bearer wrong"},
                client=f"203.0.{number}.1",
            )

    assert 0 < len(kept.actions) <= 30
    assert {one.name for one in kept.actions} == {"access.locked_out"}
    assert "wrong" not in str(kept.actions)
