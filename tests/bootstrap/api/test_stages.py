"""Which routes of a real application are made when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from otel_monitoring import setup_telemetry
from otel_monitoring.api import router

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "/monitoring"


@pytest.fixture
def made(fresh_process: pytest.MonkeyPatch) -> list[set[str]]:
    """What each making of routes was given."""
    found: list[set[str]] = []
    build_routes = router.build_routes

    def noting(access: Any, **parts: Any) -> Any:
        found.append(set(parts))
        return build_routes(access, **parts)

    fresh_process.setattr(router, "build_routes", noting)
    return found


@pytest.fixture
def client(made: list[set[str]]) -> Iterator[TestClient]:
    app = FastAPI()
    monitoring = setup_telemetry(app, api={"token": "t0ken"}, rate_limits={"own": "off"})
    with TestClient(app, headers={"authorization": "Bearer t0ken"}) as asking:
        yield asking
    monitoring.shutdown()


def test_a_process_that_is_scraped_and_watched_makes_few_routes(
    client: TestClient, made: list[set[str]]
) -> None:
    """Metrics, health and who calls stand on little; nobody made the rest."""
    for path in ("/metrics", "/metrics.json", "/health", "/session"):
        assert client.get(PREFIX + path).status_code == 200

    assert made == [{"health", "score", "front", "exposition"}]


def test_the_rest_answers_whoever_asks_for_it(client: TestClient, made: list[set[str]]) -> None:
    """Once each; samples that are sent go there, though they are scraped at the same path."""
    assert client.get(f"{PREFIX}/metrics").status_code == 200
    assert client.post(f"{PREFIX}/metrics", json={}).status_code == 422

    assert client.get(f"{PREFIX}/endpoints").status_code == 200
    assert client.get(f"{PREFIX}/nothing").status_code == 404
    assert len(made) == 2


def test_strangers_make_no_more_than_the_gate(client: TestClient, made: list[set[str]]) -> None:
    """Whatever they ask for."""
    for path in ("/", "/alerts", "/nothing"):
        assert client.get(PREFIX + path, headers={"authorization": ""}).status_code == 401

    assert len(made) == 1


def test_the_description_has_the_routes_of_both(client: TestClient) -> None:
    """It is one API."""
    paths = client.get(f"{PREFIX}/openapi.json").json()["paths"]

    assert {"/metrics", "/health", "/session", "/alerts", "/endpoints"} <= set(paths)
