"""Limits hold inside of an evaluation: before memory is taken, and while loops go on."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.errors import QueryError, QueryTimeoutError
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine, Limits
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock
from tests.promql.asking import GAP, STEP_MS, Asking, named

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLES = 200_000
MOST_BYTES = 30_000_000
"""Some arrays of as many numbers as there may be samples, and the texts of labels."""

WIDE = {named("wide", n=str(n), m=str(n % 10), le=str(n % 7)): [n % 3, 1, n % 2, 4, 0, n] for n in range(500)}
TORN = {
    named("torn", le=le, n=str(n)): [count] * 6
    for n in range(300)
    for le, count in (("1", 5), ("2", 3), ("+Inf", 4))
}


class TickingClock(FakeClock):
    """A clock on which a millisecond goes by with every look."""

    def monotonic_s(self) -> float:
        """Return the seconds of the monotonic clock."""
        self.advance(0.001)
        return super().monotonic_s()


@pytest.fixture(scope="module")
def store() -> SeriesStore:
    """Return a store with one source, so that selections look at the clock once."""
    store, series = SeriesStore(), {**WIDE, **TORN}
    for at in range(6):
        values = [float(samples[at]) for samples in series.values()]
        store.append(Batch("self", at * STEP_MS, tuple(series), values))
    return store


@pytest.fixture
def engine(store: SeriesStore) -> Engine:
    return Engine(store, limits=Limits(max_samples=SAMPLES, timeout_s=60), experimental=True)


def grown(times: int, *, copies: int) -> str:
    """Return an expression whose label ``n`` becomes so many times as long, again and again."""
    text = "wide"
    for _ in range(times):
        text = f'label_replace({text}, "n", "{"$1" * copies}", "n", "(.*)")'
    return text


@pytest.mark.parametrize(
    "expr",
    [
        "max_over_time(wide[292y:1ms])",
        "max_over_time(vector(1)[199s:1ms]) + max_over_time(vector(1 ^ 1 ^ 1)[2d:1s])",
        "sum_over_time(wide[10m:1s])",
        "max_over_time(sum_over_time(vector(1)[10m:1s])[10m:1s])",
        'max_over_time(count_values("v", vector(time()))[10m:1s])',
        "wide * on (m) group_left () (wide unless wide{n=~'.+'})",
        "stddev_over_time(rate(wide[1m:1s])[1h:1m])",
        "last_over_time((wide or torn)[30m:1s])",
        "timestamp(wide)[1h:1s]",
    ],
)
def test_samples_in_memory_are_bounded_at_one_time(engine: Engine, expr: str) -> None:
    check(lambda: engine.instant(expr, 75_000))


@pytest.mark.parametrize(
    "expr",
    [
        "wide",
        'count_values("v", vector(time()))',
        'count_values("v", wide)',
        "rate(wide[1h])",
        "topk by (n) (1, wide)",
        "quantile by (n) (0.5, wide)",
        "wide and torn",
        "absent(wide) or sort(wide)",
        "-(wide ^ 2) ^ 0.5",
    ],
)
def test_samples_in_memory_are_bounded_over_a_range(engine: Engine, expr: str) -> None:
    check(lambda: engine.range_(expr, 0, 75_000, 7))


def check(ask: Callable[[], object]) -> None:
    """Ask; memory stays small, whether there is an answer or not."""
    said = "query.max_samples, 200,000"
    tracemalloc.start()
    try:
        ask()
    except QueryError as error:
        said = str(error)
    finally:
        _, most_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert "query.max_samples, 200,000" in said
    assert most_bytes < MOST_BYTES


def test_pairs_of_series_that_come_and_go_are_refused_before_there_is_memory_for_them() -> None:
    """No two of a side have a sample at the same step, so that they may all meet."""
    series = {
        named(name, n=str(n)): [1 if at == n else GAP for at in range(60)]
        for name in ("a", "b")
        for n in range(60)
    }
    asking = Asking(series, limits=Limits(max_samples=30_000), experimental=True)

    with pytest.raises(QueryError, match=r"query\.max_samples, 30,000"):
        asking.engine.tuned(lookback_ms=14_000).range_("a * on () group_left () b", 0, 885_000, 15_000)


def test_many_that_would_meet_many_are_refused_in_the_words_of_prometheus(engine: Engine) -> None:
    with pytest.raises(QueryError, match="found duplicate series for the match group"):
        engine.instant("wide * on () group_left () wide", 75_000)


def test_label_values_do_not_grow_without_end(engine: Engine) -> None:
    expected = r"label_replace\(\) would write a label value that is too long: .* are more than 16,384"

    with pytest.raises(QueryError, match=expected):
        engine.instant(grown(4, copies=120), 75_000)


def test_all_label_values_together_do_not_either(engine: Engine) -> None:
    with pytest.raises(QueryError, match=r"query\.max_samples, 200,000"):
        engine.instant(grown(2, copies=60), 75_000)


@pytest.mark.parametrize(
    "expr",
    [
        "topk by (n) (1, wide)",
        "limitk by (n) (1, wide)",
        "limit_ratio(0.5, wide)",
        "quantile by (n) (0.5, wide)",
        'count_values by (n) ("v", wide)',
        "histogram_quantile(0.5, torn)",
        "histogram_fraction(0, 1, torn)",
        'label_replace(wide, "x", "$1", "n", "(.*)")',
        'label_replace(wide, "x", "$1", "n", "nobody")',
        'label_join(wide, "x", "-", "n", "m")',
        'sort_by_label(wide, "n")',
        "wide * on (n) group_left () (wide > -1)",
        "rate((wide * (time() * 20 % 2))[1m:50ms])",
        "double_exponential_smoothing(vector(1)[10m:1s], 0.5, 0.5)",
    ],
)
def test_loops_look_at_the_clock(store: SeriesStore, expr: str) -> None:
    """A millisecond passes with each look, and the query has a quarter of a second."""
    hasty = Engine(store, limits=Limits(timeout_s=0.25), experimental=True, clock=TickingClock())

    with pytest.raises(QueryTimeoutError, match=r"query\.timeout_s, 0\.25 s"):
        hasty.instant(expr, 75_000)


@pytest.mark.parametrize("expr", ["increase((wide * (time() * 20 % 2))[1m:50ms])", "topk by (n) (1, wide)"])
def test_loops_look_at_the_clock_over_a_range(store: SeriesStore, expr: str) -> None:
    hasty = Engine(store, limits=Limits(timeout_s=0.25), clock=TickingClock())

    with pytest.raises(QueryTimeoutError, match=r"query\.timeout_s, 0\.25 s"):
        hasty.range_(expr, 60_000, 75_000, 15_000)


@pytest.mark.parametrize("expr", ["max_over_time(rate(wide[1m])[10m:1m])", "topk(1, wide)", "sum(wide)"])
def test_what_is_short_looks_seldom(store: SeriesStore, expr: str) -> None:
    patient = Engine(store, limits=Limits(timeout_s=0.25), clock=TickingClock())

    assert patient.instant(expr, 75_000).samples
