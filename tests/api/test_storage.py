"""What the storage holds is cleaned up over HTTP, and the processes on it are listed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from otel_monitoring.api.cleanup import cleanup_router
from otel_monitoring.api.instances import instance_bodies, instances_router
from otel_monitoring.api.router import build_api
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.record import Record
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.history.cleanup import Cleanup
from otel_monitoring.storage.history.retention import Keep
from otel_monitoring.storage.repositories.records import append_records, load_records
from otel_monitoring.storage.samples.follow import Seen
from otel_monitoring.storage.samples.sources import Run, Source
from otel_monitoring.storage.service import Service
from otel_monitoring.testing import FakeClock
from tests.api.access.opened import opened_by
from tests.api.test_router import AlertsFake, HealthFake

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from otel_monitoring.model.action import Action

SHOP = Service("shop", environment="test")
DAY_MS = 86_400_000
NOW_MS = 20_000 * DAY_MS


def seen(name: str, *, last_seen_ms: int, is_alive: bool = False, ended_ms: int | None = None) -> Seen:
    source = Source(name, service=SHOP, host="a", pid=7, version="1.2", started_ms=NOW_MS - 100_000)
    reason = "" if ended_ms is None else "stopped"
    return Seen(Run(1, source, last_seen_ms, 3, ended_ms, reason), is_alive)


class Instance:
    """The API over a storage of its own."""

    def __init__(self, folder: Path) -> None:
        clock = FakeClock(NOW_MS)
        self.database = Database(url=f"sqlite:///{folder}/s.db", clock=SystemClock())
        self.actions: list[Action] = []
        self.seen = [
            seen("stopped", last_seen_ms=NOW_MS - 50_000, ended_ms=NOW_MS - 40_000),
            seen("killed", last_seen_ms=NOW_MS - 30_000),
            seen("living", last_seen_ms=NOW_MS - 1000, is_alive=True),
        ]
        cleanup = Cleanup(database=self.database, keep=Keep(), clock=clock)
        self.app = build_api(
            alerts=AlertsFake(),
            health=HealthFake(),
            access=opened_by("t"),
            more=[
                cleanup_router(cleanup, audit=self.actions.append, clock=clock),
                instances_router(
                    lambda: instance_bodies(self.seen, now_ms=NOW_MS), health=lambda: {"living": "degraded"}
                ),
            ],
        )

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
                return await client.request(method, path, headers={"authorization": "Bearer t"}, **more)

        return asyncio.run(ask())

    def left(self) -> int:
        with self.database.read() as connection:
            return len(load_records(connection, "error", service=SHOP.key))


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    made = Instance(tmp_path)
    assert made.database.ensure()
    with made.database.write() as connection:
        append_records(
            connection,
            [Record("error", NOW_MS - days * DAY_MS, "one") for days in (5, 50, 95)],
            service=SHOP.key,
        )
    yield made
    made.database.close()


def rows(answer: httpx.Response, kind: str) -> int:
    [found] = [one["rows"] for one in answer.json()["kinds"] if one["kind"] == kind]
    assert isinstance(found, int)
    return found


def test_without_a_word_it_only_says_what_would_go(instance: Instance) -> None:
    answer = instance.ask("POST", "/cleanup")

    assert (answer.status_code, answer.json()["dryRun"]) == (200, True)
    assert rows(answer, "errors") == 1
    assert (instance.left(), instance.actions) == (3, [])


def test_it_goes_when_asked_to_and_the_trail_says_so(instance: Instance) -> None:
    answer = instance.ask("POST", "/cleanup", json={"dryRun": False, "errorsDays": 30, "by": "kim"})

    assert (rows(answer, "errors"), answer.json()["isComplete"]) == (2, True)
    assert instance.left() == 1
    [action] = instance.actions
    assert (action.actor, action.after) == ("kim", {"errors": 2})


@pytest.mark.parametrize("body", [{"errorsDays": 0}, {"error_day": 3}, {"dryRun": "perhaps"}])
def test_what_is_not_valid_is_refused(instance: Instance, body: dict[str, Any]) -> None:
    assert instance.ask("POST", "/cleanup", json=body).status_code == 422


def test_a_storage_that_is_away_is_a_conflict(instance: Instance) -> None:
    instance.database.close()
    instance.database.ensure = lambda: False  # type: ignore[method-assign]
    answer = instance.ask("POST", "/cleanup")

    assert answer.status_code == 409
    assert "unavailable" in answer.json()["detail"]


def test_processes_are_listed_with_those_that_run_in_front(instance: Instance) -> None:
    found = instance.ask("GET", "/instances").json()["instances"]

    assert [(one["id"], one["state"]) for one in found] == [
        ("living", "running"),
        ("killed", "crashed"),
        ("stopped", "stopped"),
    ]
    assert [one["uptimeSeconds"] for one in found] == [100.0, 70.0, 60.0]
    assert (found[0]["host"], found[0]["pid"], found[2]["exitReason"]) == ("a", 7, "stopped")


def test_of_processes_that_run_it_is_known_how_they_do(instance: Instance) -> None:
    found = instance.ask("GET", "/instances").json()["instances"]

    assert {one["id"]: one["health"] for one in found} == {
        "living": "degraded",
        "killed": None,
        "stopped": None,
    }


def test_pages_of_processes_follow_each_other(instance: Instance) -> None:
    first = instance.ask("GET", "/instances?limit=2").json()
    rest = instance.ask("GET", f"/instances?limit=2&cursor={first['next']}").json()

    assert [one["id"] for one in first["instances"]] == ["living", "killed"]
    assert [one["id"] for one in rest["instances"]] == ["stopped"]
    assert (first["total"], rest["next"]) == (3, None)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state=crashed", ["killed"]),
        ("service=shop", ["living", "killed", "stopped"]),
        ("service=other", []),
        ("host=b", []),
    ],
)
def test_processes_are_chosen(instance: Instance, query: str, expected: list[str]) -> None:
    found = instance.ask("GET", f"/instances?{query}").json()["instances"]

    assert [one["id"] for one in found] == expected


@pytest.mark.parametrize("query", ["state=asleep", "cursor=x", "limit=0"])
def test_a_question_about_processes_that_makes_no_sense_is_refused(instance: Instance, query: str) -> None:
    answer = instance.ask("GET", f"/instances?{query}")

    assert answer.status_code == 422
    assert f"query.{query.partition('=')[0]}" in answer.json()["detail"]
