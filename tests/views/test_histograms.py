"""Quantiles and ends of buckets."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.views.histograms import highest, lowest, quantiles

BOUNDS = np.array([0.1, 0.5, 1.0, math.inf])


def of(*added: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.cumsum(added)[:, None]


def test_buckets_without_an_end_say_nothing() -> None:
    bounds, counts = np.array([1.0, 2.0]), np.array([[1.0], [2.0]])

    for found in (quantiles(bounds, counts, 0.5), lowest(bounds, counts), highest(bounds, counts)):
        assert np.isnan(found).all()


def test_a_column_without_observations_is_unknown() -> None:
    counts = np.array([[1.0, 0.0], [2.0, 0.0]])

    found = quantiles(np.array([1.0, math.inf]), counts, 0.5)

    assert found[0] == 1.0
    assert math.isnan(found[1])
    assert np.isnan(lowest(BOUNDS, of(0, 0, 0, 0))).all()
    assert np.isnan(highest(BOUNDS, of(0, 0, 0, 0))).all()


@pytest.mark.parametrize(
    ("added", "low", "high"),
    [
        ((1, 0, 0, 0), 0.0, 0.1),
        ((0, 2, 0, 0), 0.1, 0.5),
        ((0, 1, 3, 0), 0.1, 1.0),
        ((0, 0, 1, 1), 0.5, math.inf),
    ],
)
def test_the_ends_are_those_of_the_outermost_buckets(
    added: tuple[float, ...], low: float, high: float
) -> None:
    assert lowest(BOUNDS, of(*added)) == low
    assert highest(BOUNDS, of(*added)) == high


def test_what_adding_of_floats_leaves_behind_is_no_observation() -> None:
    assert highest(BOUNDS, of(5, 0, 0, 1e-12)) == 0.1
    assert lowest(BOUNDS, of(1e-12, 0, 5, 0)) == 0.5


@given(st.lists(st.floats(0, 0.99), min_size=1, max_size=60), st.floats(0.001, 1))
def test_observations_and_quantiles_lie_between_the_ends(values: list[float], share: float) -> None:
    counts = np.array([[float(sum(value <= bound for value in values))] for bound in BOUNDS])

    low, high = lowest(BOUNDS, counts)[0], highest(BOUNDS, counts)[0]

    assert low <= min(values) <= max(values) <= high
    assert low <= quantiles(BOUNDS, counts, share)[0] <= high
