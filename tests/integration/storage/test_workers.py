"""Several workers seen as one: whoever is asked answers for all, also for one that was killed.

``OTEL_MONITORING_REQUESTS`` is the number of requests of each load.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.lifecycle.load import run_load
from tests.integration.servers import eventually, metric_lines, running_collector
from tests.integration.storage.workers_load import (
    COUNT,
    GUNICORN,
    UVICORN,
    Outcome,
    exposed_total,
    forget_ledgers,
    load_and_kill,
    settled,
    workers,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.integration.servers import Collector


pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

REQUESTS = min(int(os.environ.get("OTEL_MONITORING_REQUESTS", "2000")), 1_000_000)
SETTLED_S = 180.0
PRELOAD = (*GUNICORN, "--preload")
SERVERS = [
    pytest.param(PRELOAD, "sqlite_url", id="gunicorn --preload"),
    pytest.param(PRELOAD, "postgres_url", id="gunicorn --preload on PostgreSQL"),
    pytest.param(GUNICORN, "sqlite_url", id="gunicorn"),
    pytest.param(UVICORN, "sqlite_url", id="uvicorn --workers"),
]


@pytest.fixture(autouse=True)
def _forgotten(request: pytest.FixtureRequest) -> Iterator[None]:
    """Remove what is left of the processes, which end by a kill."""
    names = {"sqlite_url", "postgres_url", "url"} & set(request.fixturenames)
    urls = [request.getfixturevalue(name) for name in names]
    yield
    for url in urls:
        forget_ledgers(url)


@pytest.fixture
def url(request: pytest.FixtureRequest, storage: str) -> str:
    """Return the URL of one of the storages, which is named by its fixture."""
    found: str = request.getfixturevalue(storage)
    return found


@pytest.mark.parametrize(("command", "storage"), SERVERS)
def test_the_totals_are_what_the_load_generator_counted_though_one_worker_is_killed(
    command: tuple[str, ...], url: str, tmp_path: Path
) -> None:
    with (
        running_collector(tmp_path) as collector,
        workers(command, url=url, folder=tmp_path, endpoint=collector.otlp_http) as server,
    ):
        outcome = load_and_kill(server, requests=REQUESTS)

        told: set[float] = set()

        def agree() -> bool:
            """Look at all of them together: what is not collected yet may be right as well, and passes."""
            told.clear()
            told.update(server.totals().values(), server.exposed_totals().values(), [_collected(collector)])
            return len(told) == 1 and outcome.allows(min(told))

        with contextlib.suppress(pytest.fail.Exception):
            eventually(agree, timeout_s=SETTLED_S, what="one total")
        (total,) = told

        print(
            f"\n{outcome.completed} of {REQUESTS} requests completed, {total:.0f} counted, "
            f"{outcome.in_flight} in flight in the killed worker"
        )
        assert outcome.completed + outcome.in_flight == REQUESTS
        assert outcome.allows(total), outcome


def test_the_instances_are_listed_with_whether_they_live_and_why_they_ended(
    sqlite_url: str, tmp_path: Path
) -> None:
    with workers(PRELOAD, url=sqlite_url, folder=tmp_path) as server:
        load_and_kill(server, requests=200)
        living = set(server.pids(4))

        def known() -> list[dict[str, Any]] | None:
            _, answer = server.ask("/monitoring/instances")
            found: list[dict[str, Any]] = answer.json()["instances"]
            running = {one["pid"] for one in found if one["state"] == "running"}
            ended = {one["pid"] for one in found if one["endedAt"]}
            return found if living <= running and set(server.killed) <= ended else None

        def same_by_command() -> list[dict[str, Any]] | None:
            """Return them where the command says the same of them: what is known of an end may still grow."""
            found = known()
            if found is None:
                return None
            by_command = json.loads(server.command("instances", "--json"))
            return found if _lasting(by_command) == _lasting(found) else None

        instances = eventually(same_by_command, timeout_s=SETTLED_S, what="the instances as they are")

    (killed,) = [one for one in instances if one["pid"] in server.killed]
    assert killed["state"] == "crashed"
    assert killed["exitReason"] in ("killed by SIGKILL", "gone without a word")
    assert {one["host"] for one in instances} == {socket.gethostname()}
    assert {one["version"] for one in instances} == {"1.2"}
    assert all(one["startedAt"] <= one["lastSeenAt"] and one["uptimeSeconds"] > 0 for one in instances)


def test_a_planned_stop_is_no_crash(sqlite_url: str, tmp_path: Path) -> None:
    """Neither of a worker that is replaced nor of all of them."""
    with workers(GUNICORN, url=sqlite_url, folder=tmp_path) as server:
        run_load(server.port, requests=50, path="/x")
        replaced = server.pids(4)[0]
        server.end(replaced)
        server.pids(4)
        server.stop()
    with workers(GUNICORN, url=sqlite_url, folder=tmp_path) as server:

        def known() -> list[dict[str, Any]] | None:
            found: list[dict[str, Any]] = server.ask("/monitoring/instances")[1].json()["instances"]
            return found if len([one for one in found if one["endedAt"]]) >= 5 else None

        instances = eventually(known, timeout_s=SETTLED_S, what="five processes that ended")

    assert {one["state"] for one in instances} == {"running", "stopped"}
    assert {one["exitReason"] for one in instances if one["state"] == "stopped"} == {"stopped"}


def test_the_gauges_of_a_killed_worker_end_and_its_counters_stay(sqlite_url: str, tmp_path: Path) -> None:
    with workers(GUNICORN, url=sqlite_url, folder=tmp_path) as server:
        outcome = load_and_kill(server, requests=200)
        settled(server.totals, outcome)

        def gauges() -> bool:
            return len(server.values("process_memory_usage_bytes")) == 4

        eventually(gauges, timeout_s=SETTLED_S, what="the gauges of the living alone")

        assert len(server.values(f'{COUNT}{{http_route="/x"}}')) >= 2  # some may get none
        assert all(outcome.allows(total) for total in server.totals().values())


def test_a_planned_stop_and_a_start_keep_every_request(sqlite_url: str, tmp_path: Path) -> None:
    with workers(GUNICORN, url=sqlite_url, folder=tmp_path) as server:
        first = run_load(server.port, requests=300, path="/x")
        server.stop()
    with workers(GUNICORN, url=sqlite_url, folder=tmp_path) as server:
        second = run_load(server.port, requests=300, path="/x")
        outcome = Outcome(first.answered + second.answered, 0)

        totals = settled(server.totals, outcome)

    assert set(totals.values()) == {600.0}


def test_two_hosts_on_one_server_answer_for_each_other(postgres_url: str, tmp_path: Path) -> None:
    with contextlib.ExitStack() as running:
        here, there = (
            running.enter_context(
                workers(
                    GUNICORN,
                    url=postgres_url,
                    folder=tmp_path,
                    OTEL_RESOURCE_ATTRIBUTES=f"host.name={name}",
                )
            )
            for name in ("here", "there")
        )
        first = load_and_kill(here, requests=300)
        second = run_load(there.port, requests=300, connections=8, path="/x")
        outcome = Outcome(first.completed + second.answered, first.in_flight)

        totals = {**settled(here.totals, outcome), **settled(there.totals, outcome)}

    assert len(totals) >= 8
    assert len(set(totals.values())) == 1
    assert outcome.allows(next(iter(totals.values())))


def _collected(collector: Collector) -> float:
    """Return the total of requests that the Collector shows."""
    return exposed_total("\n".join(metric_lines(collector.prometheus)))


def _lasting(instances: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what is said of instances, without what differs from one moment to the next."""
    passing = ("lastSeenAt", "uptimeSeconds")
    return [{name: value for name, value in one.items() if name not in passing} for one in instances]
