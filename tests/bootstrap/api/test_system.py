"""What a real application says of itself: status, processes, pipeline, machine and metrics."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from otel_monitoring import Settings, setup_telemetry
from otel_monitoring.settings.access import AccessSettings
from tests.integration.servers import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Get = Callable[..., Any]

TOKEN = "a-token-that-nobody-guesses"
HEADERS = {"authorization": f"Bearer {TOKEN}"}
HASH = "5e" * 32
SECRET = "hunter2-correct-horse"


@pytest.fixture(autouse=True)
def process(fresh_process: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    return fresh_process


@pytest.fixture(params=["memory", "sqlite"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TestClient]:
    """Ask an application with and without a storage, once it has collected."""
    url = "memory" if request.param == "memory" else f"sqlite:///{tmp_path}/shop.db"
    app = FastAPI()
    monitoring = setup_telemetry(
        app,
        service_name="shop",
        service_version="1.4.2",
        environment="test",
        api={"token": TOKEN},
        storage={"url": url},
        telemetry={"resource_attributes": {"team": "web"}},
        settings=Settings(access=AccessSettings(keys={"ci": f"viewer 2fo3kq7xab:{HASH}"})),
        query={"headers": {"X-Scope-OrgID": SECRET}, "bearer_token": SECRET},
    )
    with TestClient(app) as client:
        monitoring.tick()

        def is_measured() -> bool:
            """Tell whether the sampler's first look, in its own thread, was collected."""
            monitoring.collect()
            sections = client.get("/monitoring/system", headers=HEADERS).json()["sections"]
            return "process" in {section["name"] for section in sections}

        eventually(is_measured, what="the first look at the machine")
        yield client


@pytest.fixture
def get(client: TestClient) -> Get:
    """Return what a page answers."""

    def ask(path: str, **params: Any) -> Any:
        answer = client.get(f"/monitoring{path}", headers=HEADERS, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask


def test_status_says_who_answers(get: Get) -> None:
    body = get("/status")

    own = body["instance"]
    assert (own["service"], own["version"], own["environment"]) == ("shop", "1.4.2", "test")
    assert own["state"] == "running"
    assert body["storage"]["kind"] in ("memory", "sqlite")
    assert body["rules"]["total"] > 0
    assert body["queries"] == {"answeredBy": "engine", "address": ""}
    assert body["links"]["health"] == "/monitoring/health"


def test_status_names_what_was_set_and_no_secret(get: Get) -> None:
    body = get("/status")

    settings = {one["name"]: one["value"] for one in body["settings"]}
    assert settings["service_name"] == "shop"
    assert settings["api.token"] == "**********"
    assert "query.timeout_s" not in settings
    assert settings["access.keys"] == "**********"
    assert not any(secret in str(body) for secret in (TOKEN, SECRET, HASH))


def test_every_link_of_status_leads_somewhere(get: Get) -> None:
    links = get("/status")["links"]

    for name in ("health", "system", "instances", "pipeline", "alerts", "rules"):
        assert get(links[name].removeprefix("/monitoring")), name


def test_the_process_that_answers_is_among_the_processes(get: Get) -> None:
    own = get("/status")["instance"]
    [found] = get("/instances")["instances"]

    assert [found[name] for name in ("id", "service", "pid", "state")] == [
        own[name] for name in ("id", "service", "pid", "state")
    ]
    assert found["health"] == own["health"]
    assert found["figures"] is None


def test_a_process_has_figures_where_they_are_wanted(get: Get) -> None:
    [found] = get("/instances", figures=True, window="10m")["instances"]

    assert found["figures"]["memoryBytes"] > 1e6
    assert (found["figures"]["requests"], found["figures"]["errorRate"]) == (0, None)


def test_the_pipeline_names_its_parts(get: Get) -> None:
    body = get("/pipeline")

    names = [part["name"] for part in body["parts"]]
    assert [name for name in names if name != "storage"] == [
        "loop",
        "guards",
        "store",
        "records",
        "queries",
        "rules",
        "messages",
    ]
    store = next(part for part in body["parts"] if part["name"] == "store")
    assert store["fine"]
    assert {count["name"]: count["value"] for count in store["counts"]}["series"] > 0


def test_the_machine_is_described(get: Get) -> None:
    body = get("/system", window="5m")

    names = {figure["name"] for section in body["sections"] for figure in section["figures"]}
    assert {"memory.machine", "process.memory", "process.threads"} <= names
    assert body["machine"]["python"]


def test_newest_values_are_there(get: Get) -> None:
    body = get("/metrics/current", name="process.memory.usage")

    [metric] = body["metrics"]
    assert (metric["unit"], metric["type"]) == ("By", "gauge")
    assert metric["series"][0]["value"] > 0


def test_the_past_is_told_without_a_word(get: Get) -> None:
    body = get("/metrics/history", hours=1)

    assert {"http.request_rate", "process.memory", "system.cpu"} <= {one["metric"] for one in body["metrics"]}


def test_what_was_collected_a_moment_ago_is_in_the_export(client: TestClient) -> None:
    answer = client.get("/monitoring/export", headers=HEADERS, params={"name": "process.memory.usage"})

    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert {line["metric"] for line in lines} == {"process_memory_usage_bytes"}
    assert all(value > 0 for line in lines for value in line["values"])


@pytest.mark.parametrize("what", ["alerts", "events", "health", "audit", "deliveries"])
def test_everything_else_can_be_exported(client: TestClient, what: str) -> None:
    answer = client.get("/monitoring/export", headers=HEADERS, params={"what": what, "format": "csv"})

    assert answer.status_code == 200
    assert answer.text.count("\r\n") >= 1


def test_what_could_go_is_told_where_something_is_kept(
    client: TestClient, request: pytest.FixtureRequest
) -> None:
    answer = client.post("/monitoring/cleanup", headers=HEADERS)

    if "memory" in request.node.name:
        assert answer.status_code == 409
        assert "storage.url" in answer.json()["detail"]
    else:
        assert answer.json()["dryRun"] is True
