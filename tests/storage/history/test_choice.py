"""Over days a function is answered by minutes or hours as by every sample, where windows are whole ones."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.history.choice import is_exact
from otel_monitoring.storage.history.store import HistoryStore
from otel_monitoring.stores.series import SeriesStore
from tests.storage.history.recorded import (
    DAY_MS,
    DAY_ZERO_MS,
    HOUR_MS,
    METADATA,
    Background,
    Recorded,
    labels_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.promql.result import Result

MINUTE_MS = 60_000
DAYS = 3
END_MS = DAY_ZERO_MS + DAYS * DAY_MS
EXACT = ("min_over_time", "max_over_time", "count_over_time", "last_over_time", "present_over_time")
ROUNDED = ("sum_over_time", "avg_over_time")


def collections() -> Iterator[tuple[int, dict[str, float]]]:
    """Yield three days of two series that come and go, one of them with NaN, at uneven times."""
    chance = random.Random(5)  # the same samples each time
    time_ms, gauge = DAY_ZERO_MS, 0.0
    while time_ms < END_MS:
        gauge += chance.uniform(-1, 1)
        found = {"memory_bytes": gauge * 1e6 if chance.random() > 0.0005 else float("nan")}
        if (time_ms // (37 * MINUTE_MS)) % 3:
            found["served_total"] = float(time_ms % (7 * HOUR_MS) // 1000)
        yield time_ms, found
        time_ms += chance.choice((5_000, 15_000, 15_000, 20_000, 20_000, 100_000))


class Both:
    """The samples in a store that forgets nothing, and on disk, where days are summed up."""

    def __init__(self, database: Database) -> None:
        everything = SeriesStore(retention_s=10 * 86_400, interval_s=20)
        source = Recorded(database)
        for at, (time_ms, values) in enumerate(collections()):
            labels = tuple(labels_of(one) for one in values)
            everything.append(Batch("one", time_ms, labels, list(values.values()), METADATA))
            source.collect(time_ms, values)
            if at % 200 == 0:
                source.flush()
        source.flush()
        background = Background(database)
        background.compact(END_MS + HOUR_MS)
        background.sum_up(END_MS + HOUR_MS)
        nothing = SeriesStore()
        self.samples = Engine(everything)
        self.history = HistoryStore(memory=nothing, database=database, since_ms=lambda: END_MS + HOUR_MS)
        self.tiers = Engine(nothing, history=self.history)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    database = Database(url=f"sqlite:///{tmp_path_factory.mktemp('tiers')}/s.db", clock=SystemClock())
    assert database.ensure()
    yield Both(database)
    database.close()


def same(expected: Result, found: Result, *, relative: float) -> None:
    assert expected.series
    assert [one.labels for one in found.series] == [one.labels for one in expected.series]
    for one, other in zip(expected.series, found.series, strict=True):
        assert other.times_ms.tolist() == one.times_ms.tolist()
        scale = float(np.max(np.abs(one.values), initial=0.0, where=~np.isnan(one.values)))
        np.testing.assert_allclose(other.values, one.values, rtol=relative, atol=relative * scale)


@settings(max_examples=60)
@given(
    function=st.sampled_from((*EXACT, *ROUNDED)),
    metric=st.sampled_from(("memory_bytes", "served_total")),
    tier_ms=st.sampled_from((MINUTE_MS, HOUR_MS)),
    length=st.integers(5, 30),
    start=st.integers(0, 20),
    step=st.integers(1, 12),
)
def test_windows_of_whole_minutes_and_hours_have_the_answer_of_all_samples(
    both: Both, function: str, metric: str, tier_ms: int, length: int, start: int, step: int
) -> None:
    step_ms = step * (10 * MINUTE_MS if tier_ms == MINUTE_MS else HOUR_MS)
    expr = f"{function}({metric}[{length * tier_ms}ms])"
    asked = (expr, DAY_ZERO_MS + start * HOUR_MS, END_MS, step_ms)

    expected, found = both.samples.range_(*asked), both.tiers.range_(*asked)

    same(expected, found, relative=1e-9 if function in ROUNDED else 0.0)
    assert {"hour", "minute"}.intersection(found.tiers)


def test_at_one_time_a_month_of_samples_is_counted_by_the_hour(both: Both) -> None:
    for function in ("count_over_time", "avg_over_time"):
        expr = f"sum({function}(memory_bytes[3d]))"

        expected, found = both.samples.instant(expr, END_MS), both.tiers.instant(expr, END_MS)

        [[_, one]], [[_, other]] = expected.samples, found.samples
        np.testing.assert_allclose(other, one, rtol=1e-9)
        assert found.tiers == ("hour",)


def test_series_of_several_sources_are_counted_together(tmp_path_factory: pytest.TempPathFactory) -> None:
    database = Database(url=f"sqlite:///{tmp_path_factory.mktemp('merged')}/s.db", clock=SystemClock())
    assert database.ensure()
    for run in range(2):  # the same label sets, as of a process whose id is fixed
        source = Recorded(database, f"run{run}")
        source.name = "one"
        for at in range(1, 3 * 24 * 6 + 1):
            source.collect(DAY_ZERO_MS + at * 600_000 + run, {"memory_bytes": float(at)})
        source.flush()
    background = Background(database)
    background.compact(END_MS + HOUR_MS)
    background.sum_up(END_MS + HOUR_MS)
    nothing = SeriesStore()
    engine = Engine(nothing, history=HistoryStore(memory=nothing, database=database, since_ms=lambda: END_MS))

    many = engine.instant("count_over_time(memory_bytes[70h])", DAY_ZERO_MS + 3 * DAY_MS)
    mean = engine.instant("avg_over_time(memory_bytes[70h])", DAY_ZERO_MS + 3 * DAY_MS)

    assert [value for _, value in many.samples] == [2 * 70 * 6]
    assert many.tiers == ("hour",)
    [[_, value]] = mean.samples
    assert value == pytest.approx((sum(range(13, 433)) + sum(range(12, 432))) / 840, rel=1e-12)
    database.close()


@pytest.mark.parametrize(
    "function", ["stddev_over_time", "stdvar_over_time", "quantile_over_time", "changes"]
)
def test_what_sums_do_not_tell_is_asked_of_all_samples(function: str) -> None:
    assert not is_exact(function)
