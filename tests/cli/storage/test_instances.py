"""Every process on a storage is listed: which run, which stopped, and which crashed, why and since when."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import pytest
import uvicorn
from sqlalchemy import update
from starlette.applications import Starlette
from starlette.routing import Mount

from otel_monitoring.api.instances import InstanceBody, instance_bodies, instances_router
from otel_monitoring.api.router import build_api
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.samples.follow import Seen
from otel_monitoring.storage.samples.sources import Source, introduce, runs
from otel_monitoring.storage.service import Service
from otel_monitoring.storage.tables import SOURCES
from tests.api.access.opened import opened_by
from tests.api.test_router import AlertsFake, HealthFake
from tests.integration.servers import eventually, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Run

HOUR_MS = 3_600_000
TOKEN = "t0ken"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A process that runs, one that stopped, one that was killed, one that nobody heard of since."""
    made = Database(url=f"sqlite:///{tmp_path_factory.mktemp('instances')}/s.db", clock=SystemClock())
    assert made.ensure()
    now_ms = SystemClock().now_ms()
    ends = {
        "runs": (0, None, None),
        "stopped": (HOUR_MS, HOUR_MS, "stopped"),
        "killed": (2 * HOUR_MS, 2 * HOUR_MS, "killed by SIGKILL"),
        "silent": (3 * HOUR_MS, None, None),
    }
    for pid, (name, (seen_ms, ended_ms, reason)) in enumerate(ends.items(), 100):
        source = Source(
            name, Service("shop"), host="web1", pid=pid, version="1.2", started_ms=now_ms - 5 * HOUR_MS
        )
        with made.write() as connection:
            number = introduce(connection, source)
            values = {
                "last_seen_ms": now_ms - seen_ms,
                "last_seq": 7,
                "ended_ms": None if ended_ms is None else now_ms - ended_ms,
                "exit_reason": reason,
            }
            connection.execute(update(SOURCES).where(SOURCES.c.id == number).values(values))
    yield made
    made.close()


@pytest.fixture(scope="module")
def url(database: Database) -> Iterator[str]:
    """An application that lists them."""

    def known() -> list[InstanceBody]:
        with database.read() as connection:
            seen = [Seen(run, run.source.instance == "runs") for run in runs(connection)]
        return instance_bodies(seen, now_ms=SystemClock().now_ms())

    router = instances_router(known)
    api = build_api(alerts=AlertsFake(), health=HealthFake(), access=opened_by(TOKEN), more=[router])
    app = Starlette(routes=[Mount("/monitoring", api)])
    [port] = free_ports(1)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    eventually(lambda: server.started, what="the API")
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(params=["application", "storage"])
def words(request: pytest.FixtureRequest, url: str, database: Database) -> tuple[str, ...]:
    """Ask a running application, or the storage itself."""
    if request.param == "application":
        return ("instances", "--url", url, "--token", TOKEN)
    return ("instances", "--storage", f"sqlite:///{database.place.path}")


def test_a_row_says_how_a_process_is_and_how_it_ended(run: Run, words: tuple[str, ...]) -> None:
    result = run(*words)

    assert result.exit_code == 0, result.output
    heads, *rows = (line.split() for line in result.stdout.splitlines())
    assert heads[:6] == ["STATE", "HEALTH", "SERVICE", "VERSION", "HOST", "PID"]
    by_pid = {row[5]: row for row in rows}
    assert [row[0] for row in rows] == ["running", "stopped", "crashed", "crashed"]
    assert by_pid["100"][1:5] == ["-", "shop", "1.2", "web1"]
    assert by_pid["100"][7].startswith("5h")  # and a few seconds
    assert by_pid["101"][-1] == "stopped"
    assert by_pid["102"][-3:] == ["killed", "by", "SIGKILL"]
    assert by_pid["102"][7] == "3h"


def test_programs_get_the_same_as_json(run: Run, words: tuple[str, ...]) -> None:
    found = {one["id"]: one for one in json.loads(run(*words, "--json").stdout)}

    assert {name: one["state"] for name, one in found.items()} == {
        "runs": "running",
        "stopped": "stopped",
        "killed": "crashed",
        "silent": "crashed",
    }
    assert found["killed"]["exitReason"] == "killed by SIGKILL"
    assert found["killed"]["uptimeSeconds"] == pytest.approx(3 * 3600, abs=60)
    assert found["silent"]["uptimeSeconds"] == pytest.approx(2 * 3600, abs=60)
    assert found["silent"]["endedAt"] is None
    assert found["silent"]["lastSeenAt"] < found["killed"]["lastSeenAt"] < found["runs"]["lastSeenAt"]


def test_where_nobody_listens_that_is_said(run: Run) -> None:
    [port] = free_ports(1)

    result = run("instances", "--url", f"http://127.0.0.1:{port}", "--token", TOKEN)

    assert result.exit_code == 1
    assert str(port) in result.error + result.output


def test_a_wrong_token_is_said(run: Run, url: str) -> None:
    result = run("instances", "--url", url, "--token", "wrong")

    assert result.exit_code == 1
    assert "--token" in result.error + result.output


def test_a_storage_without_processes_says_so(run: Run, tmp_path: Path) -> None:
    empty = Database(url=f"sqlite:///{tmp_path}/empty.db", clock=SystemClock())
    assert empty.ensure()
    empty.close()

    result = run("instances", "--storage", f"sqlite:///{tmp_path}/empty.db")

    assert (result.exit_code, result.stderr) == (0, "no processes\n")
