"""Keys, tokens and the application's own users open the pages of a real application."""

from __future__ import annotations

import json
import logging
import sys
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI, HTTPException
from starlette.testclient import TestClient

from otel_monitoring import AccessError, Caller, MissingExtraError, setup_telemetry
from otel_monitoring.api.access.key_text import make_key
from otel_monitoring.api.access.stated_keys import statement
from otel_monitoring.bootstrap.setup import running
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.repositories.api_keys import KeptKeys
from otel_monitoring.storage.service import Service
from tests.api.access import callers
from tests.integration.servers import eventually
from tests.storage.conftest import postgres_database, postgres_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.requests import Request

__all__ = ["postgres_database", "postgres_url"]

pytestmark = pytest.mark.usefixtures("fresh_process")

READ, CHANGE = "/monitoring/alerts", "/monitoring/silences"
QUIET: dict[str, Any] = {
    "system": {"enabled": False},
    "instrumentation": {"libraries": False, "threads": False},
    "alerts": {"default_rules": False},
}
TOKENS = {
    "jwt_issuers": callers.ISSUER,
    "jwt_audiences": callers.AUDIENCE,
    "jwt_role_claim": "realm_access.roles",
}


def served(*, function: Callable[..., object] | None = None, **settings: Any) -> TestClient:
    """Return a client of an application with our pages; ``access`` are the settings of that name."""
    app = FastAPI()
    access = settings.pop("access", {})
    variables = {f"OTEL_MONITORING_ACCESS__{name.upper()}": text for name, text in access.items()}
    with pytest.MonkeyPatch.context() as patch:
        for name, text in variables.items():
            patch.setenv(name, text)
        setup_telemetry(app, access=function, **{**QUIET, **settings})
    return TestClient(app)


def bearer(text: str) -> dict[str, str]:
    return {"authorization": f"Bearer {text}"}


def answers(client: TestClient, headers: dict[str, str]) -> tuple[int, int]:
    """Return the status of a route that reads, and of one that changes things, without what it needs."""
    read = client.get(READ, headers=headers)
    return read.status_code, client.post(CHANGE, headers=headers, json={}).status_code


def staff(request: Request) -> str | None:
    """As an application does it that has sessions of its own."""
    if request.headers.get("authorization") == "Bearer opaque-token-of-the-shop":
        return "admin"
    return "viewer" if request.cookies.get("shop") == "kim" else None


def test_keys_that_a_setting_states_open_what_they_are_for() -> None:
    now_ms = SystemClock().now_ms()
    viewer, admin = (make_key(name, name, now_ms=now_ms) for name in ("viewer", "admin"))
    scraper = make_key("scraper", "viewer", now_ms=now_ms, routes=["/metrics"])
    keys = ",".join(f"{key.name}={statement(key)}" for key, _ in (viewer, admin, scraper))

    client = served(access={"keys": keys})

    assert answers(client, {}) == (401, 401)
    assert answers(client, bearer(viewer.text)) == (200, 403)
    assert answers(client, bearer(admin.text)) == (200, 422)
    assert answers(client, {"x-api-key": admin.text}) == (200, 422)
    assert answers(client, bearer(scraper.text)) == (403, 403)
    assert client.get("/monitoring/metrics", headers=bearer(scraper.text)).status_code == 200
    assert client.get("/monitoring/metrics/current", headers=bearer(scraper.text)).status_code == 403


@pytest.mark.parametrize("comer", callers.pretenders(), ids=lambda comer: comer.name)
def test_nobody_who_pretends_gets_an_answer(comer: callers.Comer) -> None:
    """All of them get the very same, so that nobody learns which of it was wrong."""
    client = served(access={"jwt_key": callers.PUBLISHED, **TOKENS})

    stranger, pretender = client.get(READ), client.get(READ, headers=comer.headers)

    assert (pretender.status_code, pretender.json()) == (401, stranger.json())


