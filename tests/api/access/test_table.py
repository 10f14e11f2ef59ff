"""Every route times every kind of caller (X4)."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from otel_monitoring import setup_telemetry
from otel_monitoring.api import router
from otel_monitoring.api.access.caller import Caller
from otel_monitoring.api.access.forwarding import Forwarding
from otel_monitoring.api.access.gate import Gate
from otel_monitoring.api.access.lockout import Lockout
from otel_monitoring.api.access.roles import READING, ROLES, asked_of
from otel_monitoring.api.access.sessions import Sessions
from otel_monitoring.testing import FakeClock
from tests.api.access import callers
from tests.api.access.knocking import ROOT, STRANGER, BehindFake, knocked, scope_of
from tests.api.access.opened import opened_by
from tests.api.access.routes import filled, routes_of

if TYPE_CHECKING:
    from pathlib import Path

    from otel_monitoring.api.access.caller import Role

TOKEN = "t0k3n"
PROXY = "127.0.0.1"
HOUR_S = 3600

_known: list[tuple[str, str]] = []


@pytest.fixture
def routes(fresh_process: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[str, str]]:
    """Return the methods and templates of an application in which everything is on, made once."""
    if not _known:
        gates: list[Any] = []
        build = router.build_api

        def noted(**parts: Any) -> Any:
            gates.append(build(**parts))
            return gates[-1]

        fresh_process.setattr(router, "build_api", noted)
        app = FastAPI()
        url = f"sqlite:///{tmp_path / 'kept.db'}"
        monitoring = setup_telemetry(
            app,
            api={"token": TOKEN},
            storage={"url": url},
            alerts={"external_url": "https://shop.example"},  # links in messages lead somewhere then
        )
        with TestClient(app) as client:
            client.get(f"{ROOT}/alerts")
        monitoring.shutdown()
        _known.extend(routes_of(gates[0]))
    return _known


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of caller.

    Attributes:
        name: Who they are.
        headers: What they bring.
        role: What it opens; ``None`` for nothing.
        routes: The routes that it opens; empty for all of the role.
        address: From where they come.
        reads_only: Whether it opens nothing but reading, for lack of proof that our own page asks.
        is_elsewhere: Whether a page of another site asks, with a session of ours.
    """

    name: str
    headers: tuple[tuple[str, str], ...] = ()
    role: Role | None = None
    routes: tuple[str, ...] = ()
    address: str = STRANGER
    reads_only: bool = False
    is_elsewhere: bool = False


CLOCK = FakeClock()
SESSIONS = Sessions(secrets=lambda: ("secret",), clock=CLOCK, session_s=HOUR_S)
ACCESS = opened_by(
    TOKEN,
    clock=CLOCK,
    verifiers=[callers.keys(), callers.tokens()],
    sessions=SESSIONS,
    forwarding=Forwarding([PROXY]),
    lockout=Lockout(clock=CLOCK, failures=10**9, window_s=60, lock_s=30, longest_s=HOUR_S),
)
BEARER = ("Authorization", f"Bearer {TOKEN}")
SAME, CROSS, SIBLING = (("Sec-Fetch-Site", site) for site in ("same-origin", "cross-site", "same-site"))
KEY = callers.made_keys()["viewer"].key


def _cookie(role: Role, *, sessions: Sessions = SESSIONS, proof: str = "") -> tuple[str, str]:
    text, _ = sessions.open(Caller(f"{role} of a session", role, "key", proof=proof or f"key {KEY.id}"))
    return ("Cookie", f"otel_monitoring_session={text}")


