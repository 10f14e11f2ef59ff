"""Go's formats; what each gives was checked against Go's own ``fmt``."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.templates.go_format import format_value, quote, sprint


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "-0"),
        (1.0, "1"),
        (0.5, "0.5"),
        (100000.0, "100000"),
        (999999.0, "999999"),
        (1000000.0, "1e+06"),
        (1234567.0, "1.234567e+06"),
        (1e21, "1e+21"),
        (0.0001, "0.0001"),
        (0.00001234, "1.234e-05"),
        (-93784.5, "-93784.5"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
        (math.nan, "NaN"),
    ],
)
def test_a_float_has_the_shortest_digits(value: float, text: str) -> None:
    """S4.3."""
    assert format_value(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_reads_back_as_itself(value: float) -> None:
    assert float(format_value(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "<nil>"),
        (True, "true"),
        (3, "3"),
        ({"b": "1", "a": "2"}, "map[a:2 b:1]"),
        (["x", 1.5], "[x 1.5]"),
        ("x", "x"),
    ],
)
def test_other_values_look_as_go_prints_them(value: object, text: str) -> None:
    assert format_value(value) == text


def test_print_puts_spaces_between_what_is_not_text() -> None:
    assert sprint(["a", 1, 2, "b", 3.0, 4.0, True]) == "a1 2b3 4 true"


def test_quotes_what_cannot_be_seen() -> None:
    assert quote('a"\\\x01\u200b\U000e0001é') == '"a\\"\\\\\\x01\\u200b\\U000e0001é"'
