"""Dashboards of a real application: kept over a restart, told to the audit, closed to viewers."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from otel_monitoring import setup_telemetry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEADERS = {"authorization": "Bearer t0ken"}
PATH = "/monitoring/dashboards"
PANEL = {"title": "Up", "queries": [{"expr": "up"}], "place": {"x": 0, "y": 0, "w": 6, "h": 4}}
GIVEN: dict[str, Any] = {"title": "Checkout", "panels": [PANEL]}


@pytest.fixture(autouse=True)
def process(fresh_process: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    return fresh_process


@contextlib.contextmanager
def running(url: str, **settings: Any) -> Iterator[TestClient]:
    app = FastAPI()
    monitoring = setup_telemetry(
        app,
        service_name="shop",
        api={"token": "t0ken"},
        storage={"url": url},
        rate_limits={"own": "off"},
        **settings,
    )
    with TestClient(app, headers=HEADERS) as client:
        yield client
    monitoring.shutdown()


def test_a_dashboard_is_there_after_a_restart_and_in_the_audit(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/kept.db"
    with running(url) as client:
        made = client.post(f"{PATH}?by=kim", json=GIVEN)
        assert made.status_code == 201, made.text
        assert made.json()["keptIn"] == "storage"

    with running(url) as client:
        listed = client.get(PATH).json()
        [action] = [
            one for one in client.get("/monitoring/audit").json()["actions"] if one["name"].startswith("dash")
        ]

    assert [(one["id"], one["title"]) for one in listed["dashboards"]] == [(made.json()["id"], "Checkout")]
    assert (action["name"], action["actor"]) == ("dashboard.created", "kim (token)")
    assert action["after"] == {"title": "Checkout", "version": 1, "panels": ["Up"]}


def test_without_a_storage_it_is_said_that_they_are_in_memory() -> None:
    with running("memory") as client:
        assert client.post(PATH, json=GIVEN).json()["keptIn"] == "memory"
        assert "Set storage.url to keep them" in client.get(PATH).json()["note"]


def test_an_expression_is_looked_at_where_our_own_engine_answers() -> None:
    wrong = {**GIVEN, "panels": [{**PANEL, "queries": [{"expr": "sum("}]}]}

    with running("memory") as client:
        assert client.post(PATH, json=wrong).status_code == 422
    with running("memory", query={"url": "http://127.0.0.1:9/"}) as client:
        assert client.post(PATH, json=wrong).status_code == 201
