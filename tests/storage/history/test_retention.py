"""What is old enough goes, what is not stays, and a dry run says which is which."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from otel_monitoring.model.record import Record
from otel_monitoring.storage.history.cleanup import Cleanup
from otel_monitoring.storage.history.keeps import KeepNote, as_noted
from otel_monitoring.storage.history.retention import Keep, Retention, Share, due
from otel_monitoring.storage.history.spans import RAW, spans
from otel_monitoring.storage.repositories.records import append_records, load_records
from otel_monitoring.storage.repositories.services import note_service
from otel_monitoring.storage.samples.sources import runs
from otel_monitoring.storage.service import Service
from otel_monitoring.storage.tables import BLOCKS, DELIVERIES, NOTES, RECORDS, SERIES, SOURCES
from otel_monitoring.testing import FakeClock
from tests.storage.history.recorded import DAY_MS, DAY_ZERO_MS, HOUR_MS, SHOP, Background, Recorded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from sqlalchemy import Connection, Table

    from otel_monitoring.storage.database import Database

NOW_MS = DAY_ZERO_MS + 40 * DAY_MS


@pytest.fixture
def background(database: Database) -> Background:
    """Two processes: one that ended long ago, one of yesterday."""
    for name, day in (("old", 1), ("new", 39)):
        source = Recorded(database, name)
        for hour in range(1, 49):
            source.collect(DAY_ZERO_MS + (day - 1) * DAY_MS + hour * HOUR_MS // 2, {"served_total": hour})
        source.flush()
    with database.write() as connection:
        append_records(
            connection,
            [
                Record(kind, NOW_MS - days * DAY_MS, "one")
                for kind in ("error", "log")
                for days in (10, 50, 200)
            ],
            service=SHOP.key,
        )
    found = Background(database)
    found.compact(NOW_MS)
    found.sum_up(NOW_MS)
    return found


def run(background: Background, database: Database, keep: Keep, **more: Any) -> Retention:
    """Let everything go that is old enough."""
    retention = Retention(database=database, fence=background.lease.fence, keep=keep, **more)
    for _ in range(100):
        if not retention.step(NOW_MS):
            return retention
    pytest.fail("it does not come to an end")


def count(database: Database, table: Table) -> int:
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_dry_run_says_what_would_go_and_changes_nothing(background: Background, database: Database) -> None:
    assert background.lease.hold()
    before = count(database, BLOCKS)

    with database.read() as connection:
        found = {one.kind: one for one in due(connection, Share(Keep(errors_days=100)), NOW_MS)}

    assert {kind: one.rows for kind, one in found.items()} == {
        "metrics": 13,
        "collections": 0,
        "errors": 1,
        "logs": 1,
        "alerts": 0,
        "deliveries": 0,
        "processes": 1,
    }
    assert found["errors"].oldest_ms == NOW_MS - 200 * DAY_MS
    assert found["metrics"].before_ms == NOW_MS - 30 * DAY_MS
    assert count(database, BLOCKS) == before


def test_what_is_old_enough_goes_and_nothing_else(background: Background, database: Database) -> None:
    retention = run(background, database, Keep(errors_days=30))

    with database.read() as connection:
        left = spans(connection, tier_ms=RAW, start_ms=0, end_ms=NOW_MS)
        names = connection.scalars(select(SOURCES.c.instance)).all()
        records = connection.execute(select(RECORDS.c.kind, RECORDS.c.time_ms)).all()
    assert {span.start_ms >= DAY_ZERO_MS + 38 * DAY_MS for span in left} == {True}
    assert names == ["new"]
    assert count(database, SERIES) == 1
    ages = sorted((row.kind, (NOW_MS - row.time_ms) // DAY_MS) for row in records)
    assert ages == [("error", 10), ("log", 10), ("log", 50)]
    assert retention.stats()["metrics"] == 13


def test_what_goes_is_shown_before(background: Background, database: Database) -> None:
    shown: list[tuple[str, int]] = []

    def going(connection: Connection, kind: str, rows: Sequence[Any]) -> None:
        assert connection.execute(select(func.count()).select_from(RECORDS)).scalar_one() > 0
        shown.append((kind, len(rows)))

    run(background, database, Keep(), going=going)

    assert ("metrics", 13) in shown
    assert ("errors", 1) in shown


def test_deliveries_of_several_services_go(background: Background, database: Database) -> None:
    row = {"lane": "a", "key": "b", "outcome": "delivered", "document": "{}"}
    with database.write() as connection:
        for service, days in (("shop", 400), ("till", 400), ("shop", 10)):
            at_ms = NOW_MS - days * DAY_MS
            connection.execute(
                DELIVERIES.insert().values(service=service, digest=str(days), at_ms=at_ms, **row)
            )

    run(background, database, Keep())

    with database.read() as connection:
        assert connection.execute(select(DELIVERIES.c.service, DELIVERIES.c.digest)).all() == [("shop", "10")]


def test_each_service_keeps_its_own_for_as_long_as_it_wants(
    background: Background, database: Database
) -> None:
    """Whoever happens to let things go does not decide for the others."""
    till, rest = Service("till"), Service("rest")
    for service in (till, rest):
        source = Recorded(database, f"{service}-1", service)
        for hour in range(1, 25):
            source.collect(DAY_ZERO_MS + hour * HOUR_MS, {"served_total": hour})
        source.flush()
        with database.write() as connection:
            append_records(connection, [Record("error", NOW_MS - 50 * DAY_MS, "one")], service=service.key)
    background.compact(NOW_MS)
    KeepNote(Keep(metrics_days=365, errors_days=365), service=till.key).write(database, now_ms=NOW_MS)
    KeepNote(Keep(metrics_days=30, errors_days=90), service=SHOP.key).write(database, now_ms=NOW_MS)

    run(background, database, Keep(metrics_days=5, errors_days=5), shares=as_noted)

    with database.read() as connection:
        left = {
            service.name: (
                [one.source.instance for one in runs(connection, service=service.key)],
                len(spans(connection, tier_ms=RAW, start_ms=0, end_ms=NOW_MS, service=service.key)) > 0,
                len(load_records(connection, "error", service=service.key)),
            )
            for service in (SHOP, till, rest)
        }
    assert left == {"shop": (["new"], True, 2), "till": (["till-1"], True, 1), "rest": ([], False, 0)}


def test_what_somebody_lets_go_by_hand_is_that_of_a_service(
    background: Background, database: Database
) -> None:
    till = Service("till")
    with database.write() as connection:
        append_records(connection, [Record("error", NOW_MS - 50 * DAY_MS, "one")], service=till.key)
    cleanup = Cleanup(database=database, keep=Keep(), clock=FakeClock(NOW_MS), service=till.key)
    keep = Keep(metrics_days=1, errors_days=1)

    before = {one.kind: one.rows for one in cleanup.due(keep)}
    gone = cleanup.run(keep)

    assert before["errors"] == gone.rows["errors"] == 1
    assert gone.rows["metrics"] == before["metrics"] == 0
    with database.read() as connection:
        assert len(load_records(connection, "error", service=SHOP.key)) == 3
    assert background.lease.hold()


def test_what_a_service_wants_is_written_down_once(database: Database) -> None:
    note = KeepNote(Keep(metrics_days=7), service=SHOP.key)
    note.write(database, now_ms=1)
    KeepNote(Keep(metrics_days=7), service=SHOP.key).write(database, now_ms=2)
    with database.read() as connection:
        saved_ms = connection.scalar(select(NOTES.c.saved_ms))

    KeepNote(Keep(metrics_days=8), service=SHOP.key).write(database, now_ms=3)
    note.write(database, now_ms=4)

    with database.write() as connection:
        assert as_noted(connection, Keep()) == []
        note_service(connection, SHOP)
        [ours] = as_noted(connection, Keep())
    assert saved_ms == 1
    assert (ours.service, ours.keep.metrics_days) == (SHOP.key, 8)
