"""Windows of few collections become longer ones, and nobody who asks can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from otel_monitoring.model.matcher import Matcher
from otel_monitoring.storage.errors import FencedError
from otel_monitoring.storage.history.spans import RAW, remove, spans
from otel_monitoring.storage.history.store import HistoryStore
from otel_monitoring.storage.lease import Lease
from otel_monitoring.storage.tables import BLOCKS
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.stores.wanted import Wanted
from tests.storage.history.recorded import DAY_MS, DAY_ZERO_MS, HOUR_MS, Background, Recorded

if TYPE_CHECKING:
    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.history.spans import Span

EVERY_MS = 300_000
PERIOD_MS = 30 * DAY_MS
LATER_MS = -(-DAY_ZERO_MS // PERIOD_MS) * PERIOD_MS + 2 * PERIOD_MS
"""After the end of every window that the tests write."""


def collected(source: Recorded, *, days: int, start_ms: int = 0) -> None:
    """Append days of a counter, and of a gauge that is there every other day."""
    for at in range(start_ms + EVERY_MS, start_ms + days * DAY_MS + 1, EVERY_MS):
        values = {"served_total": float(at % (7 * HOUR_MS))}
        if at // DAY_MS % 2:
            values["memory_bytes"] = at / 3
        source.collect(DAY_ZERO_MS + at, values)
    source.flush()


def there(database: Database, tier_ms: int = RAW) -> list[Span]:
    with database.read() as connection:
        return spans(connection, tier_ms=tier_ms, start_ms=0, end_ms=1 << 60)


def asked(
    database: Database, function: str = "", range_ms: int = 0
) -> list[tuple[str, list[int], list[int]]]:
    """Return the times and the bits of every series, read anew."""
    store = HistoryStore(memory=SeriesStore(), database=database, since_ms=lambda: 1 << 60)
    found = []
    for name in ("served_total", "memory_bytes"):
        wanted = Wanted(
            [Matcher("__name__", "=", name)],
            0,
            1 << 55,
            step_ms=HOUR_MS,
            range_ms=range_ms,
            function=function,
        )
        for block in store.read(wanted):
            bits = np.ascontiguousarray(block.values).view(np.int64).ravel().tolist()
            found.append((name, block.times_ms.tolist(), bits))
    return found


@pytest.fixture
def source(database: Database) -> Recorded:
    return Recorded(database)


@pytest.fixture
def background(database: Database) -> Background:
    return Background(database)


@pytest.mark.parametrize(
    ("function", "range_ms"), [("all", 1), ("rate", 6 * HOUR_MS), ("max_over_time", 6 * HOUR_MS)]
)
def test_whoever_asks_gets_the_same_bits(
    source: Recorded, background: Background, database: Database, function: str, range_ms: int
) -> None:
    collected(source, days=3)
    background.compact(LATER_MS)
    background.sum_up(LATER_MS)
    before = asked(database, function, range_ms)

    assert background.merge(LATER_MS) > 0

    assert len(there(database)) <= 2
    assert asked(database, function, range_ms) == before
    assert background.merge(LATER_MS) == 0


def test_hours_are_merged_and_minutes_stay_days(
    source: Recorded, background: Background, database: Database
) -> None:
    for at in range(30_000, 3 * DAY_MS + 1, 30_000):
        source.collect(DAY_ZERO_MS + at, {"served_total": float(at)})
    source.flush()
    background.compact(LATER_MS)
    background.sum_up(LATER_MS)

    background.merge(LATER_MS)

    assert [span.collections for span in there(database)] == [2880] * 3
    assert [span.collections for span in there(database, 60_000)] == [1440] * 3
    assert sum(span.collections for span in there(database, HOUR_MS)) == 72
    assert len(there(database, HOUR_MS)) <= 2


def test_windows_of_many_collections_are_left_alone(
    source: Recorded, background: Background, database: Database
) -> None:
    for at in range(15_000, 8 * HOUR_MS + 1, 15_000):
        source.collect(DAY_ZERO_MS + at, {"served_total": float(at)})
    source.flush()
    background.compact(LATER_MS)

    assert background.merge(LATER_MS) == 0


def test_a_time_that_is_not_over_is_left_alone(
    source: Recorded, background: Background, database: Database
) -> None:
    collected(source, days=1)
    background.compact(LATER_MS)

    assert background.merge(DAY_ZERO_MS + DAY_MS + 60_000) == 0
    assert background.merge(DAY_ZERO_MS + DAY_MS + 60_001) == 1
    assert [(span.start_ms, span.end_ms) for span in there(database)] == [(DAY_ZERO_MS, DAY_ZERO_MS + DAY_MS)]


def test_collections_that_are_no_blocks_yet_are_waited_for(source: Recorded, background: Background) -> None:
    collected(source, days=1)
    background.compact(DAY_ZERO_MS + DAY_MS - 1)

    assert background.merge(LATER_MS) == 0


def test_collections_that_come_late_go_into_the_long_window(
    source: Recorded, background: Background, database: Database
) -> None:
    collected(source, days=1)
    background.compact(LATER_MS)
    background.merge(LATER_MS)
    source.collect(DAY_ZERO_MS + EVERY_MS + 1, {"served_total": 7.0})
    source.flush()

    background.compact(LATER_MS)

    [span] = there(database)
    assert span.collections == 289
    [(_, times_ms, _), *_] = asked(database)
    assert times_ms[:3] == [DAY_ZERO_MS + EVERY_MS, DAY_ZERO_MS + EVERY_MS + 1, DAY_ZERO_MS + 2 * EVERY_MS]


def test_who_lost_the_lease_changes_nothing(
    source: Recorded, background: Background, database: Database
) -> None:
    collected(source, days=1)
    background.compact(LATER_MS)
    before = there(database)
    background.lease.release()
    other = Lease(database=database, name="compactor", holder="other", span_s=600)
    assert other.renew()

    with pytest.raises(FencedError):
        background.merge(LATER_MS)

    assert there(database) == before


def test_what_is_let_go_meanwhile_does_not_come_back(
    source: Recorded, background: Background, database: Database
) -> None:
    collected(source, days=1)
    background.compact(LATER_MS)
    before = there(database)

    def let_go() -> None:
        with database.write() as connection:
            remove(connection, before)

    background.merging._rest = let_go

    background.merging.step(LATER_MS)

    assert there(database) == []


def test_a_damaged_window_does_not_hold_up_others(database: Database, background: Background) -> None:
    for name in ("one", "two"):
        collected(Recorded(database, name), days=1)
    background.compact(LATER_MS)
    with database.write() as connection:
        connection.execute(BLOCKS.update().where(BLOCKS.c.source == 1).values(data=b"damaged"))

    background.merge(LATER_MS)

    sources = [span.source for span in there(database)]
    assert [sources.count(one) for one in dict.fromkeys(sources)] == [12, 1]
    assert background.merging.stats()["damaged"] > 0