def test_tokens_of_an_issuer_open_the_pages_by_their_role(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(callers.PUBLIC_PEM)

    client = served(access={"jwt_key_file": str(file), **TOKENS})

    assert answers(client, bearer(callers.token(callers.claims(callers.VIEWER)))) == (200, 403)
    assert answers(client, bearer(callers.token(callers.claims(callers.ADMIN)))) == (200, 422)


def test_tokens_are_verified_by_keys_that_the_issuer_publishes(issuer: str) -> None:
    client = served(access={"jwt_jwks_url": issuer, **TOKENS})

    assert answers(client, bearer(callers.token(callers.claims(callers.VIEWER)))) == (200, 403)
    assert answers(client, bearer(callers.token(key=callers.FOREIGN))) == (401, 401)


@pytest.fixture
def issuer() -> Iterator[str]:
    """The address of a server that publishes its keys."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"keys": [json.loads(callers.PUBLISHED)]}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/jwks.json"
    server.shutdown()
    server.server_close()
    thread.join(10)


def test_the_application_says_who_its_users_are() -> None:
    client = served(function=staff)

    assert answers(client, {}) == (401, 401)
    assert answers(client, {"cookie": "shop=kim"}) == (200, 403)
    assert answers(client, bearer("opaque-token-of-the-shop")) == (200, 422)
    assert answers(client, bearer("another-token")) == (401, 401)


def test_cookies_of_the_application_change_nothing_from_another_site() -> None:
    """A page elsewhere can have a browser send them; it cannot have it say where that page is from."""

    def ask(request: Request) -> str | None:
        return "admin" if request.cookies.get("shop") == "kim" else None

    client = served(function=ask)
    cookie = {"cookie": "shop=kim"}

    assert answers(client, cookie) == (200, 403)
    assert answers(client, {**cookie, "origin": "https://evil.example"})[1] == 403
    assert answers(client, {**cookie, "sec-fetch-site": "cross-site"}) == (401, 403)
    assert answers(client, {**cookie, "origin": "http://testserver"}) == (200, 422)


def test_a_dependency_of_the_application_serves_as_its_word() -> None:
    """What ``current_user`` raises for a stranger is its way to say nobody."""

    async def current_user(request: Request) -> dict[str, str]:
        if "x-user" not in request.headers:
            raise HTTPException(401)
        return {"name": request.headers["x-user"]}

    async def access(request: Request) -> Caller | None:
        user = await current_user(request)
        return Caller(user["name"], "viewer") if user["name"] == "kim" else None

    client = served(function=access)

    assert [client.get(READ, headers={"x-user": name}).status_code for name in ("kim", "eve")] == [200, 401]
    assert client.get(READ).status_code == 401


def test_the_function_sees_the_application_and_the_path_that_is_asked_for() -> None:
    seen: list[tuple[bool, str]] = []
    client = served(function=lambda request: seen.append((request.app is client.app, request.url.path)))

    client.get(READ)

    assert seen == [(True, READ)]


def test_a_function_that_fails_keeps_everybody_out_and_breaks_nothing() -> None:
    def access(_request: Request) -> str:
        raise RuntimeError

    client = served(function=access)

    assert client.get(READ).status_code == 401
    assert client.get("/monitoring/health/live").status_code == 200


def test_another_function_at_a_second_call_is_told_and_not_used(caplog: pytest.LogCaptureFixture) -> None:
    client = served(function=staff)

    with caplog.at_level(logging.WARNING, logger="otel_monitoring"):
        setup_telemetry(access=lambda _request: "admin", **QUIET)

    assert client.get(READ).status_code == 401
    assert "another access function, which is not used" in caplog.text


@pytest.mark.parametrize(
    ("access", "said"),
    [
        ({"keys": "ci=viewer"}, "access.keys has 1 words for 'ci'"),
        ({"jwt_key": "short", "jwt_algorithms": "HS256", **TOKENS}, "a secret of 5 bytes"),
        ({"jwt_key": "{}", **TOKENS}, "access.jwt_key, its file or its address cannot be used"),
        ({"jwt_key_file": "/nowhere/key.pem", **TOKENS}, "expected a file that can be read"),
        ({"jwt_jwks_url": "issuer.example", **TOKENS}, "expected a URL such as"),
    ],
)
def test_what_cannot_be_used_is_said_at_the_start(access: dict[str, Any], said: str) -> None:
    with pytest.raises(AccessError, match=said):
        served(access=access)

    assert running() is None


def test_the_extra_is_named_where_its_package_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "joserfc.jwt", None)

    with pytest.raises(MissingExtraError, match=r"otel-monitoring\[jwt\]"):
        served(access={"jwt_key": callers.PUBLISHED, **TOKENS})


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_key_of_the_storage_opens_and_closes_while_the_application_runs(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """What another process writes there holds here after a moment, without a restart."""
    postgres = request.getfixturevalue("postgres_url") if kind == "postgres" else ""
    url = postgres or f"sqlite:///{tmp_path}/s.db"
    key, text = make_key("ci", "viewer", now_ms=SystemClock().now_ms())
    elsewhere = Database(url=url, clock=SystemClock())
    assert elsewhere.ensure()

    def save(key: Any) -> None:
        with elsewhere.write() as connection:
            KeptKeys(service=Service("shop").key).save(connection, key, now_ms=SystemClock().now_ms())

    def is_open() -> bool:
        return client.get(READ, headers=bearer(text)).status_code == 200

    with served(service_name="shop", storage={"url": url}, telemetry={"collect_interval_s": 0.1}) as client:
        before = is_open()
        save(key)
        eventually(lambda: is_open() or None, timeout_s=30)
        used = eventually(lambda: uses(elsewhere) or None, timeout_s=30)
        save(replace(key, revoked_ms=1))
        eventually(lambda: not is_open() or None, timeout_s=30)
    elsewhere.close()

    assert before is False
    assert set(used) == {key.id}


def uses(database: Database) -> dict[str, int]:
    with database.read() as connection:
        return KeptKeys(service=Service("shop").key).last_uses(connection, now_ms=SystemClock().now_ms())
