"""The engine as a whole: look-back, staleness, ranges, limits, results."""

from __future__ import annotations

import math

import pytest

from otel_monitoring.errors import QueryError
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine, Limits
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock
from tests.promql.asking import GAP, NONE, STALE, Asking, named

UP = named("up", job="a")
UPS = {named("up", job="a"): [1, 2, 3, 4], named("up", job="b"): [5, 6, 7, 8]}
NEVER_MEETING: dict[Labels, list[float | object]] = {
    named("up", job="a"): [1.0, 1.0, STALE],
    named("down", job="a"): [GAP, GAP, GAP, GAP, 2.0, 2.0],
}


def test_a_selector_gives_the_newest_samples() -> None:
    assert Asking(UPS).at("up", 31) == {named("up", job="a"): 3.0, named("up", job="b"): 7.0}


def test_a_metric_that_nobody_has_is_empty() -> None:
    assert Asking(UPS).at("nobody") == NONE


def test_a_sample_as_old_as_the_look_back_is_gone() -> None:
    asking = Asking({UP: [1]})

    assert asking.at("up", 299.999) == {UP: 1.0}
    assert asking.at("up", 300) == NONE


def test_a_staleness_marker_ends_a_series_at_once() -> None:
    asking = Asking({UP: [1, STALE, GAP, 4]})

    assert asking.at("up", 14) == {UP: 1.0}
    assert asking.at("up", 16) == NONE
    assert asking.at("up", 45) == {UP: 4.0}
    assert asking.at("count_over_time(up[1m])", 45) == {Labels.of(job="a"): 2.0}


def test_a_gap_is_bridged() -> None:
    assert Asking({UP: [1, GAP, GAP, 4]}).at("up", 30) == {UP: 1.0}


def test_offset_and_at_move_the_time() -> None:
    asking = Asking({UP: [0, 1, 2, 3, 4]})

    assert asking.one("up offset 30s", 60) == 2.0
    assert asking.one("up offset -15s", 30) == 3.0
    assert asking.one("up @ 15", 60) == 1.0
    assert asking.one("sum_over_time(up[30s] @ 45 offset 15s)", 0) == 3.0


def test_a_window_is_open_on_the_left() -> None:
    assert Asking({UP: [1, 2, 3]}).one("sum_over_time(up[30s])", 30) == 5.0


def test_a_series_of_two_sources_is_one_series() -> None:
    asking = Asking()
    asking.store.append(Batch("one", 0, (UP,), (1.0,)))
    asking.store.append(Batch("two", 15_000, (UP,), (2.0,)))
    asking.store.append(Batch("two", 30_000, (named("up", job="b"), UP), (9.0, 3.0)))

    assert asking.at("up", 30) == {UP: 3.0, named("up", job="b"): 9.0}
    assert asking.at("sum_over_time(up[1m])", 30) == {Labels.of(job="a"): 6.0, Labels.of(job="b"): 9.0}


def test_a_range_has_a_value_per_step() -> None:
    asking = Asking({UP: [0, 1, 2, 3, 4]})

    assert asking.over("up * 2", start_s=0, end_s=70, step_s=30) == {Labels.of(job="a"): [0.0, 4.0, 8.0]}


def test_a_range_leaves_out_steps_without_a_sample() -> None:
    asking = Asking({UP: [1, 5, 1]})

    assert asking.over("up > 2", start_s=0, end_s=30, step_s=15) == {UP: [None, 5.0, None]}


def test_at_start_and_end_are_those_of_the_range() -> None:
    asking = Asking({UP: [0, 1, 2, 3]})

    assert asking.over("up @ start()", start_s=15, end_s=45, step_s=15) == {UP: [1.0, 1.0, 1.0]}
    assert asking.over("up @ end()", start_s=15, end_s=45, step_s=15) == {UP: [3.0, 3.0, 3.0]}


def test_a_scalar_over_a_range_is_a_series_without_labels() -> None:
    assert Asking().over("time()", start_s=0, end_s=2, step_s=1) == {Labels.of(): [0.0, 1.0, 2.0]}


def test_a_string_is_a_string() -> None:
    result = Asking().engine.instant('"hello"', 0)

    assert (result.kind, result.text) == ("string", "hello")


def test_a_range_vector_gives_its_samples() -> None:
    result = Asking({UP: [1, STALE, 3]}).engine.instant("up[1m]", 30_000)

    (series,) = result.series
    assert result.kind == "matrix"
    assert series.times_ms.tolist() == [0, 30_000]
    assert series.values.tolist() == [1.0, 3.0]


def test_a_subquery_looks_at_a_grid_of_absolute_times() -> None:
    asking = Asking({UP: [0, 1, 2, 3, 4, 5, 6, 7, 8]})

    assert asking.one("sum_over_time(up[1m:30s])", 100) == 4.0 + 6.0
    assert asking.one("max_over_time(sum_over_time(up[30s])[1m:30s])", 90) == 11.0


def test_a_subquery_without_a_step_takes_the_default() -> None:
    asking = Asking({UP: list(range(20))})

    assert asking.one("count_over_time(up[4m:])", 240) == 4.0


