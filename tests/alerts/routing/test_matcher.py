"""Matchers in both grammars (S9.3)."""

from __future__ import annotations

import pytest

from otel_monitoring.alerts.routing.errors import RoutingError
from otel_monitoring.alerts.routing.matcher import condition, key_of, parse_matcher, parse_matchers
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.matcher import Matcher


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("{}", []),
        ("foo=bar", [("foo", "=", "bar")]),
        ("foo=", [("foo", "=", "")]),
        (' foo !~ "a|b" ', [("foo", "!~", "a|b")]),
        ('{foo = "bar", dings != "bums", }', [("foo", "=", "bar"), ("dings", "!=", "bums")]),
        ("foo=a b", [("foo", "=", "a b")]),
        ('foo="a\\"b,c"', [("foo", "=", 'a"b,c')]),
        ('"two words"="x"', [("two words", "=", "x")]),
        ("é=ü", [("é", "=", "ü")]),
        ('"\\u00e9\\x41\\101"="x"', [("éAA", "=", "x")]),
        ('foo="\\x41"', [("foo", "=", "\\x41")]),
        ("foo=bar}", [("foo", "=", "bar")]),
        ("foo=\\", [("foo", "=", "\\")]),
    ],
)
def test_reads_both_grammars(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(one.name, one.op, one.value) for one in parse_matchers(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "foo",
        "=bar",
        "a=b,,c=d",
        'foo="bar',
        'foo=ba"r',
        'foo=~"("',
        '"a"',
        '"\\q é"="x"',
        '"\\U99999999"="x"',
    ],
)
def test_refuses_what_is_in_neither(text: str) -> None:
    with pytest.raises(RoutingError, match=r"expected|not a regular expression"):
        parse_matchers(text)


@pytest.mark.parametrize("text", ["a=b,c=d", "{a=b}", ""])
def test_one_matcher_is_one_without_braces(text: str) -> None:
    with pytest.raises(RoutingError, match="expected one matcher without braces"):
        parse_matcher(text)
    assert parse_matcher("a=b") == Matcher("a", "=", "b")


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ('job=""', False),
        ('gone=""', True),
        ('gone!="x"', True),
        ('gone=~".*"', True),
        ('gone=~".+"', False),
        ('job=~"sho"', False),
        ('job=~"sho.*"', True),
        ('job!~"sho.*"', False),
        ('job="shop",gone="x"', False),
    ],
)
def test_is_anchored_and_takes_a_missing_label_as_empty(text: str, *, holds: bool) -> None:
    """S9.3."""
    assert condition(parse_matchers(text))(Labels.of(job="shop")) is holds


def test_the_key_is_sorted_and_quotes_odd_names() -> None:
    assert key_of(parse_matchers('z=1, a=~"b", "x y"="c\\"d", a="a"')) == (
        '{a="a",a=~"b","x y"="c\\"d",z="1"}'
    )


def test_the_dot_matches_no_line_break() -> None:
    """S9.3: as on Alertmanager, and not as in PromQL."""
    holds = condition(parse_matchers('a=~"x.y"'))

    assert holds(Labels.of(a="x-y"))
    assert not holds(Labels.of(a="x\ny"))


@pytest.mark.parametrize("text", ['a="b"\\n', 'a = "b"\\"', 'a=b"c'])
def test_refuses_a_double_quote_that_is_not_at_the_end(text: str) -> None:
    """S9.3."""
    with pytest.raises(RoutingError, match="bad matcher"):
        parse_matchers(text)


def test_a_comma_parts_matchers_even_after_a_backslash() -> None:
    """S9.3."""
    assert parse_matchers("a=b\\,c=d") == (Matcher("a", "=", "b\\"), Matcher("c", "=", "d"))
