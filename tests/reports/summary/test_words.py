"""Numbers, durations and changes as people read them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.reports.summary import words
from otel_monitoring.reports.summary.model import Figure


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "s", "\N{EN DASH}"),
        (math.nan, "", "\N{EN DASH}"),
        (math.inf, "1", "\N{EN DASH}"),
        (276_478.0, "", "276,478"),
        (12_345_678.0, "", "12.3M"),
        (0.00501, "1", "0.501%"),
        (0.0, "s", "0 s"),
        (0.000_83, "s", "830 µs"),
        (0.045, "s", "45 ms"),
        (3.21, "s", "3.21 s"),
        (7500.0, "s", "2 h 5 min"),
        (86_399.0, "s", "1 d"),
        (1536.0, "By", "1.5 KiB"),
        (6.081, "1/s", "6.08/s"),
        (2.0, "{request}/s", "2 request/s"),
        (1e300, "", "1e+300"),
    ],
)
def test_numbers_have_the_unit_and_the_digits_that_matter(value: float, unit: str, text: str) -> None:
    assert words.number(value, unit) == text


@pytest.mark.parametrize(
    ("value", "before", "text"),
    [
        (110.0, 100.0, "+10%"),
        (90.0, 100.0, "\N{MINUS SIGN}10%"),
        (100.0, 100.0, "unchanged"),
        (77.0, 1.0, "77 times as much"),
        (3.0, 0.0, "was 0"),
        (0.0, 0.0, "unchanged"),
        (1.0, None, ""),
        (None, 1.0, ""),
    ],
)
def test_a_change_is_told_against_what_was(value: float | None, before: float | None, text: str) -> None:
    assert words.change(Figure("x", value, "", before)) == text


@pytest.mark.parametrize(
    ("value", "better", "verdict"),
    [(2.0, "more", "good"), (2.0, "less", "bad"), (0.5, "less", "good"), (2.0, "", ""), (1.01, "less", "")],
)
def test_a_change_is_good_or_bad_where_it_matters(value: float, better: str, verdict: str) -> None:
    assert Figure("x", value, "", 1.0, better).verdict == verdict  # type: ignore[arg-type]


@given(st.floats(), st.sampled_from(["", "1", "s", "By", "1/s", "{thing}"]))
def test_every_number_can_be_said(value: float, unit: str) -> None:
    assert words.number(value, unit)
