"""Which way a series goes, said only where chance does not explain it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from otel_monitoring.analytics.trends.trend import FEWEST, trend
from tests.analytics.trends.made import minutes, noise, ramp

COUNT = 120
SPAN_S = 60.0 * (COUNT - 1)


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.8, 0.95])
def test_noise_is_seldom_called_a_trend(phi: float) -> None:
    """Of 200 series 8 % is 16; the benchmark counts more of them."""
    found = [trend(minutes(COUNT), noise(phi, COUNT, seed)).direction for seed in range(200)]

    assert sum(one in {"rising", "falling"} for one in found) <= 19


def test_a_trend_among_autocorrelated_noise_is_found() -> None:
    found = [trend(minutes(COUNT), noise(0.5, COUNT, seed) + ramp(COUNT, 3.46)) for seed in range(100)]

    assert sum(one.direction == "rising" for one in found) >= 95


def test_the_interval_holds_the_slope() -> None:
    found = [trend(minutes(COUNT), noise(0.5, COUNT, seed) + ramp(COUNT, 5.0)) for seed in range(100)]

    assert sum(one.slope_low * SPAN_S <= 5.0 <= one.slope_high * SPAN_S for one in found) >= 90


def test_a_straight_line_is_measured_exactly() -> None:
    found = trend(minutes(COUNT), 100 - ramp(COUNT, 20))

    assert found.direction == "falling"
    assert found.slope * SPAN_S == pytest.approx(-20)
    assert found.start == pytest.approx(100)
    assert found.end == pytest.approx(80)
    assert found.change_ratio == pytest.approx(-0.2)


def test_a_tenth_of_wild_values_leaves_the_slope_as_it_is() -> None:
    values = 50 + noise(0.0, COUNT, 3) + ramp(COUNT, 10)
    values[::10] = 1e6

    found = trend(minutes(COUNT), values)

    assert found.direction == "rising"
    assert found.slope * SPAN_S == pytest.approx(10, rel=0.25)


def test_a_curve_that_only_grows_rises() -> None:
    """It repeats itself so much that ranks alone would say nothing."""
    assert trend(minutes(COUNT), np.sqrt(np.arange(COUNT))).direction == "rising"


def test_a_walk_without_aim_is_mostly_left_alone() -> None:
    found = [trend(minutes(300), noise(1.0, 300, seed)).direction for seed in range(100)]

    assert sum(one in {"rising", "falling"} for one in found) <= 15


def test_noise_upon_something_slow_is_not_taken_for_plain_noise() -> None:
    found = [
        trend(minutes(300), 2 * noise(0.99, 300, seed) + noise(0.0, 300, 900 + seed)).direction
        for seed in range(100)
    ]

    assert sum(one in {"rising", "falling"} for one in found) <= 20


def test_a_level_that_hardly_moves_is_steady() -> None:
    found = trend(minutes(COUNT), 1000 + noise(0.3, COUNT, 5))

    assert found.direction == "steady"


def test_noise_that_may_hide_anything_is_unclear() -> None:
    found = trend(minutes(COUNT), noise(0.5, COUNT, 7))

    assert (found.direction, found.reason) == ("unclear", "")


def test_rare_events_that_grow_more_frequent_rise() -> None:
    """Nine in ten values are 0, so most pairs are ties."""
    chance = 0.02 + ramp(3000, 0.3)

    found = trend(minutes(3000), (np.random.default_rng(1).random(3000) < chance).astype(float))

    assert found.direction == "rising"
    assert found.slope * 60 * 2999 == pytest.approx(0.3, rel=0.4)


def test_gaps_and_order_do_not_matter() -> None:
    values = 10 + ramp(COUNT, 5) + noise(0.0, COUNT, 8) / 10
    kept = np.random.default_rng(2).permutation(COUNT)[: COUNT // 2]

    found = trend(minutes(COUNT)[kept], values[kept])

    assert found.slope * SPAN_S == pytest.approx(5, rel=0.1)


def test_units_do_not_matter() -> None:
    values = noise(0.5, COUNT, 9) + ramp(COUNT, 3)

    plain, scaled = trend(minutes(COUNT), values), trend(minutes(COUNT), values * 1e-9)

    assert scaled.p_value == pytest.approx(plain.p_value)
    assert scaled.slope == pytest.approx(plain.slope * 1e-9)


def test_fortnights_of_minutes_are_one_trend() -> None:
    values = noise(0.5, 20_160, 10) + ramp(20_160, 1.0)

    assert trend(minutes(20_160), values).direction == "rising"


@pytest.mark.parametrize("count", [0, 1, 2, FEWEST - 1])
def test_too_little_is_said_to_be_so(count: int) -> None:
    found = trend(minutes(count), np.arange(count, dtype=float))

    assert found.reason == ("too short" if count else "no data")
    assert found.direction == "unclear"
    assert math.isnan(found.slope)


@pytest.mark.parametrize("value", [0.0, 7.0, -1e300, 1e-320])
def test_a_constant_is_steady(value: float) -> None:
    found = trend(minutes(COUNT), np.full(COUNT, value))

    assert (found.direction, found.slope, found.p_value) == ("steady", 0.0, 1.0)


def test_nothing_but_holes_is_no_data() -> None:
    values = np.tile([math.nan, math.inf, -math.inf], 40)

    assert trend(minutes(COUNT), values).reason == "no data"


def test_the_same_time_again_and_again_is_too_short() -> None:
    assert trend(np.full(COUNT, 1.7e9), noise(0.0, COUNT, 1)).reason == "too short"


def test_the_largest_numbers_there_are_have_a_trend() -> None:
    found = trend(minutes(COUNT), 1.7e308 * np.linspace(-1, 1, COUNT))

    assert found.direction == "rising"
    assert math.isfinite(found.slope)


def test_times_far_apart_are_no_trouble() -> None:
    times_s = np.r_[minutes(60), minutes(60) + 1e9]

    assert trend(times_s, noise(0.0, COUNT, 1)).reason in {"", "too short"}
