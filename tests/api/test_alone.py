"""The pages wherever somebody mounts them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from otel_monitoring import setup_telemetry
from otel_monitoring.api.alone import Handed, OnlyProbes
from otel_monitoring.api.probes import Probes
from tests.api.client import connect_websocket, get

TOKEN = {"authorization": "Bearer t0ken"}


def codes(app: Any, *paths: str) -> list[int]:
    with TestClient(app) as client:
        return [client.get(path, headers=TOKEN).status_code for path in paths]


def by_mount(pages: Any) -> Any:
    return Starlette(routes=[Mount("/ops", app=pages)])


def by_router(pages: Any) -> Any:
    app = FastAPI()
    app.include_router(pages.router(), prefix="/ops")
    return app


def below_a_mount(pages: Any) -> Any:
    return Starlette(routes=[Mount("/deep", app=by_router(pages))])


@pytest.mark.parametrize(
    ("outer", "where"), [(by_mount, "/ops"), (by_router, "/ops"), (below_a_mount, "/deep/ops")]
)
def test_pages_lie_where_they_are_put(outer: Any, where: str, fresh_process: pytest.MonkeyPatch) -> None:
    monitoring = setup_telemetry(FastAPI(), api={"token": "t0ken", "mount": False}, system={"enabled": False})
    app = outer(monitoring.pages)

    found = codes(app, f"{where}/rules", f"{where}/health/live", f"{where}/nothing", "/rules")
    with TestClient(app) as client:
        document = client.get(f"{where}/openapi.json", headers=TOKEN).json()
        stranger = client.get(f"{where}/rules")

    assert found == [200, 200, 404, 404]
    assert document["servers"] == [{"url": where}]
    assert stranger.status_code == 401


def test_nothing_is_mounted_unasked(fresh_process: pytest.MonkeyPatch) -> None:
    app = FastAPI()
    setup_telemetry(app, api={"token": "t0ken", "mount": False}, system={"enabled": False})

    assert codes(app, "/monitoring/rules", "/monitoring/health/live") == [404, 404]


@pytest.mark.parametrize("settings", [{"api": {"enabled": False}}, {"enabled": False}])
def test_pages_that_are_off_are_not_there(settings: Any, fresh_process: pytest.MonkeyPatch) -> None:
    monitoring = setup_telemetry(FastAPI(), **settings)

    assert codes(by_mount(monitoring.pages), "/ops/rules") == [404]


def test_pages_that_are_off_take_no_connection() -> None:
    sent = asyncio.run(connect_websocket(Handed(None), "/x"))

    assert sent == [{"type": "websocket.close", "code": 1000}]


def test_pages_can_be_the_whole_application() -> None:
    """A server that runs them by themselves sends a lifespan too."""
    assert codes(Handed(None), "/") == [404]


@pytest.mark.parametrize(
    ("path", "status"),
    [("/m/health/live", 200), ("/m/health/ready", 503), ("/m/rules", 404), ("/m", 404), ("/m/health", 404)],
)
def test_only_probes_are_left(path: str, status: int) -> None:
    assert get(OnlyProbes(Probes(lambda: False), prefix="/m"), path).status_code == status
