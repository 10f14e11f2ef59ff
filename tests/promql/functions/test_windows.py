"""Functions over windows: by hand, by formula, and with holes as without."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.promql.evaluation.series import Window
from otel_monitoring.promql.functions.windows import WINDOW_FUNCTIONS
from otel_monitoring.stores.block import ABSENT
from otel_monitoring.stores.series import SeriesStore
from tests.promql.asking import GAP, NONE, STALE, Asking, named

if TYPE_CHECKING:
    from collections.abc import Sequence

X = named("x", job="a")
OUT = Labels.of(job="a")


def asked(expr: str, values: Sequence[float | object], time_s: float) -> float:
    return Asking({X: values}).one(expr, time_s)


def test_rate_between_samples_at_both_ends_needs_no_extrapolation() -> None:
    """The window (0, 60] holds the samples at 15 to 60 s; 15 s are added before the first, to the edge."""
    assert asked("increase(x[1m])", [0, 30, 60, 90, 120], 60) == pytest.approx(90 * 60 / 45)
    assert asked("rate(x[1m])", [100, 130, 160, 190, 220], 60) == pytest.approx(2.0)


def test_rate_extrapolates_half_a_distance_where_the_edge_is_far() -> None:
    """Samples at 0 and 15 s of a window of five minutes: half a distance at the end; the start is near."""
    values = [100, 130]
    sampled_s, to_start_s, to_end_s = 15, 15 / 2, 15 / 2

    expected = 30 * (sampled_s + to_start_s + to_end_s) / sampled_s

    assert asked("increase(x[5m])", values, 150) == pytest.approx(expected)


def test_a_counter_is_not_extrapolated_to_before_its_zero() -> None:
    """Having counted 1 of 10 at the first sample, it was zero 1.5 s before."""
    expected = 10 * (15 + 1.5 + 7.5) / 15

    assert asked("increase(x[5m])", [1, 11], 150) == pytest.approx(expected)


def test_a_counter_that_fell_had_been_reset() -> None:
    steady = asked("increase(x[1m])", [1000, 1010, 1020, 1030, 1040], 60)

    assert asked("increase(x[1m])", [1000, 1010, 1020, 10, 20], 60) == pytest.approx(steady)


def test_delta_can_be_negative_and_ignores_resets() -> None:
    assert asked("delta(x[1m])", [0, 40, 30, 20, 10], 60) == pytest.approx(-30 * 60 / 45)


def test_irate_and_idelta_look_at_the_last_two_samples() -> None:
    values = [0, 10, 20, 100]

    assert asked("irate(x[1m])", values, 45) == pytest.approx(80 / 15)
    assert asked("idelta(x[1m])", [0, 10, 20, 5], 45) == -15.0
    assert asked("irate(x[1m])", [0, 10, 20, 5], 45) == pytest.approx(5 / 15)
    assert asked("irate(x[1m])", [0, 10, GAP, 40, GAP], 60) == pytest.approx(30 / 30)


@pytest.mark.parametrize("name", ["rate", "increase", "delta", "irate", "idelta", "deriv"])
def test_a_change_needs_two_samples(name: str) -> None:
    assert Asking({X: [1]}).at(f"{name}(x[1m])", 0) == NONE
    assert Asking({X: [1, STALE]}).at(f"{name}(x[1m])", 20) == NONE


def test_changes_and_resets_are_counted() -> None:
    values = [1, 1, 3, 2, math.nan, math.nan, 5]

    assert asked("changes(x[5m])", values, 90) == 4.0
    assert asked("resets(x[5m])", [5, 6, 1, GAP, 0, 3], 90) == 2.0


def test_deriv_and_predict_linear_follow_a_line() -> None:
    values = [10 + 2 * 15 * n for n in range(10)]

    assert asked("deriv(x[5m])", values, 135) == pytest.approx(2.0)
    assert asked("predict_linear(x[5m], 60)", values, 135) == pytest.approx(10 + 2 * (135 + 60))
    assert asked("predict_linear(x[5m], 60)", values, 150) == pytest.approx(10 + 2 * (150 + 60))


def test_a_line_through_constant_samples_is_flat() -> None:
    assert asked("deriv(x[5m])", [0.1] * 9, 120) == 0.0
    assert asked("predict_linear(x[5m], 3600)", [0.1] * 9, 120) == 0.1


def test_there_is_no_line_through_infinity() -> None:
    assert math.isnan(asked("deriv(x[5m])", [1, math.inf, 3], 30))
    assert math.isnan(asked("predict_linear(x[5m], 60)", [math.inf, math.inf], 15))


def test_a_mean_of_equal_samples_is_that_sample() -> None:
    """A plain sum of forty times 0.1 is above 4; an alert on `> 0.1` would fire."""
    assert asked("avg_over_time(x[10m])", [0.1] * 40, 585) == 0.1


def test_large_samples_do_not_swallow_small_ones() -> None:
    assert asked("sum_over_time(x[5m])", [1.0, 1e100, 1.0, -1e100], 45) == 2.0


def test_the_mean_of_huge_samples_does_not_overflow() -> None:
    assert asked("avg_over_time(x[5m])", [1e308, 1e308, 1e308], 30) == pytest.approx(1e308)


def test_nan_is_the_extreme_of_nothing_but_nan() -> None:
    assert asked("max_over_time(x[5m])", [math.nan, 1, 3], 30) == 3.0
    assert asked("min_over_time(x[5m])", [math.nan, 1, 3], 30) == 1.0
    assert math.isnan(asked("min_over_time(x[5m])", [math.nan], 0))


@pytest.mark.parametrize(
    ("q", "expected"),
    [("0", 1.0), ("0.5", 2.5), ("0.9", 3.7), ("1", 4.0), ("-1", -math.inf), ("2", math.inf)],
)
def test_quantile_interpolates(q: str, expected: float) -> None:
    assert asked(f"quantile_over_time({q}, x[5m])", [3, 1, 4, 2], 45) == pytest.approx(expected)


def test_quantile_counts_nan_as_the_smallest() -> None:
    assert asked("quantile_over_time(1, x[5m])", [math.nan, 1], 15) == 1.0
    assert math.isnan(asked("quantile_over_time(0, x[5m])", [math.nan, 1], 15))
    assert math.isnan(asked("quantile_over_time(NaN, x[5m])", [1, 2], 15))


def test_first_and_last_keep_the_name() -> None:
    asking = Asking({X: [GAP, 7, 8, GAP]})

    assert asking.at("first_over_time(x[1m])", 45) == {X: 7.0}
    assert asking.at("last_over_time(x[1m])", 45) == {X: 8.0}
    assert asking.at("present_over_time(x[1m])", 45) == {OUT: 1.0}


def test_mad_is_the_median_distance_from_the_median() -> None:
    asking = Asking({X: [4, 6, 2, 1, 999, 1, 2]}, experimental=True)

    assert asking.one("mad_over_time(x[5m])", 90) == 1.0


def window(values: np.ndarray, present: np.ndarray | None) -> Window:
    times_ms = np.arange(1, len(values) + 1, dtype=np.int64) * 15_000
    end_ms = int(times_ms[-1]) + 5_000
    return Window(times_ms, values, present, 0, end_ms, end_ms)


PARAMS = {
    "quantile_over_time": (0.3,),
    "predict_linear": (600.0,),
    "double_exponential_smoothing": (0.3, 0.6),
}


@pytest.mark.parametrize("name", sorted(WINDOW_FUNCTIONS))
@settings(max_examples=40)
@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.integers(-50, 50)), min_size=6, max_size=6), min_size=1, max_size=5
    )
)
def test_holes_change_nothing_but_the_samples(name: str, columns: list[list[int | None]]) -> None:
    """A series with holes gives what the function gives for it alone, holes cut out."""
    values = np.array([[ABSENT if v is None else v for v in column] for column in columns], dtype=float).T
    present = np.array([[v is not None for v in column] for column in columns]).T
    function, params = WINDOW_FUNCTIONS[name], PARAMS.get(name, ())

    with np.errstate(all="ignore"):
        together, some = function(window(values, present), *params)

        for column in range(values.shape[1]):
            kept = np.flatnonzero(present[:, column])
            if not len(kept):
                assert some is not None
                assert not some[column]
                continue
            whole = window(values, present)
            alone = Window(
                whole.times_ms[kept], values[kept, column][:, None], None, 0, whole.end_ms, whole.at_ms
            )
            expected, enough = function(alone, *params)
            has = enough is None or bool(enough[0])
            assert (some is None or bool(some[column])) == has
            if has:
                assert together[column] == pytest.approx(expected[0], nan_ok=True, rel=1e-9, abs=1e-9)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_moments_are_those_of_the_standard_library(samples: list[float]) -> None:
    whole = window(np.array(samples)[:, None], None)

    mean, _ = WINDOW_FUNCTIONS["avg_over_time"](whole)
    deviation, _ = WINDOW_FUNCTIONS["stddev_over_time"](whole)

    assert mean[0] == pytest.approx(statistics.fmean(samples), rel=1e-12, abs=1e-12)
    assert deviation[0] == pytest.approx(statistics.pstdev(samples), rel=1e-6, abs=1e-6)


def test_far_from_1970_the_ends_of_a_window_are_as_exact_as_near_it() -> None:
    """Seconds since 1970 as one number lose the last digits of a difference."""
    start_ms = 1_750_001_098_000
    store = SeriesStore()
    for time_ms, value in ((start_ms + 12_412, -6.305327446030569), (start_ms + 27_407, 5.978398646978736)):
        store.append(Batch("self", time_ms, [X], [value]))

    ((_, value),) = Engine(store).instant("delta(x[2m30s])", start_ms + 150_000).samples

    assert value == pytest.approx(28.593352278322325, rel=1e-14)


def test_what_resets_lost_is_added_in_the_order_of_time() -> None:
    values = [1e6 + 1e-5, 3e-5, 1e-5, 4e-5, 2e-5, 7e-5]
    change = values[-1] - values[0]
    for lost in (values[0], values[1], values[3]):
        change += lost

    assert asked("increase(x[1m30s])", [0.0, *values], 90) == change * (90 / 75)
