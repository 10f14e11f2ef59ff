"""Numbers with units as people read them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.notify.messages.quantity import quantity, threshold


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0733, "ratio", "7.33%"),
        (97, "%", "97%"),
        (0.31, "s", "310 ms"),
        (95, "s", "95 s"),
        (150, "s", "2.5 min"),
        (90_000, "s", "25 h"),
        (0, "s", "0 s"),
        (123_456_789, "By", "117.7 MiB"),
        (2048, "By/s", "2 KiB/s"),
        (12.3456, "/s", "12.35 /s"),
        (1_234_567.8, "", "1,234,568"),
        (-0.00012, "", "-0.00012"),
        (1e-9, "", "1e-09"),
        (math.nan, "s", "NaN"),
        (-math.inf, "By", "-infinite"),
    ],
)
def test_a_value_is_told_in_the_unit_that_suits_it(value: float, unit: str, text: str) -> None:
    assert quantity(value, unit) == text


@pytest.mark.parametrize(
    ("op", "bound", "unit", "text"),
    [(">", 0.05, "ratio", "above 5%"), ("<=", 0.3, "s", "at most 300 ms"), ("<", None, "s", "")],
)
def test_a_threshold_is_told_from_the_side_of_the_value(
    op: str, bound: float | None, unit: str, text: str
) -> None:
    assert threshold(op, bound, unit) == text


@given(st.floats(), st.sampled_from(["", "s", "By", "ratio", "%", "/s", "By/s"]))
def test_any_value_is_told_in_a_few_characters(value: float, unit: str) -> None:
    assert 0 < len(quantity(value, unit)) < 32
