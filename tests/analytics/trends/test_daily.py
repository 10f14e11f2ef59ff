"""What days do to trends."""

from __future__ import annotations

import numpy as np
import pytest

from otel_monitoring.analytics.trends.daily import without_days
from otel_monitoring.analytics.trends.grid import Grid
from otel_monitoring.analytics.trends.trend import trend
from otel_monitoring.analytics.trends.usual import usual
from tests.analytics.trends.made import START_S, minutes, noise, ramp

HOURS = START_S + 3600.0 * np.arange(168, dtype=np.float64)
WAVE = 10 * np.sin(2 * np.pi * np.arange(168) / 24)


def test_a_trend_below_the_wave_of_a_day_is_found() -> None:
    found = trend(HOURS, 100 + WAVE + ramp(168, 5.0) + noise(0.3, 168, 1))

    assert found.direction == "rising"
    assert (found.end - found.start) == pytest.approx(5, abs=1)


def test_the_wave_of_a_day_alone_is_no_trend() -> None:
    found = [trend(HOURS, 100 + WAVE + noise(0.3, 168, seed)).direction for seed in range(60)]

    assert sum(one in {"rising", "falling"} for one in found) <= 6


def test_noise_has_no_wave_to_take_out() -> None:
    grid = Grid.of(HOURS, noise(0.3, 168, 2), most=300)

    assert without_days(grid) is grid


def test_steps_that_make_no_day_are_left_alone() -> None:
    grid = Grid.of(START_S + 4000.0 * np.arange(168, dtype=np.float64), WAVE, most=300)

    assert without_days(grid) is grid


def morning(seed: int, rise: float = 10.0) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return six hours of a day that rises."""
    return 50 + ramp(72, rise) + noise(0.2, 72, seed)


def test_a_rise_that_every_morning_has_is_explained() -> None:
    found = usual(minutes(72) * 5, np.array([morning(seed) for seed in range(7)]))

    assert found is not None
    assert found.days == 7
    assert found.explains(10 / 72 / 300)
    assert not found.explains(30 / 72 / 300)
    assert not found.explains(-10 / 72 / 300)


def test_days_that_go_either_way_explain_nothing() -> None:
    days = np.array([morning(seed, 10.0 if seed % 2 else -10.0) for seed in range(6)])

    assert usual(minutes(72) * 5, days) is None


def test_two_days_are_too_few() -> None:
    days = np.array([morning(1), morning(2), np.full(72, np.nan)])

    assert usual(minutes(72) * 5, days) is None
    assert usual(minutes(72) * 5, np.empty((0, 72))) is None
