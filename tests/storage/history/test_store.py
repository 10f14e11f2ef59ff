"""Memory and disk answer together as memory alone would, had it kept everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from otel_monitoring.errors import QueryError
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine, Limits
from otel_monitoring.storage.history.store import HistoryStore
from otel_monitoring.stores.block import is_hole
from otel_monitoring.stores.series import SeriesStore
from tests.storage.history.recorded import (
    DAY_MS,
    DAY_ZERO_MS,
    HOUR_MS,
    METADATA,
    WIDTH_MS,
    Background,
    Recorded,
    labels_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.promql.result import Result
    from otel_monitoring.storage.database import Database

EVERY_MS = 20_000
DAYS = 3
END_MS = DAY_ZERO_MS + DAYS * DAY_MS + 6 * HOUR_MS
MEMORY_MS = END_MS - 2 * HOUR_MS - 7_000


def values_at(time_ms: int) -> dict[str, float]:
    """Return what the source counted: it begins anew every five hours and counts steadily."""
    since_ms = time_ms - DAY_ZERO_MS
    found = {
        "served_total": (since_ms % (5 * HOUR_MS)) / 10_000,
        "memory_bytes": float(100 + 50 * np.sin(since_ms / 3_000_000)),
    }
    if since_ms < DAY_MS + 3 * HOUR_MS:
        found["gone_bytes"] = 1.0
    return found


class Whole:
    """The same samples in a store that forgets nothing, and in memory and on disk."""

    def __init__(self, database: Database) -> None:
        everything = SeriesStore(retention_s=10 * 86_400, interval_s=20)
        memory = SeriesStore(retention_s=2 * 3600, interval_s=20)
        source = Recorded(database)
        for time_ms in range(DAY_ZERO_MS + EVERY_MS, END_MS + 1, EVERY_MS):
            values = values_at(time_ms)
            labels = tuple(labels_of(name) for name in values)
            batch = Batch("one", time_ms, labels, list(values.values()), METADATA)
            everything.append(batch)
            if time_ms > MEMORY_MS:
                memory.append(batch)
            source.collect(time_ms, values)
            if time_ms % HOUR_MS == 0:
                source.flush()
        source.flush()
        self.background = Background(database)
        self.memory = memory
        self.history = HistoryStore(memory=memory, database=database, since_ms=lambda: MEMORY_MS)
        self.everything = Engine(everything)
        self.both = Engine(memory, history=self.history)

    def ask(self, expr: str, *, start_ms: int, end_ms: int, step_ms: int) -> tuple[Result, Result]:
        """Return the answer of memory alone, and that of memory and disk."""
        asked = (expr, start_ms, end_ms, step_ms)
        return self.everything.range_(*asked), self.both.range_(*asked)


@pytest.fixture(scope="module")
def whole(
    tmp_path_factory: pytest.TempPathFactory,
) -> Whole:
    from otel_monitoring.model.clock import SystemClock
    from otel_monitoring.storage.database import Database

    database = Database(url=f"sqlite:///{tmp_path_factory.mktemp('history')}/storage.db", clock=SystemClock())
    assert database.ensure()
    found = Whole(database)
    found.background.compact(END_MS)
    found.background.sum_up(END_MS)
    return found


def same(expected: Result, found: Result, *, relative: float = 0.0) -> None:
    """Compare two answers of a range query."""
    assert [one.labels for one in found.series] == [one.labels for one in expected.series]
    assert expected.series
    for one, other in zip(expected.series, found.series, strict=True):
        assert other.times_ms.tolist() == one.times_ms.tolist()
        np.testing.assert_allclose(other.values, one.values, rtol=relative, atol=0)


@pytest.mark.parametrize(
    "expr",
    [
        "served_total",
        "memory_bytes",
        "gone_bytes",
        "rate(served_total[5m])",
        "avg_over_time(memory_bytes[10m])",
        "changes(served_total[1h])",
        "{instance='one'}",
        "count(memory_bytes offset 1h)",
    ],
)
def test_over_hours_the_answer_is_that_of_memory(whole: Whole, expr: str) -> None:
    for start_ms, end_ms in (
        (END_MS - 4 * HOUR_MS, END_MS),
        (DAY_ZERO_MS + 90 * 60_000, DAY_ZERO_MS + 30 * HOUR_MS),
    ):
        expected, found = whole.ask(expr, start_ms=start_ms, end_ms=end_ms, step_ms=97_000)

        if expected.series:
            same(expected, found)
        assert not found.infos


@pytest.mark.parametrize("expr", ["max_over_time(memory_bytes[1h])", "min_over_time(memory_bytes[1h])"])
def test_over_days_extremes_are_exact(whole: Whole, expr: str) -> None:
    asked = {"start_ms": DAY_ZERO_MS + HOUR_MS, "end_ms": END_MS, "step_ms": HOUR_MS}

    expected, found = whole.ask(expr, **asked)

    same(expected, found)
    assert "minute" in found.infos[0]


@pytest.mark.parametrize("range_", ["10m", "1h", "6h"])
@pytest.mark.parametrize("function", ["rate", "increase"])
def test_over_days_rates_are_right_over_what_began_anew(whole: Whole, function: str, range_: str) -> None:
    asked = {"start_ms": DAY_ZERO_MS + 6 * HOUR_MS, "end_ms": END_MS, "step_ms": HOUR_MS}

    expected, found = whole.ask(f"{function}(served_total[{range_}])", **asked)

    same(expected, found, relative=0.02)
    assert ("hour" if range_ == "6h" else "minute") in found.infos[0]


def test_over_days_sums_are_exact_at_full_minutes(whole: Whole) -> None:
    asked = {"start_ms": DAY_ZERO_MS + HOUR_MS, "end_ms": END_MS - 3 * HOUR_MS, "step_ms": HOUR_MS}

    expected, found = whole.ask("sum_over_time(memory_bytes[1h])", **asked)

    same(expected, found, relative=1e-9)


def test_over_days_samples_are_those_of_a_minute_ago_at_most(whole: Whole) -> None:
    asked = {"start_ms": DAY_ZERO_MS + HOUR_MS, "end_ms": END_MS, "step_ms": 10 * 60_000}

    expected, found = whole.ask("memory_bytes", **asked)

    same(expected, found)  # steps are at full minutes, as the samples of minutes


@pytest.mark.parametrize(
    ("expr", "hours", "tiers"),
    [
        ("served_total", (1, 0), ("memory",)),
        ("served_total", (20, 0), ("memory", "raw")),
        ("served_total", (20, 10), ("raw",)),
        ("max_over_time(served_total[1h])", (72, 0), ("memory", "raw", "minute")),
        ("max_over_time(served_total[6h])", (72, 6), ("hour",)),
        ("time()", (72, 0), ()),
    ],
)
def test_the_answer_names_from_where_it_comes(
    whole: Whole, expr: str, hours: tuple[int, int], tiers: tuple[str, ...]
) -> None:
    start_ms, end_ms = (END_MS - one * HOUR_MS for one in hours)

    found = whole.both.range_(expr, start_ms, end_ms, HOUR_MS)

    assert found.tiers == tiers


def test_functions_that_need_every_sample_get_it(whole: Whole) -> None:
    asked = {"start_ms": DAY_ZERO_MS + HOUR_MS, "end_ms": END_MS, "step_ms": HOUR_MS}

    expected, found = whole.ask("stddev_over_time(memory_bytes[1h])", **asked)

    same(expected, found, relative=1e-9)
    assert not found.infos


def test_what_is_in_memory_is_not_asked_of_the_storage(whole: Whole) -> None:
    before = whole.history.stats()["history_reads"]

    whole.both.range_("rate(served_total[5m])", END_MS - HOUR_MS, END_MS, 15_000)

    assert whole.history.stats()["history_reads"] == before


def test_too_many_samples_are_refused_before_they_are_read(whole: Whole) -> None:
    small = Engine(whole.memory, history=whole.history, limits=Limits(max_samples=10_000))

    with pytest.raises(QueryError, match="max_samples"):
        small.instant("stddev_over_time(memory_bytes[3d])", END_MS)


def test_collections_that_are_in_no_block_are_read_too(
    database: Database,
) -> None:
    source = Recorded(database)
    for at in range(1, 11):
        source.collect(DAY_ZERO_MS + at * 1000, {"served_total": float(at)})
    source.flush()
    background = Background(database)
    background.compact(DAY_ZERO_MS + 5_000)
    nothing = SeriesStore()
    history = HistoryStore(memory=nothing, database=database, since_ms=lambda: DAY_ZERO_MS + WIDTH_MS)

    [block] = history.select([Matcher("__name__", "=", "served_total")], DAY_ZERO_MS, END_MS)

    assert block.values[:, 0].tolist() == [float(at) for at in range(1, 11)]
    assert (block.source, block.whole) == ("one", True)


@pytest.mark.parametrize("compacted_ms", [0, 2 * WIDTH_MS], ids=["collections", "blocks"])
def test_a_series_that_was_numbered_anew_is_one(database: Database, compacted_ms: int) -> None:
    """Where thousands of series ended, their numbers are forgotten; what comes back is the series it was."""
    source = Recorded(database)
    others = {f"other_{at}_bytes": 0.0 for at in range(1100)}
    collected = ({"served_total": 1.0}, others, {"other_0_bytes": 0.0}, {"served_total": 4.0})
    for at, values in enumerate(collected, 1):
        source.collect(DAY_ZERO_MS + at * 1000, values)
    source.flush()
    Background(database).compact(DAY_ZERO_MS + compacted_ms)
    history = HistoryStore(memory=SeriesStore(), database=database, since_ms=lambda: DAY_ZERO_MS + WIDTH_MS)

    [block] = history.select([Matcher("__name__", "=", "served_total")], DAY_ZERO_MS, END_MS)

    assert block.labels == (labels_of("served_total"),)
    there = ~is_hole(block.values[:, 0])
    assert block.times_ms[there].tolist() == [DAY_ZERO_MS + 1000, DAY_ZERO_MS + 4000]
    assert block.values[there, 0].tolist() == [1.0, 4.0]


def test_without_the_storage_memory_answers_and_says_so(
    open_database: Callable[[str], Database], sqlite_url: str
) -> None:
    database = open_database(sqlite_url)
    database.close()
    memory = SeriesStore()
    memory.append(Batch("one", DAY_ZERO_MS, (labels_of("up"),), [1.0]))
    engine = Engine(
        memory, history=HistoryStore(memory=memory, database=database, since_ms=lambda: DAY_ZERO_MS)
    )

    found = engine.instant("up", DAY_ZERO_MS)

    assert [value for _, value in found.samples] == [1.0]
    assert "missing" in found.infos[0]
