"""Sums and means over the windows of many steps are exact, whatever the samples."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otel_monitoring.model.labels import Labels
from otel_monitoring.promql.evaluation.series import unlimited
from otel_monitoring.promql.functions.rolling import ROLLING
from otel_monitoring.promql.functions.windows import (
    avg_over_time,
    max_over_time,
    min_over_time,
    sum_over_time,
)
from otel_monitoring.stores.block import ABSENT, Block

SAMPLES = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False, width=64),
    st.decimals(-1000, 1000, places=3).map(float),
    st.sampled_from([1e16, -1e16, 1.0, 0.1, 5e-324, 1e300]),
)
WIDTH = 5


def rolled(kernel: object, samples: list[float]) -> list[float]:
    """Return what a function gives of each five neighbouring samples."""
    values = np.array(samples)[:, None]
    times_ms = np.arange(1, len(samples) + 1, dtype=np.int64)
    block = Block("self", (Labels.of(n="1"),), times_ms, values, bool(np.isfinite(values).all()))
    with np.errstate(all="ignore"):
        found, _ = ROLLING[kernel](block, times_ms[WIDTH - 1 :], WIDTH, unlimited)  # type: ignore[index]
    answers: list[float] = found[:, 0].tolist()
    return answers


def of_each(samples: list[float]) -> list[list[float]]:
    return [samples[at : at + WIDTH] for at in range(len(samples) - WIDTH + 1)]


@settings(max_examples=300, derandomize=True)
@given(st.lists(SAMPLES, min_size=12, max_size=12))
def test_a_sum_is_the_exact_one_rounded_once_or_twice(samples: list[float]) -> None:
    for found, some in zip(rolled(sum_over_time, samples), of_each(samples), strict=True):
        exact = sum(map(Fraction, some), Fraction())
        if abs(exact) < 2**1000:
            size = Fraction(max(map(abs, some)))
            assert abs(Fraction(found) - exact) <= abs(exact) / 2**52 + size / 2**100


@settings(max_examples=300, derandomize=True)
@given(st.lists(st.decimals(1, 1000, places=3).map(float), min_size=12, max_size=12))
def test_a_mean_is_rounded_once(samples: list[float]) -> None:
    for found, some in zip(rolled(avg_over_time, samples), of_each(samples), strict=True):
        exact = sum(map(Fraction, some), Fraction()) / WIDTH
        assert abs(Fraction(found) - exact) <= Fraction(math.ulp(found)) * Fraction(51, 100)


@pytest.mark.parametrize("value", [0.1, 1 / 3, -1e300, 5e-324, 1e17])
def test_the_mean_of_a_constant_is_the_constant(value: float) -> None:
    assert rolled(avg_over_time, [value] * 9) == [value] * 5


def test_infinities_and_nan_touch_only_the_windows_that_hold_them() -> None:
    samples = [1.0, math.inf, 2.0, 3.0, 4.0, 5.0, 6.0, math.nan, 7.0]

    sums = rolled(sum_over_time, samples)

    assert sums[:3] == [math.inf, math.inf, 20.0]
    assert np.isnan(sums[3:]).all()
    assert rolled(max_over_time, samples) == [math.inf, math.inf, 6.0, 6.0, 7.0]


def test_only_windows_without_a_number_have_no_smallest_one() -> None:
    samples = [math.nan] * 6 + [2.0, 1.0]

    found = rolled(min_over_time, samples)

    assert np.isnan(found[:2]).all()
    assert found[2:] == [2.0, 1.0]


def test_steps_without_any_sample_have_no_value() -> None:
    block = Block("self", (Labels.of(n="1"),), np.array([1, 2]), np.array([[ABSENT], [ABSENT]]), whole=False)

    for function in ROLLING.values():
        _, some = function(block, np.array([2, 50, 90]), 5, unlimited)

        assert some is not None
        assert not some.any()