def test_series_without_samples_in_a_window_are_left_out() -> None:
    asking = Asking({named("up", job="a"): [1], named("up", job="b"): [1, 1, 1]})

    assert asking.at("sum_over_time(up[20s])", 30) == {Labels.of(job="b"): 2.0}


def test_what_changes_values_drops_the_name() -> None:
    (labels,) = Asking({UP: [1]}).at("up + 0", 0)

    assert labels == Labels.of(job="a")


def test_two_series_that_end_with_the_same_labels_are_an_error() -> None:
    asking = Asking({named("up", job="a"): [1], named("down", job="a"): [1]})

    with pytest.raises(QueryError, match="vector cannot contain metrics with the same labelset"):
        asking.at('-{job="a"}', 0)


def test_series_that_never_meet_may_end_with_the_same_labels() -> None:
    assert Asking(NEVER_MEETING).over('abs({job="a"})', start_s=15, end_s=75, step_s=60) == {
        Labels.of(job="a"): [1.0, 2.0]
    }


def test_series_that_never_meet_may_not_where_each_is_computed_as_a_whole() -> None:
    with pytest.raises(QueryError, match="vector cannot contain metrics with the same labelset"):
        Asking(NEVER_MEETING).over('max_over_time({job="a"}[30s])', start_s=15, end_s=75, step_s=60)


@pytest.mark.parametrize(
    ("expr", "message"),
    [
        ("up +", "parse error"),
        ("info(up)", r'parse error: function "info" is not enabled: .* query\.experimental enables it'),
        ("limitk(1, up)", r"limitk\(\) is experimental and must be enabled with query\.experimental"),
    ],
)
def test_says_what_is_wrong(expr: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        Asking(UPS).at(expr)


@pytest.mark.parametrize("expr", ["up[5m]", '"text"', "up[5m:1m]"])
def test_a_range_query_needs_a_scalar_or_an_instant_vector(expr: str) -> None:
    with pytest.raises(QueryError, match="for a range query, must be scalar or instant vector"):
        Asking(UPS).over(expr, start_s=0, end_s=10, step_s=1)


@pytest.mark.parametrize(("start_s", "end_s", "step_s"), [(0, 10, 0), (10, 0, 1), (0, 10, -1)])
def test_a_range_that_makes_no_sense_is_refused(start_s: int, end_s: int, step_s: int) -> None:
    with pytest.raises(QueryError, match="a range needs step_ms > 0 and end_ms >= start_ms"):
        Asking().over("1", start_s=start_s, end_s=end_s, step_s=step_s)


@pytest.mark.parametrize(
    ("limits", "expr", "message"),
    [
        (Limits(max_samples=5), "sum_over_time(up[1m])", "more than query.max_samples, 5"),
        (Limits(max_samples=1), "up", "more than query.max_samples, 1"),
        (Limits(max_series=1), "up", "the result has 2 series, more than query.max_series, 1"),
    ],
)
def test_a_query_over_a_limit_fails_and_names_it(limits: Limits, expr: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        Asking(UPS, limits=limits).at(expr, 45)


def test_a_range_of_too_many_steps_is_refused() -> None:
    asking = Asking(limits=Limits(max_steps=10))

    with pytest.raises(QueryError, match=r"11 steps are more than query\.max_steps, 10"):
        asking.over("1", start_s=0, end_s=10, step_s=1)


def test_a_query_that_takes_too_long_is_given_up() -> None:
    class SlowClock(FakeClock):
        def monotonic_s(self) -> float:
            self.advance(6)
            return super().monotonic_s()

    engine = Engine(SeriesStore(), limits=Limits(timeout_s=10), clock=SlowClock())

    with pytest.raises(
        QueryError, match=r"timed out in expression evaluation: it took longer than query\.timeout_s, 10 s"
    ):
        engine.instant("1 + 1 + 1", 0)


def test_the_newest_expressions_are_remembered() -> None:
    engine = Asking().engine
    first = engine.parse("0")

    kept = engine.parse("0") is first
    for number in range(1, 4200):
        engine.parse(str(number))

    assert kept
    assert engine.parse("0") is not first


def test_counts_queries_and_failures() -> None:
    asking = Asking()
    asking.engine.instant("1", 0)
    with pytest.raises(QueryError):
        asking.engine.instant("1 +", 0)

    assert asking.engine.stats() == {"queries": 2, "queries_failed": 1}


def test_series_that_come_later_are_found_by_a_query_asked_before() -> None:
    asking = Asking()
    asking.store.append(Batch("self", 0, (named("up", job="a"),), (1.0,)))
    before = asking.one("sum(up)", 0)

    both = (named("up", job="a"), named("up", job="b"))
    asking.store.append(Batch("self", 15_000, both, (1.0, 2.0)))

    assert (before, asking.one("sum(up)", 15)) == (1.0, 3.0)


def test_a_child_process_can_go_on_asking() -> None:
    asking = Asking(UPS)
    asking.one("sum(up)", 0)

    asking.engine.after_fork()

    assert asking.one("sum(up)", 0) == 6.0


def test_nan_and_infinity_are_samples() -> None:
    asking = Asking({named("up", job="a"): [math.nan], named("up", job="b"): [math.inf]})

    values = asking.at("up", 0)

    assert math.isnan(values[named("up", job="a")])
    assert values[named("up", job="b")] == math.inf
