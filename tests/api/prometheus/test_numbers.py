"""Numbers as Prometheus writes them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.api.prometheus import numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "-0"),
        (1.0, "1"),
        (0.1, "0.1"),
        (1e-6, "0.000001"),
        (1.5e-5, "0.000015"),
        (1e-7, "1e-07"),
        (-2.5e-10, "-2.5e-10"),
        (123456789.125, "123456789.125"),
        (1e16, "10000000000000000"),
        (1.25e20, "125000000000000000000"),
        (1e21, "1e+21"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (math.nan, "NaN"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
    ],
)
def test_a_sample_is_written_as_go_writes_it(value: float, text: str) -> None:
    assert numbers.number(value) == text


@given(st.floats(allow_nan=False))
def test_a_sample_reads_back_as_the_same_number(value: float) -> None:
    assert float(numbers.number(value)) == value
    assert float(numbers.scientific(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0e+00"), (1.0, "1e+00"), (95.5, "9.55e+01"), (-0.0125, "-1.25e-02"), (math.inf, "+Inf")],
)
def test_the_value_of_an_alert_has_an_exponent(value: float, text: str) -> None:
    assert numbers.scientific(value) == text


@given(st.lists(st.floats() | st.integers(-(10**6), 10**6).map(float)))
def test_many_samples_are_written_as_each_of_them(values: list[float]) -> None:
    assert numbers.texts(np.array(values, dtype=float)) == [numbers.number(value) for value in values]
