"""What a user gets from one call, around a real application in this process."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import OctKey
from starlette.testclient import TestClient

from otel_monitoring import setup_telemetry
from otel_monitoring.context.correlation import current
from otel_monitoring.measure.logs import installed_handler

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "a shared secret of at least 32 bytes, really"


def shop() -> FastAPI:
    app = FastAPI()

    @app.get("/whoami")
    def whoami() -> dict[str, Any]:
        correlation = current()
        assert correlation is not None
        return correlation.attributes()

    return app


@pytest.fixture(autouse=True)
def process(fresh_process: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    root = logging.getLogger()
    handlers, level = [*root.handlers], root.level
    yield fresh_process
    root.handlers[:] = handlers
    root.setLevel(level)


def test_pages_are_closed_without_the_token_and_live_is_open() -> None:
    app = shop()
    setup_telemetry(app, api={"token": "t0ken"})

    with TestClient(app) as client:
        codes = [
            client.get(path, headers=headers).status_code
            for path in (
                "/monitoring/health/live",
                "/monitoring/health",
                "/monitoring/alerts",
                "/monitoring/nothing",
            )
            for headers in ({}, {"authorization": "Bearer t0ken"})
        ]

    assert codes == [200, 200, 200, 200, 401, 200, 401, 404]


def test_without_a_token_one_is_made_and_printed_once_with_a_link(
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = shop()
    monitoring = setup_telemetry(app, alerts={"external_url": "https://shop.example"})

    with TestClient(app):
        monitoring.tick()
    with TestClient(app, base_url="https://shop.example") as client:
        monitoring.tick()
        printed = capsys.readouterr().err
        token = printed.partition("Bearer ")[2].partition("'")[0]
        link = printed.partition("sign in at ")[2].partition("\n")[0]
        answer = client.get("/monitoring/alerts", headers={"authorization": f"Bearer {token}"})
        page = client.get(link)
        said = client.get("/monitoring/session").json()
        session = {name: said[name] for name in ("name", "role", "by")}

    assert printed.count("Bearer ") == 1
    assert len(token) >= 32
    assert link == f"https://shop.example/monitoring/sign-in?token={token}"
    assert answer.status_code == 200
    assert (page.status_code, str(page.url)) == (200, "https://shop.example/monitoring/")
    assert session == {"name": "token", "role": "admin", "by": "session"}


def test_pages_can_be_elsewhere_or_off() -> None:
    app = shop()
    setup_telemetry(app, api={"prefix": "/ops/mon", "token": "t"})

    with TestClient(app) as client:
        assert client.get("/ops/mon/health/live").status_code == 200
        assert client.get("/monitoring/health/live").status_code == 404


def test_pages_that_are_off_are_not_there() -> None:
    app = shop()
    setup_telemetry(app, api={"enabled": False})

    with TestClient(app) as client:
        assert client.get("/monitoring/health/live").status_code == 404


def test_health_tells_of_the_toolkits_own_checks() -> None:
    app = shop()
    monitoring = setup_telemetry(app, api={"token": "t"})

    with TestClient(app) as client:
        monitoring.tick()
        report = client.get("/monitoring/health", headers={"authorization": "Bearer t"}).json()

    names = {"export", "rules", "disk", "memory", "event_loop"}
    assert {check["name"] for check in report["checks"]} == names
    assert not any(check["critical"] for check in report["checks"])
    assert (report["ready"], report["status"] == "unhealthy") == (True, False)


def test_alerts_come_from_the_default_rules() -> None:
    app = shop()
    setup_telemetry(app, api={"token": "t"})

    with TestClient(app) as client:
        rules = client.get("/monitoring/rules", headers={"authorization": "Bearer t"}).json()

    names = {rule["name"] for group in rules["groups"] for rule in group["rules"]}
    assert {"HighErrorRate", "EventLoopBlocked"} <= names


def test_a_verified_token_names_the_user_by_hash() -> None:
    app = shop()
    setup_telemetry(app, jwt={"key": KEY, "algorithms": ["HS256"]})
    token = jwt.encode({"alg": "HS256"}, {"sub": "alice", "tenant_id": "acme"}, OctKey.import_key(KEY))

    with TestClient(app) as client:
        known = client.get("/whoami", headers={"authorization": f"Bearer {token}"}).json()
        unknown = client.get("/whoami", headers={"authorization": f"Bearer {token}x"}).json()

    assert len(known["user.hash"]) == 32
    assert known["otel_monitoring.tenant.id"] == "acme"
    assert "user.hash" not in unknown


def test_logging_is_configured_where_that_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    setup_telemetry(shop(), service_name="shop", logs={"configure": True, "format": "json"})

    logging.getLogger("shop.orders").info("paid password=hunter2", extra={"order": 7})

    (line,) = [one for one in capsys.readouterr().err.splitlines() if "paid" in one]
    record = json.loads(line)
    assert (record["logger"], record["order"], record["service"]) == ("shop.orders", 7, "shop")
    assert "hunter2" not in line


def test_logging_is_left_alone_otherwise() -> None:
    before = [*logging.getLogger().handlers]

    setup_telemetry(shop())

    assert installed_handler() is None
    assert logging.getLogger().handlers == before


def test_a_plain_asgi_application_is_wrapped() -> None:
    async def plain(scope: Any, _receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    monitoring = setup_telemetry(plain)

    answer = TestClient(monitoring.app).get("/")
    assert answer.status_code == 204
    assert len(answer.headers["x-request-id"]) == 32


def test_a_second_application_is_instrumented_by_the_same_instance() -> None:
    first, second = shop(), shop()
    monitoring = setup_telemetry(first, service_name="shop")

    again = setup_telemetry(second, service_name="shop")

    assert again is monitoring
    assert "x-request-id" in TestClient(second).get("/whoami").headers


def test_switched_off_it_touches_nothing(process: pytest.MonkeyPatch) -> None:
    process.setenv("OTEL_SDK_DISABLED", "true")
    app = shop()
    monitoring = setup_telemetry(app)

    answer = TestClient(app, raise_server_exceptions=False).get("/nothing")

    assert "x-request-id" not in answer.headers
    assert monitoring.app is app
    assert monitoring.force_flush()
    assert monitoring.shutdown()
