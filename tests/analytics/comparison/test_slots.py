"""Slots and quantiles of buckets."""

from __future__ import annotations

import numpy as np
import pytest

from otel_monitoring.analytics.comparison.slots import Slots, quantile

BOUNDS_S = np.array([0.1, 0.2, 0.4])


@pytest.mark.parametrize(
    ("buckets", "q", "expected"),
    [
        ([10, 0, 0, 0], 0.5, 0.05),
        ([0, 10, 10, 0], 0.75, 0.3),
        ([0, 0, 0, 10], 0.5, 0.4),
        ([5, 0, 5, 0], 0.5, 0.1),
    ],
)
def test_quantiles_are_interpolated_as_in_promql(buckets: list[float], q: float, expected: float) -> None:
    """Evenly within a bucket; beyond the last bound it is that bound."""
    assert quantile(q, np.array(buckets, dtype=float), BOUNDS_S) == pytest.approx(expected)


def test_without_requests_there_is_no_quantile() -> None:
    """Nor without buckets."""
    assert np.isnan(quantile(0.5, np.zeros(4), BOUNDS_S))
    assert np.isnan(quantile(0.5, np.zeros(0), np.zeros(0)))


def test_slots_without_requests_or_with_unknown_ones_are_left_out() -> None:
    """A sum that went down belongs to a counter that began anew."""
    slots = Slots(
        np.array([[1.0, 2.0], [0.0, 0.0], [np.nan, 1.0], [1.0, 1.0]]), np.array([0.3, 0.0, 0.1, -1.0])
    )

    assert slots.busy().counts.tolist() == [3.0]
