"""Moments are right, or say that they may not be."""

from __future__ import annotations

import numpy as np
import pytest

from otel_monitoring.promql.vectors.moments import moments_of
from otel_monitoring.promql.vectors.summation import exact_sum, squares_about

TIMES = np.arange(240) * 15.0
WEIGHTS = TIMES - TIMES.mean()


def test_many_series_get_the_moments_that_compensated_sums_give() -> None:
    samples = np.random.default_rng(7).random((240, 1500)) * 100 + 5

    found = moments_of(samples, WEIGHTS)

    mean = exact_sum(samples) / 240
    np.testing.assert_allclose(found.mean, mean, rtol=1e-13)
    np.testing.assert_allclose(found.variance, squares_about(samples, mean) / 240, rtol=1e-11)
    np.testing.assert_allclose(found.along, WEIGHTS @ (samples - samples[0]), rtol=1e-9, atol=1e-6)
    assert found.mean_doubtful is None
    assert found.variance_doubtful is None
    assert found.moved.all()


def test_a_constant_series_has_its_own_value_as_mean_and_no_spread_at_all() -> None:
    found = moments_of(np.full((240, 3), 0.1), WEIGHTS)

    assert found.mean.tolist() == [0.1] * 3
    assert found.variance.tolist() == [0.0] * 3
    assert not found.moved.any()
    assert found.mean_doubtful is None


@pytest.mark.parametrize("sample", [np.nan, np.inf, -np.inf, 1e300, -1e300])
def test_what_is_not_finite_or_overflows_is_doubtful(sample: float) -> None:
    samples = np.ones((240, 2))
    samples[7, 1] = sample

    with np.errstate(all="ignore"):
        found = moments_of(samples, WEIGHTS)

    assert found.mean_doubtful is not None
    assert found.mean_doubtful.tolist() == [False, True]


def test_a_mean_that_is_all_but_cancelled_is_doubtful() -> None:
    samples = np.tile([[1e8], [-1e8], [1e-3]], (80, 1))

    found = moments_of(samples, WEIGHTS)

    assert found.mean_doubtful is not None


def test_a_spread_that_is_small_beside_the_distance_to_the_first_sample_is_doubtful() -> None:
    samples = 1e6 + np.random.default_rng(3).random((2400, 2))
    samples[0] = 0

    found = moments_of(samples, np.zeros(2400))

    np.testing.assert_allclose(found.mean, exact_sum(samples) / 2400, rtol=1e-12)
    assert found.variance_doubtful is not None
    assert found.variance_doubtful.all()
