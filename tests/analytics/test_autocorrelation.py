"""What points are worth that repeat each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from otel_monitoring.analytics.autocorrelation import HIGHEST, ar1, clipped, effective_size, trend_size

if TYPE_CHECKING:
    from numpy.typing import NDArray


def wave(phi: float, count: int, seed: int) -> NDArray[np.float64]:
    """Return noise each point of which keeps a share of the one before."""
    steps = np.random.default_rng(seed).standard_normal(count) * np.sqrt(1 - phi * phi)
    values = np.zeros(count)
    values[0] = steps[0] / np.sqrt(1 - phi * phi)
    for at in range(1, count):
        values[at] = phi * values[at - 1] + steps[at]
    return values


@pytest.mark.parametrize("phi", [0.3, 0.5, 0.8, 0.9])
def test_the_estimate_is_right_on_average(phi: float) -> None:
    found = [ar1(wave(phi, 120, seed)) for seed in range(300)]

    assert np.mean(found) == pytest.approx(phi, abs=0.02)


def test_spikes_hide_nothing() -> None:
    values = wave(0.8, 500, 1)
    values[::50] += 100

    assert ar1(values) > 0.5


def test_holes_are_no_neighbours() -> None:
    values = np.where(np.arange(400) % 2 == 0, wave(0.9, 400, 2), np.nan)

    assert ar1(values) == 0.0


def test_swinging_back_counts_as_no_memory() -> None:
    assert ar1(np.tile([1.0, -1.0], 50)) == 0.0


@pytest.mark.parametrize(
    "values",
    [
        [],
        [1.0, 2.0],
        [5.0] * 50,
        [0.0] * 50,
        [float("nan")] * 50,
        [float("inf"), *[1.0] * 20],
        [1e300 * (at % 5) for at in range(50)],
        [1e-320 * (at % 5) for at in range(50)],
    ],
)
def test_whatever_comes_there_is_an_estimate(values: list[float]) -> None:
    assert 0.0 <= ar1(np.array(values)) <= HIGHEST


def test_far_values_count_as_three_deviations() -> None:
    values = np.r_[np.tile([-1.0, 1.0], 50), 1e6]

    assert clipped(values).max() < 4


def test_a_mean_of_repeating_points_is_worth_few() -> None:
    assert effective_size(120, 0.5) == pytest.approx(40)


def test_a_pair_is_worth_more_where_one_of_it_repeats_nothing() -> None:
    assert effective_size(120, 0.9, 0.0) == 120
    assert effective_size(120, 0.9, 0.9) < 13


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.9])
def test_the_size_for_trends_is_what_ranks_vary_by(phi: float) -> None:
    """The variance of the correlation of ranks with time is one by the effective size."""
    time = np.arange(60) - 29.5
    ranks = np.array([np.argsort(np.argsort(wave(phi, 60, seed))) - 29.5 for seed in range(2000)])
    varies = float(np.mean((ranks @ time / (time @ time)) ** 2))

    assert 1 / varies == pytest.approx(trend_size(60, phi), rel=0.1)
