"""Templates of messages: named ones, methods, times, HTML."""

from __future__ import annotations

import pytest

from otel_monitoring.templates.lexer import TemplateError
from otel_monitoring.templates.library import Library
from otel_monitoring.templates.moments import Moment
from otel_monitoring.templates.records import KeyValues, Struct

SORTED = "alertname=HighCpu;area=eu;job=shop;"
AT_MS = 1_700_000_000_500
DOT = Struct(
    {
        "Status": "firing",
        "Labels": KeyValues(job="shop", alertname="HighCpu", area="eu"),
        "StartsAt": Moment(AT_MS - 90_000),
        "Never": Moment(None),
    }
)


def expand(text: str, *sources: str, in_html: bool = False) -> str:
    return Library(sources).expand(text, DOT, at_ms=AT_MS, in_html=in_html)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no action", "no action"),
        ("{{ .Labels.job }}/{{ .Labels.none }}|", "shop/|"),
        ("{{ .Labels.SortedPairs.Values | join `,` }}", "HighCpu,eu,shop"),
        ("{{ .Labels.Names | join ` ` }}", "alertname area job"),
        ('{{ (.Labels.Remove (stringSlice "job" "area")).Names | join " " }}', "alertname"),
        ('{{ stringSlice "job" | .Labels.Remove | len }}', "2"),
        ("{{ range .Labels.SortedPairs }}{{ .Name }}={{ .Value }};{{ end }}", SORTED),
        ("{{ .Status | toUpper }}{{ trimSpace ` x ` }}", "FIRINGx"),
        ('{{ append (list 1 2) 3 | len }} {{ (dict "a" "b").a }}', "3 b"),
        ('{{ toJson (dict "a" (list 1 "b")) }}', '{"a":[1,"b"]}'),
        ('{{ urlUnescape "a%20b" }} {{ reReplaceAll "s(.)" "$1" "shop" }}', "a b hop"),
        ("{{ since .StartsAt | humanizeDuration }}", "1m 30s"),
        ("{{ .StartsAt }}", "2023-11-14 22:11:50.5 +0000 UTC"),
        ('{{ .StartsAt.Format "Jan _2 2006, 3:04:05 pm" }}', "Nov 14 2023, 10:11:50 pm"),
        ('{{ .StartsAt | tz "Europe/Berlin" | date "15:04 MST -07:00" }}', "23:11 CET +01:00"),
        ("{{ .StartsAt.Unix }} {{ .Never.IsZero }}", "1699999910 true"),
        ('{{ .Never.Format "2006-01-02T15:04:05Z07:00" }}', "0001-01-01T00:00:00Z"),
        ("{{ now.Sub .StartsAt }}", "1m30s"),
    ],
)  # fmt: skip
def test_expands_as_alertmanager_does(text: str, expected: str) -> None:
    assert expand(text) == expected


def test_texts_call_named_templates_and_the_later_one_of_a_name_counts() -> None:
    assert expand(
        '{{ template "a" . }}', '{{ define "a" }}1{{ end }}', '{{ define "a" }}{{ .Status }}{{ end }}'
    ) == ("firing")


def test_values_in_html_are_escaped_unless_said_to_be_safe() -> None:
    assert expand('{{ print "<b>" }}{{ "<i>" | safeHtml }}', in_html=True) == "&lt;b&gt;<i>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ .Nope }}", "can't evaluate field Nope"),
        ("{{ .Labels.Remove }}", "wrong number of args for Remove: want 1 got 0"),
        ("{{ .Labels.Remove 1 }}", "error calling Remove"),
        ('{{ .Status "x" }}', "can't give argument to non-function"),
        ('{{ date "06" "x" }}', "expected a time"),
        ('{{ tz "Mars/Base" .StartsAt }}', "unknown time zone Mars/Base"),
        ('{{ template "none" . }}', 'template "none" not defined'),
        ("{{ __class__ }}", "function"),
        ("{{ .Labels.SortedPairs.sort }}", "can't evaluate field sort"),
        ('{{ dict "a" }}', "dict expects names"),
    ],
)
def test_refuses_what_is_not_there(text: str, expected: str) -> None:
    with pytest.raises(TemplateError, match=expected.replace("(", r"\(")):
        expand(text)
