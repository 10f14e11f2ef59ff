"""Days are summed up once they are over, and anew where they have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.storage.blocks.stitch import stitched
from otel_monitoring.storage.blocks.tiers import COLUMNS
from otel_monitoring.storage.history.spans import RAW, TIERS_MS, spans, stored
from otel_monitoring.storage.tables import BLOCKS, WINDOWS
from otel_monitoring.stores.block import is_hole
from tests.storage.history.recorded import DAY_MS, DAY_ZERO_MS, HOUR_MS, Background, Recorded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from otel_monitoring.storage.database import Database

EVERY_MS = 300_000


def collected(source: Recorded, *, days: int) -> None:
    """Append days of a counter that begins anew every seven hours."""
    for at in range(EVERY_MS, days * DAY_MS + 1, EVERY_MS):
        source.collect(DAY_ZERO_MS + at, {"served_total": float(at % (7 * HOUR_MS)), "memory_bytes": at / 3})
    source.flush()


def tier(database: Database, column: str, *, tier_ms: int = HOUR_MS) -> NDArray[np.float64]:
    """Return a column of the counter."""
    with database.read() as connection:
        there = spans(connection, tier_ms=tier_ms, start_ms=0, end_ms=1 << 60)
        found: NDArray[np.float64] = stitched([stored(connection, span) for span in there], [1], column)[0]
        return found


@pytest.fixture
def source(database: Database) -> Recorded:
    return Recorded(database)


@pytest.fixture
def background(database: Database) -> Background:
    return Background(database)


def collections(database: Database) -> list[list[int]]:
    """Return how many times each window holds, by tier."""
    with database.read() as connection:
        return [
            [span.collections for span in spans(connection, tier_ms=one, start_ms=0, end_ms=1 << 60)]
            for one in (RAW, *TIERS_MS)
        ]


def test_a_day_becomes_minutes_and_hours(
    source: Recorded, background: Background, database: Database
) -> None:
    for at in range(20_000, 2 * HOUR_MS + 1, 20_000):
        source.collect(DAY_ZERO_MS + at, {"served_total": float(at)})
    source.flush()
    background.compact(DAY_ZERO_MS + 2 * DAY_MS)

    assert background.sum_up(DAY_ZERO_MS + 2 * DAY_MS) == 1

    assert collections(database) == [[360], [120], [2]]
    assert tier(database, "count", tier_ms=TIERS_MS[0]).tolist() == [3.0] * 120


def test_a_tier_that_would_hold_as_many_times_is_left_out(
    source: Recorded, background: Background, database: Database
) -> None:
    collected(source, days=2)
    background.compact(DAY_ZERO_MS + 3 * DAY_MS)

    assert background.sum_up(DAY_ZERO_MS + 3 * DAY_MS) == 2

    assert collections(database) == [[24] * 24, [], [24] * 2]
    assert tier(database, "count").tolist() == [12.0] * 48


def test_a_day_of_too_few_samples_is_looked_at_once(source: Recorded, background: Background) -> None:
    source.collect(DAY_ZERO_MS + HOUR_MS, {"served_total": 1.0})
    source.flush()
    background.compact(DAY_ZERO_MS + 2 * DAY_MS)

    assert background.sum_up(DAY_ZERO_MS + 2 * DAY_MS) == 1
    assert background.sum_up(DAY_ZERO_MS + 2 * DAY_MS) == 0
    assert background.summing.stats() == {"days": 0, "damaged": 0}


def test_a_window_of_several_days_is_summed_up_day_by_day(
    source: Recorded, background: Background, database: Database
) -> None:
    collected(source, days=8)
    background.compact(DAY_ZERO_MS + 60 * DAY_MS)
    background.sum_up(DAY_ZERO_MS + 60 * DAY_MS)
    expected = {name: tier(database, name) for name in COLUMNS}
    with database.write() as connection:
        connection.execute(WINDOWS.delete().where(WINDOWS.c.tier_ms != RAW))
        connection.execute(BLOCKS.delete().where(BLOCKS.c.tier_ms != RAW))
    background.merge(DAY_ZERO_MS + 60 * DAY_MS)
    assert len(collections(database)[0]) <= 2

    background.sum_up(DAY_ZERO_MS + 60 * DAY_MS)

    for name, values in expected.items():
        assert tier(database, name).tobytes() == values.tobytes(), name


def test_what_a_counter_grew_by_adds_up_over_days(
    source: Recorded, background: Background, database: Database
) -> None:
    collected(source, days=2)
    background.compact(DAY_ZERO_MS + 3 * DAY_MS)
    background.sum_up(DAY_ZERO_MS + 3 * DAY_MS)

    grown = tier(database, "last") - tier(database, "base") + tier(database, "dropped")

    # Every reset takes one step from what it grew by: the sample is 0 then.
    resets = 2 * DAY_MS // (7 * HOUR_MS)
    assert grown.sum() == 2 * DAY_MS - EVERY_MS - resets * EVERY_MS
    assert tier(database, "resets").sum() == resets


def test_a_day_is_left_alone_until_it_is_over_and_compacted(source: Recorded, background: Background) -> None:
    collected(source, days=1)

    assert background.sum_up(DAY_ZERO_MS + 3 * DAY_MS) == 0
    background.compact(DAY_ZERO_MS + 3 * DAY_MS)
    assert background.sum_up(DAY_ZERO_MS + DAY_MS + 60_000) == 0
    assert background.sum_up(DAY_ZERO_MS + DAY_MS + 60_001) == 1


def test_a_day_is_summed_up_anew_after_late_collections(
    source: Recorded, background: Background, database: Database
) -> None:
    source.collect(DAY_ZERO_MS + 1, {"served_total": 1.0})
    source.flush()
    background.compact(DAY_ZERO_MS + 2 * DAY_MS)
    background.sum_up(DAY_ZERO_MS + 2 * DAY_MS)
    for at in range(3):
        source.collect(DAY_ZERO_MS + HOUR_MS + 1 + at, {"served_total": 5.0})
    source.flush()

    background.compact(DAY_ZERO_MS + 2 * DAY_MS)
    assert background.sum_up(DAY_ZERO_MS + 2 * DAY_MS) == 1

    found = tier(database, "last")
    assert found[~is_hole(found)].tolist() == [1.0, 5.0]


def test_a_damaged_day_is_left_out_and_does_not_hold_up_others(
    source: Recorded, background: Background, database: Database
) -> None:
    collected(source, days=2)
    background.compact(DAY_ZERO_MS + 3 * DAY_MS)
    with database.write() as connection:
        connection.execute(BLOCKS.update().where(BLOCKS.c.start_ms == DAY_ZERO_MS).values(data=b"damaged"))

    background.sum_up(DAY_ZERO_MS + 3 * DAY_MS)

    assert background.summing.stats() == {"days": 1, "damaged": 1}
