"""When the level of a series changed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from otel_monitoring.analytics.trends.changes import FEWEST, changes
from tests.analytics.trends.made import minutes, noise, ramp

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORTNIGHT = 14 * 1440
DAY = 1440


def day_and_night(count: int) -> NDArray[np.float64]:
    """Return a wave of one day."""
    return np.asarray(np.sin(2 * np.pi * np.arange(count) / DAY))


def step(count: int, at: int, size: float) -> NDArray[np.float64]:
    """Return 0 before a place, and a level from it on."""
    return np.where(np.arange(count) >= at, size, 0.0)


def test_a_step_is_dated_to_the_minute_and_measured() -> None:
    values = 100 + 5 * noise(0.0, FORTNIGHT, 1) + step(FORTNIGHT, 9001, 10.0)

    (found,) = changes(minutes(FORTNIGHT), values).found

    assert found.time_s == pytest.approx(minutes(FORTNIGHT)[9001], abs=300)
    assert found.before == pytest.approx(100, abs=0.5)
    assert found.after == pytest.approx(110, abs=0.5)
    assert found.size_low < 10 < found.size_high


def test_up_and_down_again_are_two() -> None:
    values = noise(0.3, FORTNIGHT, 2) + step(FORTNIGHT, 5000, 3.0) - step(FORTNIGHT, 9000, 3.0)

    found = changes(minutes(FORTNIGHT), values).found

    assert [math.copysign(1, one.size) for one in found] == [1, -1]


def test_what_repeats_each_day_is_no_change() -> None:
    values = 200 + 80 * day_and_night(FORTNIGHT) + 8 * noise(0.0, FORTNIGHT, 3)

    assert changes(minutes(FORTNIGHT), values).found == ()


def test_a_step_below_the_height_of_the_day_is_found() -> None:
    values = 200 + 80 * day_and_night(FORTNIGHT) + 8 * noise(0.0, FORTNIGHT, 3) + step(FORTNIGHT, 7777, 16.0)

    (found,) = changes(minutes(FORTNIGHT), values).found

    assert found.time_s == pytest.approx(minutes(FORTNIGHT)[7777], abs=1800)


def test_quiet_weekends_are_no_change() -> None:
    is_weekend = minutes(FORTNIGHT) // 86_400 % 7 >= 5
    values = np.where(is_weekend, 0.35, 1.0) * (200 + 80 * day_and_night(FORTNIGHT)) + noise(0, FORTNIGHT, 4)

    assert changes(minutes(FORTNIGHT), values).found == ()


def test_steady_growth_is_no_change() -> None:
    values = 1000 + ramp(FORTNIGHT, 200) + 6 * noise(0.0, FORTNIGHT, 5)

    assert changes(minutes(FORTNIGHT), values).found == ()


def test_a_step_upon_steady_growth_is_one_change() -> None:
    values = 1000 + ramp(FORTNIGHT, 200) + 6 * noise(0.0, FORTNIGHT, 5) + step(FORTNIGHT, 12_000, 60.0)

    (found,) = changes(minutes(FORTNIGHT), values).found

    assert found.size == pytest.approx(60, rel=0.1)


def test_slow_noise_is_no_change() -> None:
    found = [changes(minutes(FORTNIGHT), noise(0.97, FORTNIGHT, seed)).found for seed in range(5)]

    assert sum(map(len, found)) <= 1


def test_a_spike_is_no_change() -> None:
    values = noise(0.3, FORTNIGHT, 6)
    values[8000:8010] += 100

    assert changes(minutes(FORTNIGHT), values).found == ()


def test_a_step_in_an_hour_is_found() -> None:
    values = 20 + noise(0.2, 360, 7) + step(360, 200, 4.0)

    (found,) = changes(minutes(360), values).found

    assert found.time_s == pytest.approx(minutes(360)[200], abs=180)


def test_order_and_holes_do_not_matter() -> None:
    values = noise(0.0, FORTNIGHT, 8) + step(FORTNIGHT, 10_000, 4.0)
    mixed = np.random.default_rng(3).permutation(FORTNIGHT)
    values[2000:3000] = math.nan

    (found,) = changes(minutes(FORTNIGHT)[mixed], values[mixed]).found

    assert found.size == pytest.approx(4, abs=0.3)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([], "no data"),
        ([math.nan, math.inf], "no data"),
        ([1.0, 5.0], "too short"),
        ([1.0] * (FEWEST - 1), "too short"),
        ([7.0] * 500, ""),
        ([0.0] * 500, ""),
        ([1e300] * 250 + [-1e300] * 250, ""),
        ([1e-310] * 250 + [-1e-310] * 250, ""),
        ([0.0] * 499 + [1.0], ""),
    ],
)
def test_whatever_comes_there_is_an_answer_or_a_reason(values: list[float], reason: str) -> None:
    assert changes(minutes(len(values)), np.array(values)).reason == reason


def test_one_time_only_is_too_short() -> None:
    assert changes(np.full(50, 1.7e9), noise(0.0, 50, 1)).reason == "too short"


def test_a_clean_edge_of_huge_values_is_dated() -> None:
    values = np.r_[np.full(250, 1e300), np.full(250, -1e300)]

    (found,) = changes(minutes(500), values).found

    assert found.time_s == minutes(500)[250]
    assert found.size == pytest.approx(-2e300)


def test_memory_that_fills_and_is_freed_is_no_change() -> None:
    values = 400 + 200 * (np.arange(FORTNIGHT) % 437) / 437 + 4 * noise(0.0, FORTNIGHT, 9)

    assert changes(minutes(FORTNIGHT), values).found == ()


def test_memory_that_fills_from_a_higher_level_is_a_change() -> None:
    values = 400 + 200 * (np.arange(FORTNIGHT) % 437) / 437 + 4 * noise(0.0, FORTNIGHT, 9)

    (found,) = changes(minutes(FORTNIGHT), values + step(FORTNIGHT, 9000, 116.0)).found

    assert found.time_s == pytest.approx(minutes(FORTNIGHT)[9000], abs=7200)


@pytest.mark.parametrize("hours", [6, 24, 36])
def test_a_part_of_a_day_is_no_change(hours: int) -> None:
    """Nobody has told what the day looks like."""
    count = hours * 60
    values = 200 + 80 * day_and_night(count) + 8 * noise(0.0, count, 10)

    assert changes(minutes(count), values).found == ()


def test_few_times_with_many_values_are_too_short() -> None:
    assert changes(np.repeat(minutes(10), 20), noise(0.0, 200, 1)).reason == "too short"


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("height", [500.0, 5000.0])
def test_a_burst_bends_no_level_to_where_there_are_no_values(height: float, seed: int) -> None:
    """An hour of 500 some hours ago once made a level of 290 out of values below 40."""
    count = 68 * 60
    values = np.maximum(20 + 16 * day_and_night(count) + 3 * noise(0.0, count, seed), 0.0)
    values[-450:-370] += height

    assert changes(minutes(count), values).found == ()
