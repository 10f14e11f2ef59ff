"""The same goes on schedule, by the API and by the command: what is old of every kind, never the audit."""

from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy import func, select

from otel_monitoring.api.cleanup import cleanup_router
from otel_monitoring.api.router import build_api
from otel_monitoring.bootstrap.storage.upkeep import archive_of, keep_of, upkeep
from otel_monitoring.model.alert import Alert, Transition
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.record import Record
from otel_monitoring.settings import Settings
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.history.cleanup import Cleanup
from otel_monitoring.storage.repositories.audit_chain import append_audit, broken_at, load_audit
from otel_monitoring.storage.repositories.records import append_records
from otel_monitoring.storage.repositories.transitions import append_transitions
from otel_monitoring.storage.tables import BATCHES, DELIVERIES, RECORDS, SOURCES, TRANSITIONS, WINDOWS
from tests.api.access.opened import opened_by
from tests.api.test_router import AlertsFake, HealthFake
from tests.storage.history.recorded import SHOP, Background, Recorded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Run

DAY_MS = 86_400_000
AGES = (1, 40, 100, 400)
"""In days: younger than everything is kept, older than samples, than errors and logs, than alerts."""
KINDS = ("error", "log", "trace", "event", "health")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Four of everything, each of another age; the oldest samples in blocks, the younger ones not yet."""
    made = Database(url=f"sqlite:///{tmp_path}/s.db", clock=SystemClock())
    assert made.ensure()
    now_ms = SystemClock().now_ms()
    for age in reversed(AGES):
        source = Recorded(made, f"process{age}")
        source.collect(now_ms - age * DAY_MS, {"served_total": float(age)})
        source.flush()
        if age == AGES[-1]:
            background = Background(made)
            background.compact(now_ms - age * DAY_MS + 2 * DAY_MS)
            background.lease.release()
    for age in AGES:
        at_ms = now_ms - age * DAY_MS
        alert = Alert(Labels.of(alertname="High", age=str(age)), {}, "firing", 1.0, at_ms)
        delivery = {"digest": str(age), "lane": "a", "key": "k", "outcome": "delivered", "document": "{}"}
        with made.write() as connection:
            append_records(connection, [Record(kind, at_ms, kind) for kind in KINDS], service=SHOP.key)
            append_transitions(connection, [Transition("firing", alert, at_ms)], service=SHOP.key)
            connection.execute(DELIVERIES.insert().values(service=SHOP.key, at_ms=at_ms, **delivery))
            append_audit(connection, service=SHOP.key, time_ms=at_ms, action="tested", document={"age": age})
    yield made
    made.close()


def left(database: Database) -> dict[str, int]:
    """Return how many there are of each kind."""
    with database.read() as connection:
        tables = {"alerts": TRANSITIONS, "deliveries": DELIVERIES, "processes": SOURCES}
        counted = {
            name: connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in tables.items()
        }
        samples = [
            connection.scalar(select(func.count()).select_from(one)) or 0 for one in (WINDOWS, BATCHES)
        ]
        kinds = connection.execute(select(RECORDS.c.kind, func.count()).group_by(RECORDS.c.kind)).all()
    return {**counted, "samples": sum(samples), **{row[0]: row[1] for row in kinds}}


EXPECTED = {
    "samples": 1,
    "processes": 1,
    **dict.fromkeys(KINDS, 2),
    "alerts": 3,
    "deliveries": 3,
}


def settings(tmp_path: Path) -> Settings:
    return Settings.model_validate({"storage": {"archive_folder": str(tmp_path / "archive")}})


def on_schedule(database: Database, tmp_path: Path, _run: Run) -> None:
    worker = upkeep(settings(tmp_path), database=database, clock=SystemClock())
    assert worker.keeper.lease.renew()
    for _ in range(100):
        if not worker.step():
            return
    pytest.fail("it does not come to an end")


def by_the_api(database: Database, tmp_path: Path, _run: Run) -> None:
    chosen = settings(tmp_path)
    cleanup = Cleanup(
        database=database,
        keep=keep_of(chosen),
        clock=SystemClock(),
        going=archive_of(chosen),
        service=SHOP.key,
    )
    router = cleanup_router(cleanup, audit=lambda _action: None, clock=SystemClock())
    app = build_api(alerts=AlertsFake(), health=HealthFake(), access=opened_by("t"), more=[router])

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            headers = {"authorization": "Bearer t"}
            return await client.post("/cleanup", headers=headers, json={"dryRun": False})

    body = asyncio.run(ask()).json()
    assert (body["dryRun"], body["isComplete"]) == (False, True)


def by_the_command(database: Database, _tmp_path: Path, run: Run) -> None:
    assert run("cleanup", "--storage", f"sqlite:///{database.place.path}").exit_code == 0


@pytest.fixture
def _archived(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OTEL_MONITORING_STORAGE__ARCHIVE_FOLDER", str(tmp_path / "archive"))


@pytest.mark.usefixtures("_archived")
@pytest.mark.parametrize("way", [on_schedule, by_the_api, by_the_command])
def test_what_is_old_goes_and_can_be_read_back(
    database: Database, tmp_path: Path, run: Run, way: object
) -> None:
    assert callable(way)
    before = left(database)

    way(database, tmp_path, run)

    assert left(database) == EXPECTED
    with database.read() as connection:
        entries = load_audit(connection, service=SHOP.key)
        assert [one.document.get("age") for one in entries][:4] == [*AGES]
        assert broken_at(connection, service=SHOP.key) is None
    archive = tmp_path / "archive"
    for what, pattern in (("events", "[el][ro]*"), ("alerts", "alerts*"), ("metrics", "metrics*")):
        files = [str(one) for one in sorted(archive.glob(pattern))]
        words = ("--service", str(SHOP)) if what == "metrics" else ()
        result = run("import", what, *files, "--storage", f"sqlite:///{database.place.path}", *words)
        assert result.exit_code == 0, result.output
    after = left(database)
    assert {kind: after[kind] for kind in (*KINDS, "alerts")} == {
        kind: before[kind] for kind in (*KINDS, "alerts")
    }
    exported = run("export", "metrics", "--storage", f"sqlite:///{database.place.path}").stdout
    values = sorted(float(line.split()[1]) for line in exported.splitlines() if line.startswith("served"))
    assert values == [float(age) for age in AGES]


def test_a_dry_run_says_how_much_of_each_kind_would_go(database: Database, run: Run) -> None:
    before = left(database)

    result = run("cleanup", "--dry-run", "--storage", f"sqlite:///{database.place.path}")

    rows = {line.split()[0]: int(line.split()[1]) for line in result.stdout.splitlines()[1:-1]}
    assert rows == {
        "metrics": 1,
        "collections": 2,
        "errors": 2,
        "logs": 8,
        "alerts": 1,
        "deliveries": 1,
        "processes": 3,
    }
    assert left(database) == before


@pytest.mark.parametrize("days", ["-1", "many"])
def test_days_that_are_none_are_a_wrong_call(database: Database, run: Run, days: str) -> None:
    before = left(database)

    result = run("cleanup", "--errors-days", days, "--storage", f"sqlite:///{database.place.path}")

    assert (result.exit_code, "--errors-days" in result.output) == (2, True)
    assert left(database) == before


@pytest.mark.usefixtures("_archived")
def test_without_room_for_the_archive_everything_stays(database: Database, tmp_path: Path, run: Run) -> None:
    (tmp_path / "archive").write_bytes(gzip.compress(b"in the way"))
    before = left(database)

    result = run("cleanup", "--storage", f"sqlite:///{database.place.path}")

    assert (result.exit_code, "cannot be written" in result.error) == (1, True)
    assert left(database) == before
