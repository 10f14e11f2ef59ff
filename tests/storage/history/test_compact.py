"""Collections become blocks, bit by bit, wherever the one that does it stops."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sqlalchemy import func, select

from otel_monitoring.model.sample import STALE
from otel_monitoring.storage.errors import FencedError
from otel_monitoring.storage.history.compact import read_raw
from otel_monitoring.storage.history.spans import RAW, spans
from otel_monitoring.storage.lease import Lease
from otel_monitoring.storage.samples.polling import series_of
from otel_monitoring.storage.tables import BATCHES, BLOCKS
from otel_monitoring.stores.block import ABSENT, is_stale
from tests.storage.history.recorded import DAY_ZERO_MS, WIDTH_MS, Background, Recorded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Table

    from otel_monitoring.storage.database import Database


def count(database: Database, table: Table) -> int:
    """Return how many rows a table has."""
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def windows(database: Database) -> list[tuple[int, dict[str, list[float]]]]:
    """Return the raw windows: the number of times, and the samples of each series."""
    with database.read() as connection:
        found = []
        for span in spans(connection, tier_ms=RAW, start_ms=0, end_ms=1 << 60):
            samples = read_raw(connection, span)
            names = series_of(connection, span.source)
            rows = zip(samples.series.tolist(), samples.values.tolist(), strict=True)
            series = {names[number].get("__name__"): row for number, row in rows}
            found.append((span.collections, series))
    return found


def collected(source: Recorded, *, windows: int = 1, every_ms: int = 600_000, start_ms: int = 0) -> None:
    """Append windows of collections whose counter counts up."""
    for at in range(start_ms + every_ms, start_ms + windows * WIDTH_MS + 1, every_ms):
        source.collect(DAY_ZERO_MS + at, {"served_total": float(at), "memory_bytes": 0.1 * at})
    source.flush()


@pytest.fixture
def source(database: Database) -> Recorded:
    return Recorded(database)


@pytest.fixture
def background(database: Database) -> Background:
    return Background(database)


def test_a_window_that_is_over_becomes_blocks(
    source: Recorded, background: Background, database: Database
) -> None:
    collected(source, windows=2)

    steps = background.compact(DAY_ZERO_MS + WIDTH_MS + 3_600_000)

    assert steps == 1
    [(collections, series)] = windows(database)
    times = range(600_000, WIDTH_MS + 1, 600_000)
    assert collections == 12
    assert series["served_total"] == [float(at) for at in times]
    assert series["memory_bytes"] == [0.1 * at for at in times]
    assert count(database, BATCHES) == 12


def test_a_window_is_left_alone_until_late_collections_are_in(
    source: Recorded, background: Background, database: Database
) -> None:
    collected(source)

    assert background.compact(DAY_ZERO_MS + WIDTH_MS + 59_999) == 0
    assert count(database, BLOCKS) == 0


def test_bits_are_kept(source: Recorded, background: Background, database: Database) -> None:
    payload = np.array([0x7FF8000000000123], dtype=np.int64).view(np.float64)[0]
    given = [-0.0, math.inf, -math.inf, payload, 5e-324, 0.1]
    for at, value in enumerate(given):
        source.collect(DAY_ZERO_MS + 1 + at, {"memory_bytes": float(value)})
    source.flush()

    background.compact(DAY_ZERO_MS + 2 * WIDTH_MS)

    [(_, series)] = windows(database)
    found = np.array(series["memory_bytes"])
    assert found.view(np.int64).tolist() == np.array(given).view(np.int64).tolist()


def test_collections_that_come_late_go_into_the_window(
    source: Recorded, background: Background, database: Database
) -> None:
    source.collect(DAY_ZERO_MS + 1, {"served_total": 1.0})
    source.flush()
    background.compact(DAY_ZERO_MS + 2 * WIDTH_MS)
    source.collect(DAY_ZERO_MS + 2, {"served_total": 2.0, "memory_bytes": 7.0})
    source.flush()

    background.compact(DAY_ZERO_MS + 2 * WIDTH_MS)

    [(collections, series)] = windows(database)
    assert collections == 2
    assert series["served_total"] == [1.0, 2.0]
    assert series["memory_bytes"][1] == 7.0
    assert count(database, BATCHES) == 0


def test_what_ends_is_marked_at_the_next_collection_over_windows_too(
    source: Recorded, background: Background, database: Database
) -> None:
    with_both: Mapping[str, float] = {"served_total": 1.0, "memory_bytes": 1.0}
    source.collect(DAY_ZERO_MS + 1, with_both)
    source.collect(DAY_ZERO_MS + WIDTH_MS, with_both)
    source.collect(DAY_ZERO_MS + WIDTH_MS + 1, {"served_total": 2.0})
    source.collect(DAY_ZERO_MS + WIDTH_MS + 2, {"served_total": 3.0})
    source.flush()

    background.compact(DAY_ZERO_MS + 3 * WIDTH_MS)

    (_, _), (_, series) = windows(database)
    ended = np.array(series["memory_bytes"])
    assert is_stale(ended).tolist() == [True, False]
    assert ended.view(np.int64).tolist() == np.array([STALE, ABSENT]).view(np.int64).tolist()


def test_one_that_stopped_amid_deleting_is_followed_by_one_that_goes_on(
    source: Recorded, background: Background, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("otel_monitoring.storage.history.compact._DELETED_AT_ONCE", 5)
    collected(source)
    before = database.write
    calls = iter(range(100))

    def once() -> object:
        if next(calls) == 1:
            raise KeyboardInterrupt
        return before()

    monkeypatch.setattr(database, "write", once)
    with pytest.raises(KeyboardInterrupt):
        background.compact(DAY_ZERO_MS + 2 * WIDTH_MS)
    monkeypatch.setattr(database, "write", before)
    assert (count(database, BATCHES), windows(database)[0][0]) == (7, 12)

    assert background.compact(DAY_ZERO_MS + 2 * WIDTH_MS) == 1

    assert (count(database, BATCHES), windows(database)[0][0]) == (0, 12)


def test_who_lost_the_lease_writes_nothing(
    source: Recorded, background: Background, database: Database
) -> None:
    collected(source)
    background.lease.release()
    other = Lease(database=database, name="compactor", holder="other", span_s=60)
    assert other.renew()

    with pytest.raises(FencedError):
        background.compact(DAY_ZERO_MS + 2 * WIDTH_MS)

    assert (count(database, BATCHES), count(database, BLOCKS)) == (12, 0)


def test_what_is_damaged_is_left_out_and_counted(
    source: Recorded, background: Background, database: Database
) -> None:
    collected(source)
    with database.write() as connection:
        connection.execute(BATCHES.update().where(BATCHES.c.seq == 3).values(data=b"something else"))

    background.compact(DAY_ZERO_MS + 2 * WIDTH_MS)

    assert background.compactor.stats() == {"windows": 1, "collections": 12, "damaged": 1}
    assert windows(database)[0][0] == 11
    assert count(database, BATCHES) == 0
