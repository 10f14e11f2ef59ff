"""The sizes of errors, and how much of them is within a band."""

from __future__ import annotations

import numpy as np
import pytest

from otel_monitoring.analytics.forecasts.bands import error_scale, reach_of

RNG = np.random.default_rng(2)


def test_errors_keep_the_size_of_their_hour() -> None:
    sizes = np.tile(np.where(np.arange(24) < 12, 1.0, 9.0), 2)

    scale = error_scale(RNG.standard_normal((21, 48)) * sizes, horizon=48, season=24)

    assert scale[18:21].mean() / scale[4:7].mean() == pytest.approx(9, rel=0.4)


def test_errors_grow_on_beyond_what_was_seen_as_they_did_before() -> None:
    sizes = np.arange(1, 49)

    scale = error_scale(RNG.standard_normal((21, 48)) * sizes, horizon=96, season=0)

    assert scale[95] / scale[47] == pytest.approx(2, rel=0.2)


def test_no_errors_have_no_size() -> None:
    assert error_scale(np.zeros((5, 6)), horizon=12, season=0).tolist() == [0.0] * 12


def test_skewed_errors_have_a_skewed_band() -> None:
    low, high = reach_of(RNG.exponential(size=2000) - 0.3, 0.95)

    assert -low < high


def test_of_few_errors_all_are_within() -> None:
    few = RNG.standard_normal(10)

    low, high = reach_of(few, 0.5)

    assert low <= few.min()
    assert high >= few.max()
