"""Go's formats; what each gives was checked against Go's own ``fmt``."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.templates.go_format import format_value, quote, sprint, sprintf


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


@pytest.mark.parametrize(
    ("template", "values", "text"),
    [
        ("%6.2f|%08.3f|%+v|% v|%-9.1fx|%e|%G", [12.5] * 7,
         " 12.50|0012.500|+12.5| 12.5|12.5     x|1.250000e+01|12.5"),
        ("%08.3f|%08.3f|%.3v", [-93784.5, math.inf, 1234567.0], "-93784.500|    +Inf|1.23e+06"),
        ("%d|%5d|%05d|%-5d|%+d", [42, 42, -42, 42, 42], "42|   42|-0042|42   |+42"),
        ("%x|%X|%#x|%b|%o|%O|%c|%q|%U", [255, 255, 255, 5, 8, 8, 65, 65, 65],
         "ff|FF|0xff|101|10|0o10|A|'A'|U+0041"),
        ("%v|%s|%f", [7, 7, 7], "7|%!s(int=7)|%!f(int=7)"),
        ("%s|%q|%10s|%-10s|%.2s|%x|%X", ["é", 'a"\n', "ab", "ab", "abc", "hi", "z"],
         'é|"a\\"\\n"|        ab|ab        |ab|6869|7A'),
        ("%d|%05s|%t", ["d", "ab", "x"], "%!d(string=d)|000ab|%!t(string=x)"),
        ("%v %t %d %5t", [True, False, False, True], "true false %!d(bool=false)  true"),
        ("%s %d", [1.5, 1.5], "%!s(float64=1.5) %!d(float64=1.5)"),
        ("%d %d", [1], "1 %!d(MISSING)"),
        ("x", [1, "a"], "x%!(EXTRA int=1, string=a)"),
        ("%*d|%.*f|%*d", [5, 1, 2, 3.14159, "a", 3], "    1|3.14|%!(BADWIDTH)3"),
        ("%-*d|%*d|", [4, 1, -4, 1], "1   |1   |"),
        ("%v %s %v %d", [{"a": "1"}, ["x", "y"], None, None], "map[a:1] [x y] <nil> %!d(<nil>)"),
        ("%T %T %T %T", [1, 1.5, "a", True], "int float64 string bool"),
        ("100%% %", [], "100% %!(NOVERB)"),
    ],
)  # fmt: skip
def test_printf_fills_in_verbs(template: str, values: list[object], text: str) -> None:
    assert sprintf(template, values) == text


def test_print_puts_spaces_between_what_is_not_text() -> None:
    assert sprint(["a", 1, 2, "b", 3.0, 4.0, True]) == "a1 2b3 4 true"


def test_quotes_what_cannot_be_seen() -> None:
    assert quote('a"\\\x01\u200b\U000e0001é') == '"a\\"\\\\\\x01\\u200b\\U000e0001é"'
