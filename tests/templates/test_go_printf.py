"""Go's ``printf``; what each verb gives was checked against Go's own ``fmt``."""

from __future__ import annotations

import math

import pytest

from otel_monitoring.templates.go_printf import sprintf


@pytest.mark.parametrize(
    ("template", "values", "text"),
    [
        ("%6.2f|%08.3f|%+v|% v|%-9.1fx|%e|%G", [12.5] * 7,
         " 12.50|0012.500|12.5| 12.5|12.5     x|1.250000e+01|12.5"),
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
        ("%[2]v %[1]v|%[3]v|%[x]d|%[1]3d", ["a", 1], "1 a|%!v(BADINDEX)|%!d(BADINDEX)|%!d(BADINDEX)"),
        ("%5d|%.2d|%05.1f", ["ab", 7, "xyz"], "%!d(string=   ab)|07|%!f(string=0000x)"),
        ("%x|%X|%.2x|%b", [1.5, 0.1, 1.999, 0.0], "0x1.8p+00|0X1.999999999999AP-04|0x1.00p+01|0p-1074"),
        ("%#v|%#v|%+q|%#q|%#x|% x", ["a", {"k": "v"}, "é", "a", "hi", "hi"],
         '"a"|map[string]string{"k":"v"}|"\\u00e9"|`a`|0x6869|68 69'),
        ("%.1q|%.2T|%+v", ["http", 1, 5], '"h"|in|5'),
        ("%e", [{"a": None}], "map[%!e(string=a):<nil>]"),
    ],
)  # fmt: skip
def test_printf_fills_in_verbs(template: str, values: list[object], text: str) -> None:
    assert sprintf(template, values) == text


def test_an_index_goes_to_another_value_and_ends_the_count_of_extra_ones() -> None:
    assert sprintf("%[2]d %d", [1, 2, 3]) == "2 3"
    assert sprintf("%[1]*d", [4, 7]) == "   7"
