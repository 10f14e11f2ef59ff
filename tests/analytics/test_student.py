"""Student's distribution against what tables have."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.analytics.student import critical, two_sided


@pytest.mark.parametrize(
    ("freedom", "expected"),
    [(1, 12.7062), (2, 4.30265), (5, 2.57058), (10, 2.22814), (30, 2.04227), (120, 1.97993), (1e6, 1.95996)],
)
def test_critical_values_are_those_of_the_tables(freedom: float, expected: float) -> None:
    assert critical(0.05, freedom) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("statistic", [0.01, 0.3, 1.0, 2.5, 40.0])
def test_one_degree_of_freedom_is_cauchys_distribution(statistic: float) -> None:
    assert two_sided(statistic, 1) == pytest.approx(1 - 2 * math.atan(statistic) / math.pi, rel=1e-9)


@given(st.floats(0.001, 0.5), st.floats(0.7, 5e3))
def test_a_critical_value_is_exceeded_as_often_as_was_asked(level: float, freedom: float) -> None:
    assert two_sided(critical(level, freedom), freedom) == pytest.approx(level, rel=1e-6)


def test_a_statistic_of_zero_is_always_reached() -> None:
    assert two_sided(0.0, 7.5) == 1.0


def test_a_huge_statistic_is_never_reached() -> None:
    assert two_sided(1e300, 7.5) == 0.0