def _raised(pair: tuple[str, str]) -> tuple[str, str]:
    """Return a cookie of a viewer who wrote another role into it."""
    name, _, text = pair[1].partition("=")
    body, _, signature = text.partition(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    forged = base64.urlsafe_b64encode(json.dumps({**claims, "role": "admin"}).encode()).decode().rstrip("=")
    return (pair[0], f"{name}={forged}.{signature}")


def _ended() -> tuple[str, str]:
    return _cookie("admin", sessions=Sessions(secrets=lambda: ("secret",), clock=CLOCK, session_s=-1))


def _of_another_secret() -> tuple[str, str]:
    return _cookie("admin", sessions=Sessions(secrets=lambda: ("other",), clock=CLOCK, session_s=HOUR_S))


def _forgery_token(pair: tuple[str, str]) -> tuple[str, str]:
    return ("X-CSRF-Token", SESSIONS.forgery_token(pair[1].partition("=")[2]))


ADMIN_COOKIE, VIEWER_COOKIE = _cookie("admin"), _cookie("viewer")


def _reading(name: str, *headers: tuple[str, str]) -> Kind:
    return Kind(name, (ADMIN_COOKIE, *headers), "admin", reads_only=True)


FORWARDED = (("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-Proto", "https"), ("X-Real-IP", "127.0.0.1"))
KINDS = [
    *(Kind(one.name, tuple(one.headers.items()), one.role, one.routes) for one in callers.everybody()),
    Kind("nobody"),
    Kind("nobody from loopback", address="127.0.0.1"),
    Kind("nobody from loopback of IPv6", address="::1"),
    Kind("nobody who says they come from loopback", FORWARDED),
    Kind("nobody through the proxy", address=PROXY),
    Kind("nobody through the proxy with headers", FORWARDED, address=PROXY),
    Kind("nobody who says that the path is another", (("X-Original-URL", "/health/live"),)),
    Kind("nobody who says that the method is another", (("X-HTTP-Method-Override", "GET"),)),
    Kind("token", (BEARER,), "admin"),
    Kind("token through the proxy", (BEARER, FORWARDED[0]), "admin", address=PROXY),
    Kind("token through the proxy without headers", (BEARER,), "admin", address=PROXY),
    Kind("token in the header for keys", (("X-API-Key", TOKEN),), "admin"),
    Kind("token from another site, which browsers do not send", (BEARER, CROSS), "admin"),
    Kind("wrong token", (("Authorization", "Bearer t0k3m"),)),
    Kind("token as a password", (("Authorization", f"Basic {TOKEN}"),)),
    Kind("two tokens", (BEARER, ("Authorization", "Bearer x"))),
    Kind("token twice", (BEARER, BEARER)),
    Kind("token and a key", (BEARER, ("X-API-Key", "omk_x"))),
    Kind("token with bytes behind it", (("Authorization", f"Bearer {TOKEN}\xa0"),)),
    Kind("token with a space in it", (("Authorization", f"Bearer {TOKEN} x"),)),
    Kind("token in a cookie", (("Cookie", f"otel_monitoring_session={TOKEN}"),)),
    Kind("session of an admin", (ADMIN_COOKIE, SAME), "admin"),
    Kind("session of a viewer", (VIEWER_COOKIE, SAME), "viewer"),
    Kind("session with an origin", (ADMIN_COOKIE, ("Origin", "http://shop.example")), "admin"),
    Kind("session with its word", (ADMIN_COOKIE, _forgery_token(ADMIN_COOKIE)), "admin"),
    _reading("session with another's word", _forgery_token(VIEWER_COOKIE)),
    _reading("session that says nothing"),
    _reading("session typed into the browser", ("Sec-Fetch-Site", "none")),
    _reading("session of another origin", ("Origin", "http://evil.example")),
    _reading("session of a page without origin", ("Origin", "null")),
    Kind("session of another site", (ADMIN_COOKIE, CROSS), is_elsewhere=True),
    Kind("session of the same site", (ADMIN_COOKIE, SIBLING), is_elsewhere=True),
    Kind("session that was tampered with", (_raised(VIEWER_COOKIE), SAME)),
    Kind("session that ended", (_ended(), SAME)),
    Kind("session of another secret", (_of_another_secret(), SAME)),
    Kind("session of a key that nobody knows", (_cookie("admin", proof="key aaaaaaaaaa"), SAME)),
    Kind("two sessions", (ADMIN_COOKIE, ADMIN_COOKIE, SAME)),
]


def _expected(kind: Kind, method: str, path: str) -> int:
    asked = asked_of(method, path)
    if asked == "public":
        return 200
    if kind.role is None:
        return 403 if kind.is_elsewhere and method not in READING else 401
    is_open = Caller("", kind.role, "key", routes=kind.routes).may_use(path)
    is_enough = is_open and (kind.role == "admin" or asked == "viewer")
    return 200 if is_enough and not (kind.reads_only and method not in READING) else 403


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_route_opens_to_those_it_is_for(routes: list[tuple[str, str]], kind: Kind) -> None:
    """What lies behind is a fake: whether it is reached is asked."""
    gate = Gate(BehindFake(), access=ACCESS)

    async def knock_everywhere() -> dict[str, int]:
        found = {}
        for method, template in routes:
            scope = scope_of(filled(template), method=method, headers=kind.headers, client=kind.address)
            answer = await knocked(gate, scope)
            found[f"{method} {template}"] = answer.status
        return found

    found = asyncio.run(knock_everywhere())

    expected = {f"{method} {path}": _expected(kind, method, filled(path)) for method, path in routes}
    assert {name: one for name, one in found.items() if one != expected[name]} == {}


def test_strangers_learn_nothing_from_any_route(routes: list[tuple[str, str]]) -> None:
    """A route that is there, one that is not, and every method: the same answer."""
    gate = Gate(BehindFake(), access=ACCESS)
    nowhere = [(method, path) for method in ("GET", "POST", "PUT", "TRACE", "x") for path in ("/no", "/a/b")]

    async def knock_everywhere() -> set[tuple[int, bytes, str]]:
        found = set()
        for method, template in [*routes, *nowhere]:
            if asked_of(method, filled(template)) != "public" and method != "HEAD":
                answer = await knocked(gate, scope_of(filled(template), method=method))
                found.add((answer.status, answer.body, json.dumps(answer.headers)))
        return found

    (only,) = asyncio.run(knock_everywhere())

    assert only[0] == 401


def test_each_route_that_is_not_read_is_in_the_table(routes: list[tuple[str, str]]) -> None:
    """What asks for less than an admin is named; what asks for an admin changes something."""
    changing = {f"{method} {path}" for method, path in routes if method not in READING}

    assert changing - ROLES.keys() == set()


def test_the_table_names_no_route_that_is_not_there(routes: list[tuple[str, str]]) -> None:
    assert ROLES.keys() - {f"{method} {path}" for method, path in routes} == set()


def test_a_route_that_is_read_asks_for_no_admin(routes: list[tuple[str, str]]) -> None:
    reading = {(method, path) for method, path in routes if method in READING}

    assert {asked_of(method, filled(path)) for method, path in reading} == {"public", "viewer"}
