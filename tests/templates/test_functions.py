"""Functions of templates (S4.6, S4.7)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.errors import QueryError
from otel_monitoring.model.alert import Breach
from otel_monitoring.model.labels import Labels
from otel_monitoring.templates import Context, Data, Template

if TYPE_CHECKING:
    from collections.abc import Sequence

SERIES = [
    Breach(Labels.of(__name__="up", job="b", __value__="x"), 1.0),
    Breach(Labels.of(__name__="up", job="a"), 0.5),
]


def query_fake(expr: str) -> Sequence[Breach]:
    """Answer ``up`` with two series, ``none`` with none, and refuse all else."""
    if expr == "none":
        return []
    if expr != "up":
        msg = f"unknown expression {expr}"
        raise QueryError(msg)
    return SERIES


def expand(text: str, value: float = 1.0) -> str:
    context = Context(query=query_fake, at_ms=1_700_000_000_500, external_url="https://x.example/mon")
    return Template(text).expand(Data(labels={"job": "api"}, value=value, context=context))


@pytest.mark.parametrize(
    ("value", "humanize", "humanize1024", "percent", "duration"),
    [
        (0.0, "0", "0", "0%", "0s"),
        (1234567.0, "1.235M", "1.177Mi", "1.235e+08%", "14d 6h 56m 7s"),
        (0.00001234, "12.34u", "1.234e-05", "0.001234%", "12.34us"),
        (100000.0, "100k", "97.66ki", "1e+07%", "1d 3h 46m 40s"),
        (-93784.5, "-93.78k", "-91.59ki", "-9.378e+06%", "-1d 2h 3m 4s"),
        (math.nan, "NaN", "NaN", "NaN%", "NaN"),
        (math.inf, "+Inf", "+Inf", "+Inf%", "+Inf"),
        (0.125, "125m", "0.125", "12.5%", "125ms"),
        (59.5, "59.5", "59.5", "5950%", "59.5s"),
        (60.0, "60", "60", "6000%", "1m 0s"),
        (1e15, "1P", "909.5Ti", "1e+17%", "11574074074d 1h 46m 40s"),
    ],
)
def test_numbers_for_people(
    value: float, humanize: str, humanize1024: str, percent: str, duration: str
) -> None:
    """S4.7."""
    assert expand("{{ humanize $value }}", value) == humanize
    assert expand("{{ humanize1024 $value }}", value) == humanize1024
    assert expand("{{ humanizePercentage $value }}", value) == percent
    assert expand("{{ $value | humanizeDuration }}", value) == duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{{ query "up" | first | value }}', "1"),
        ('{{ with query "up" }}{{ . | first | label "job" }}{{ end }}', "b"),
        ('{{ range query "up" | sortByLabel "job" }}{{ .Labels.job }}={{ .Value }} {{ end }}', "a=0.5 b=1 "),
        ('{{ query "up" | first | strvalue }}', "x"),
        ('{{ range query "none" }}x{{ else }}nothing{{ end }}', "nothing"),
        ('{{ humanize "1_0" }} {{ humanize ".5" }} {{ humanize "-inf" }}', "10 500m -Inf"),
        ('{{ humanize "1234" }} {{ humanizeTimestamp 1.5 }}', "1.234k 1970-01-01 00:00:01.5 +0000 UTC"),
        ("{{ humanizeTimestamp $value }}", "1970-01-01 00:00:01 +0000 UTC"),
        ("{{ now }} {{ toTime now }}", "1.7000000005e+09 2023-11-14 22:13:20.5 +0000 UTC"),
        ("{{ humanizeTimestamp 0.9999 }} {{ humanizeTimestamp -0.5 }}",
         "1970-01-01 00:00:00.999 +0000 UTC 1969-12-31 23:59:59.5 +0000 UTC"),
        ('{{ parseDuration "1h30m" }} {{ parseDuration "-5m" }}', "5400 -300"),
        ("{{ toDuration 90.5 }} {{ toDuration 3600 }} {{ toDuration 0 }} {{ toDuration -5 }}",
         "1m30.5s 1h0m0s 0s -5s"),
        ("{{ toDuration 0.0125 }} {{ toDuration 1.5e-6 }} {{ toDuration 5e-9 }}", "12.5ms 1.5µs 5ns"),
        ('{{ reReplaceAll "a*" "x" "baac" }}', "xbxcx"),
        ('{{ title "a bc d-e" }} {{ toUpper "aB" }} {{ "aB" | toLower }}', "A Bc D-E AB ab"),
        ('{{ match "^a.c$" "abc" }} {{ match "x" "abc" }}', "true false"),
        ('{{ reReplaceAll "(?P<x>a)(b)?" "[$x${2}$$$9]" "ab-a" }}', "[ab$]-[a$]"),
        ('{{ stripPort "a.b:80" }} {{ stripPort "[::1]:80" }} {{ stripPort "a.b" }}', "a.b ::1 a.b"),
        ('{{ stripDomain "a.b.c:80" }} {{ stripDomain "a.b" }} {{ stripDomain "1.2.3.4:80" }}',
         "a:80 a 1.2.3.4:80"),
        ('{{ urlQueryEscape "a b&c" }}', "a+b%26c"),
        ('{{ graphLink "up == 0" }}', "/graph?g0.expr=up+%3D%3D+0&g0.tab=0"),
        ('{{ tableLink "up" }}', "/graph?g0.expr=up&g0.tab=1"),
        ("{{ externalURL }} {{ pathPrefix }}", "https://x.example/mon /mon"),
        ('{{ define "t" }}{{ .arg0 }}-{{ .arg1 }}-{{ .arg2 }}{{ end }}{{ template "t" (args 1 "b") }}',
         "1-b-<no value>"),
        ('{{ "<b>" | safeHtml }}', "<b>"),
        ('{{ index (args 1) "arg0" }}', "1"),
        ('{{ index (query "up") 1 }}', "{map[__name__:up job:a] 0.5}"),
        ('{{ slice (query "up") 1 | len }}', "1"),
    ],
)  # fmt: skip
def test_functions_of_prometheus(text: str, expected: str) -> None:
    """S4.6."""
    assert expand(text) == expected


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('{{ query "bad" }}', "error calling query: unknown expression bad"),
        ('{{ query "none" | first }}', "error calling first: first() called on vector with no elements"),
        ('{{ humanize "x" }}', "error calling humanize: 'x' is not a number"),
        ("{{ humanize ` 1` }}", "error calling humanize: ' 1' is not a number"),
        ("{{ humanize `1e` }}", "error calling humanize: '1e' is not a number"),
        ("{{ humanize true }}", "error calling humanize: can't convert bool to float"),
        ("{{ toUpper 1 }}", "wrong type for value of toUpper; expected string; got int"),
        ("{{ first 1 }}", "wrong type for value of first; expected a query result; got int"),
        ('{{ label "a" 1 }}', "wrong type for value of label; expected a sample; got int"),
        ("{{ toUpper }}", "wrong number of args for toUpper: want 1 got 0"),
        ("{{ index }}", "wrong number of args for index: want at least 1 got 0"),
        ('{{ match "(" "a" }}', "error calling match: error parsing regexp '('"),
        ("{{ toDuration 1e10 }}", "error calling toDuration: 1e+10 cannot be represented as a duration"),
        (
            "{{ toDuration 5 | humanizeDuration }}",
            "error calling humanizeDuration: can't convert Duration to float",
        ),
        ("{{ toTime 1e30 }}", "error calling toTime: 1e+30 seconds cannot be a time"),
        ('{{ parseDuration "x" }}', "error calling parseDuration: 'x' is not a valid duration"),
        ('{{ (query "up" | first).Nothing }}', "can't evaluate field Nothing in type Sample"),
    ],
)
def test_a_failing_function_says_why(text: str, error: str) -> None:
    assert expand(text).startswith(f"<error expanding template: {error}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5m don't a.b x_y a-b", "5M Don't A.b X_y A-B"),
        ("host:8080 élan", "Host:8080 Élan"),
    ],
)
def test_title_begins_every_word_with_a_capital(text: str, expected: str) -> None:
    """S4.6."""
    assert expand(f'{{{{ title "{text}" }}}}') == expected


def test_hexadecimal_floats_are_numbers() -> None:
    """S4.6."""
    assert expand('{{ "-0x1p-02" | humanize }}') == "-250m"


def test_nothing_is_escaped_as_no_value() -> None:
    """S4.5."""
    assert expand("{{ js nil }} {{ urlquery nil }}") == "\\u003Cno value\\u003E %3Cno+value%3E"
