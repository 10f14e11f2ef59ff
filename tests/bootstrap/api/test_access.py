"""Who may use the pages of a real application."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from otel_monitoring import setup_telemetry
from otel_monitoring.api.access.trail import LOCKED_OUT

STRONG = "0123456789abcdefghijklmnopqrstuv"
WEAK = "swordfish"


@pytest.fixture(autouse=True)
def process(fresh_process: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Begin as in a new process."""
    return fresh_process


def viewer_by_header(request: Any) -> str | None:
    """Tell as an application does who its users are."""
    return "viewer" if "x-user" in request.headers else None


def bearing(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def guess(client: TestClient, times: int) -> list[int]:
    return [client.get("/monitoring/alerts", headers=bearing("wrong")).status_code for _ in range(times)]


def test_guesses_are_slowed_counted_and_told() -> None:
    app = FastAPI()
    monitoring = setup_telemetry(app, api={"token": STRONG})

    with TestClient(app) as client:
        answers = guess(client, 12)
        client.get("/monitoring/alerts")
        monitoring.tick()
        events = client.get("/monitoring/events", params={"name": LOCKED_OUT}, headers=bearing(STRONG)).json()
        actions = client.get("/monitoring/audit", headers=bearing(STRONG)).json()["actions"]
        series = client.get("/monitoring/metrics", headers=bearing(STRONG)).text

    assert answers == [401] * 10 + [429] * 2
    assert [one["name"] for one in events["events"]] == [LOCKED_OUT]
    assert [(one["name"], one["actor"]) for one in actions] == [("access.locked_out", "gate")]
    counts = {
        line for line in series.splitlines() if line.startswith("otel_monitoring_access_refusals_total")
    }
    assert {line.partition('reason="')[2].partition('"')[0] for line in counts} >= {
        "wrong",
        "locked",
        "missing",
    }
    assert "wrong credential" in str(events)
    assert STRONG not in f"{events}{actions}{series}"


def test_a_token_that_nobody_can_guess_opens_even_from_where_others_guess() -> None:
    app = FastAPI()
    setup_telemetry(app, api={"token": STRONG})

    with TestClient(app) as client:
        guess(client, 12)
        answer = client.get("/monitoring/alerts", headers=bearing(STRONG))

    assert answer.status_code == 200


def test_a_token_that_somebody_may_guess_waits_too(process: pytest.MonkeyPatch) -> None:
    process.setenv("OTEL_MONITORING_ACCESS__LOCKOUT_FAILURES", "3")
    process.setenv("OTEL_MONITORING_ACCESS__LOCKOUT_S", "7")
    app = FastAPI()
    setup_telemetry(app, api={"token": WEAK})

    with TestClient(app) as client:
        guess(client, 3)
        answer = client.get("/monitoring/alerts", headers=bearing(WEAK))

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")


def test_a_session_ends_when_the_token_is_another() -> None:
    app = FastAPI()
    monitoring = setup_telemetry(app, api={"token": STRONG})
    with TestClient(app, base_url="https://shop.example") as client:
        client.get(f"/monitoring/sign-in?token={STRONG}")
        cookies = dict(client.cookies)
        assert client.get("/monitoring/alerts").status_code == 200
    monitoring.shutdown()
    other = FastAPI()
    setup_telemetry(other, api={"token": STRONG[::-1]})

    with TestClient(other, base_url="https://shop.example", cookies=cookies) as client:
        answer = client.get("/monitoring/alerts")

    assert [*cookies] == ["__Secure-otel_monitoring_session"]
    assert answer.status_code == 401


def test_cookies_are_for_https_alone_where_that_is_said(process: pytest.MonkeyPatch) -> None:
    process.setenv("OTEL_MONITORING_ACCESS__SECURE_COOKIES", "always")
    process.setenv("OTEL_MONITORING_ACCESS__SESSION_S", "60")
    app = FastAPI()
    setup_telemetry(app, api={"token": STRONG})

    with TestClient(app) as client:
        answer = client.get(f"/monitoring/sign-in?token={STRONG}", follow_redirects=False)

    assert "Max-Age=60" in answer.headers["set-cookie"]
    assert "; Secure" in answer.headers["set-cookie"]


def test_where_somebody_has_said_how_to_come_in_no_token_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    app = FastAPI()
    monitoring = setup_telemetry(
        app, access=lambda request: "viewer" if "x-user" in request.headers else None
    )

    with TestClient(app) as client:
        for _ in range(6):
            monitoring.tick()
        answers = [
            client.request(method, path, headers=headers).status_code
            for method, path in (("GET", "/monitoring/alerts"), ("POST", "/monitoring/rules/reload"))
            for headers in ({}, {"x-user": "kim"})
        ]

    assert capsys.readouterr().err.count("Bearer") == 0
    assert answers == [401, 200, 401, 403]
