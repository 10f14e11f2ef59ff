"""The database takes what it may, the oldest goes first, and a limit that is too small is said."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from otel_monitoring.model.record import Record
from otel_monitoring.storage.history.erase import Eraser
from otel_monitoring.storage.history.retention import Keep, Retention
from otel_monitoring.storage.history.room import Room
from otel_monitoring.storage.history.space import space_of
from otel_monitoring.storage.history.spans import RAW, TIERS_MS, spans
from otel_monitoring.storage.repositories.records import append_records
from otel_monitoring.storage.tables import BATCHES, RECORDS, metadata
from tests.storage.history.recorded import DAY_MS, DAY_ZERO_MS, HOUR_MS, SHOP, Background, Recorded

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest
    from sqlalchemy import Connection

    from otel_monitoring.storage.database import Database

MEBIBYTE = 1 << 20


def measured_bytes(database: Database) -> int:
    """Return what the file takes with its log, or the tables with all that belongs to them."""
    path = database.place.path
    if path is not None:
        files = (path, path.with_name(f"{path.name}-wal"))
        return sum(one.stat().st_size for one in files if one.exists())
    with database.read() as connection:
        sizes = (
            connection.scalar(select(func.pg_total_relation_size(name))) or 0 for name in metadata.tables
        )
        return sum(sizes)


class Load:
    """A process whose samples no code makes small."""

    def __init__(self, database: Database, *, series: int, every_ms: int) -> None:
        self.database = database
        self.source = Recorded(database)
        self.background = Background(database)
        self.time_ms = DAY_ZERO_MS
        self._chance = random.Random(7)
        self._names = [f"memory_{number}_bytes" for number in range(series)]
        self._every_ms = every_ms

    def collect(self, collections: int) -> None:
        for _ in range(collections):
            self.time_ms += self._every_ms
            self.source.collect(self.time_ms, {name: self._chance.random() for name in self._names})
        self.source.flush()

    def retention(self, max_bytes: int) -> Retention:
        return Retention(
            database=self.database,
            fence=self.background.lease.fence,
            keep=Keep(max_bytes=max_bytes),
        )

    def keep_up(self, retention: Retention) -> int:
        """Do all that there is to do; return in how many steps."""
        assert self.background.lease.renew()
        self.background.compact(self.time_ms)
        self.background.sum_up(self.time_ms)
        steps = 0
        while retention.step(self.time_ms):
            steps += 1
            assert steps < 200, "it does not come to an end"
        return steps

    def raw(self) -> list[int]:
        """Return where the windows of all samples begin, in hours."""
        with self.database.read() as connection:
            found = spans(connection, tier_ms=RAW, start_ms=0, end_ms=1 << 60)
        return [(one.start_ms - DAY_ZERO_MS) // HOUR_MS for one in found]


def test_the_file_stays_below_the_limit_while_samples_come(database: Database) -> None:
    load = Load(database, series=200, every_ms=240_000)
    limit = 16 * MEBIBYTE
    retention = load.retention(limit)
    sizes = []

    for _ in range(22 * 6):
        load.collect(60)
        load.keep_up(retention)
        sizes.append(measured_bytes(database))

    assert max(sizes) <= limit
    assert sizes[-1] > limit / 3  # what it may take is used
    stats = retention.stats()
    assert (stats["for_space"] > 0, stats["short_of_space"]) == (True, 0)
    assert load.raw()[-1] >= 22 * 24 - 6  # the newest are there
    assert load.raw() == sorted(load.raw())


def test_a_limit_that_an_hour_does_not_fit_into_is_kept_to_and_said_once(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    load = Load(database, series=4000, every_ms=9_000)
    limit = 16 * MEBIBYTE
    retention = load.retention(limit)
    sizes, steps = [], []

    for _ in range(50):
        load.collect(10)
        steps.append(load.keep_up(retention))
        sizes.append(measured_bytes(database))

    assert max(sizes) <= limit
    assert max(steps) <= 4  # no more than what came since
    assert retention.stats()["short_of_space"] == 1
    [said] = [one.getMessage() for one in caplog.records if "max_bytes" in one.getMessage()]
    assert "too little for an hour" in said
    with database.read() as connection:
        [oldest_ms] = connection.scalars(select(func.min(BATCHES.c.time_ms)))
    assert oldest_ms <= load.time_ms - 300_000 + 9_000  # what others have yet to read stays


def test_a_limit_below_what_has_to_stay_is_said_once_and_nothing_is_tried_for_ever(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    load = Load(database, series=10, every_ms=10_000)
    load.collect(5)
    retention = load.retention(1)

    assert [load.keep_up(retention) for _ in range(3)] == [0, 0, 0]

    assert retention.stats()["short_of_space"] == 1
    assert len([one for one in caplog.records if "have to stay" in one.getMessage()]) == 1


def test_what_is_older_than_two_days_goes_first_then_minutes_then_the_rest(database: Database) -> None:
    load = Load(database, series=2, every_ms=600_000)
    load.collect(4 * 24 * 6)
    with database.write() as connection:
        old = [Record("event", DAY_ZERO_MS + DAY_MS + HOUR_MS, str(number)) for number in range(3)]
        append_records(connection, old, service=SHOP.key)
    load.background.compact(load.time_ms + HOUR_MS)
    load.background.sum_up(load.time_ms + HOUR_MS)
    went: list[str] = []

    def going(connection: Connection, kind: str, rows: Sequence[Any]) -> None:
        assert not connection.closed
        row = rows[0]
        went.append(kind if kind != "metrics" else "raw" if row.tier_ms == RAW else "tier")

    erase = Eraser(database=database, going=going)
    room = Room(database=database, max_bytes=1, erase=erase)
    while room.step(load.time_ms + DAY_MS):
        assert len(went) < 100

    order = [kind for at, kind in enumerate(went) if at == 0 or went[at - 1] != kind]
    assert order[:4] == ["raw", "records", "raw", "tier"]
    assert order[-1] == "raw"
    with database.read() as connection:
        left = [spans(connection, tier_ms=one, start_ms=0, end_ms=1 << 60) for one in (RAW, *TIERS_MS)]
        assert connection.scalar(select(func.count()).select_from(RECORDS)) == 0
    assert left == [[], [], []]


def test_a_limit_that_was_lowered_makes_the_file_smaller(database: Database) -> None:
    load = Load(database, series=2000, every_ms=60_000)
    load.collect(12 * 60)
    load.keep_up(load.retention(1 << 40))
    before = measured_bytes(database)
    limit = before * 3 // 4

    load.keep_up(load.retention(limit))

    assert space_of(database).used_bytes <= limit
    if database.is_sqlite:  # a server keeps what is free for what comes
        assert measured_bytes(database) <= limit
