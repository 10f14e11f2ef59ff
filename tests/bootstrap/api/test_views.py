"""Endpoints and the overview of a real application under requests."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI, HTTPException
from starlette.testclient import TestClient

from otel_monitoring import setup_telemetry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEADERS = {"authorization": "Bearer t0ken"}


def shop() -> FastAPI:
    app = FastAPI()

    @app.get("/cart/{number}")
    def cart(number: int) -> dict[str, int]:
        return {"number": number}

    @app.post("/orders")
    def orders() -> None:
        raise HTTPException(503)

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError

    return app


class Instance:
    """The shop with its monitoring, and a client of both."""

    def __init__(self, **settings: Any) -> None:
        app = shop()
        self.monitoring = setup_telemetry(app, api={"token": "t0ken"}, **settings)
        self.client = TestClient(app, raise_server_exceptions=False)

    def send(self) -> None:
        for number in range(20):
            assert self.client.get(f"/cart/{number}").status_code == 200
        for _ in range(5):
            assert self.client.post("/orders", json={}).status_code == 503
        assert self.client.get("/broken").status_code == 500
        assert self.client.get("/cart/x").status_code == 422
        assert self.client.get("/nothing").status_code == 404
        self.monitoring.collect()

    def ask(self, path: str) -> Any:
        answer = self.client.get(f"/monitoring{path}", headers=HEADERS)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def instance(fresh_process: pytest.MonkeyPatch) -> Iterator[Instance]:
    found = Instance(system={"enabled": False})
    with found.client:
        yield found


def test_endpoints_have_what_was_sent(instance: Instance) -> None:
    instance.send()

    found = instance.ask("/endpoints?sort=name&order=asc")

    rows = {(one["method"], one["route"]): one for one in found["endpoints"]}
    assert {key: (one["requests"], one["errors"], one["refused"]) for key, one in rows.items()} == {
        ("GET", ""): (1, 0, 1),
        ("GET", "/broken"): (1, 1, 0),
        ("GET", "/cart/{number}"): (21, 0, 1),
        ("POST", "/orders"): (5, 5, 0),
    }
    assert rows["GET", "/cart/{number}"]["responseBytes"] > 10
    assert found["whole"]["requests"] == 28


def test_our_own_pages_are_no_endpoints_of_the_application(instance: Instance) -> None:
    instance.send()
    instance.ask("/dashboard")
    instance.monitoring.collect()

    routes = {one["route"] for one in instance.ask("/endpoints")["endpoints"]}

    assert not any("monitoring" in route or "dashboard" in route for route in routes)


def test_one_route_is_named_by_its_template(instance: Instance) -> None:
    instance.send()

    found = instance.ask("/endpoints/cart/{number}")

    assert (found["now"]["requests"], found["before"]["perMinute"]) == (21, None)
    assert [(one["status"], one["requests"]) for one in found["statuses"]] == [("200", 20), ("422", 1)]


def test_the_overview_speaks_of_every_part(instance: Instance) -> None:
    instance.send()

    found = instance.ask("/dashboard")

    parts = {name: part["state"] for name, part in found.items() if isinstance(part, dict)}
    assert "failed" not in parts.values()
    assert (parts["requests"], parts["endpoints"], parts["slos"]) == ("ok", "ok", "empty")
    assert found["requests"]["data"]["now"]["errors"] == 6
    assert found["counts"]["data"]["processes"] == 1
    assert found["counts"]["data"]["rules"] > 10


def test_a_part_of_the_overview_that_cannot_read_the_storage_takes_no_other_along(
    fresh_process: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A window that reaches beyond memory asks a file that is no database any more."""
    file = tmp_path / "shop.db"
    fresh_process.setenv("OTEL_MONITORING_STORAGE__URL", f"sqlite:///{file}")
    instance = Instance(system={"enabled": False})
    with instance.client:
        instance.send()
        with sqlite3.connect(file) as database:
            database.execute("PRAGMA writable_schema = 1")
            database.execute("DELETE FROM sqlite_master WHERE type = 'table'")

        found = instance.ask("/dashboard?hours=48")

    assert found["alerts"]["state"] != "failed"
    assert all(
        part["note"] for part in found.values() if isinstance(part, dict) and part["state"] == "failed"
    )
