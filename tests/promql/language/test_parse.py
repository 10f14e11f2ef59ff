"""From text to nodes, and what is refused."""

from __future__ import annotations

import promql_parser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.errors import QueryError
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.promql.language.nodes import (
    Aggregate,
    Binary,
    Call,
    Matching,
    Negation,
    Number,
    Selector,
    Shift,
    Subquery,
    Text,
)
from otel_monitoring.promql.language.parse import MAX_DEPTH, MAX_LENGTH, parse

FOO = Selector((Matcher("__name__", "=", "foo"),), Shift())


@pytest.mark.parametrize(
    ("expr", "node"),
    [
        ("1", Number(1.0)),
        ("-0x1F", Number(-31.0)),
        ("-(1)", Number(-1.0)),
        ('"a\\tb"', Text("a\tb")),
        ("`a\\n`", Text("a\\n")),
        ("foo", FOO),
        ("(foo)", FOO),
        ("-foo", Negation(FOO)),
        ("foo # comment", FOO),
        ('{"foo"}', FOO),
        (
            'foo{a="1",b!="2",c=~"3",d!~"4"}',
            Selector(
                (
                    Matcher("__name__", "=", "foo"),
                    Matcher("a", "=", "1"),
                    Matcher("b", "!=", "2"),
                    Matcher("c", "=~", "3"),
                    Matcher("d", "!~", "4"),
                ),
                Shift(),
            ),
        ),
        ("foo[5m]", Selector(FOO.matchers, Shift(), 300_000)),
        ("foo offset -3s", Selector(FOO.matchers, Shift(-3000))),
        ("foo @ 4.5", Selector(FOO.matchers, Shift(0, 4500))),
        ("foo @ -5", Selector(FOO.matchers, Shift(0, -5000))),
        ("foo[1m] @ -1.5 offset 2s", Selector(FOO.matchers, Shift(2000, -1500), 60_000)),
        ("foo @ end() offset 1m", Selector(FOO.matchers, Shift(60_000, "end"))),
        ("foo[5m:30s]", Subquery(FOO, 300_000, 30_000, Shift())),
        ("foo[5m:] @ start()", Subquery(FOO, 300_000, None, Shift(0, "start"))),
        ("foo > bool 1", Binary(">", FOO, Number(1.0), Matching(), return_bool=True)),
        (
            "foo / on (a) group_left (b) foo",
            Binary("/", FOO, FOO, Matching("many-to-one", on=True, labels=("a",), include=("b",))),
        ),
        ("foo and ignoring (a) foo", Binary("and", FOO, FOO, Matching("many-to-many", labels=("a",)))),
        ("sum(foo)", Aggregate("sum", FOO, None, (), without=False)),
        ("sum without (a) (foo)", Aggregate("sum", FOO, None, ("a",), without=True)),
        ('topk by ("a.b") (2, foo)', Aggregate("topk", FOO, Number(2.0), ("a.b",), without=False)),
        ("time()", Call("time", ())),
    ],
)
def test_reads(expr: str, node: object) -> None:
    assert parse(expr) == node


@pytest.mark.parametrize(
    ("text", "value"),
    [(r'"\xc3\xa9"', "é"), (r'"\303\251"', "é"), (r'"\\xff"', r"\xff"), (r"'\u00e9\x41'", "éA")],
)
def test_escapes_of_bytes_are_utf_8(text: str, value: str) -> None:
    assert parse(text) == Text(value)


@pytest.mark.parametrize(
    ("expr", "message"),
    [
        ("foo{", "unexpected end of input inside braces"),
        ("sum(", "unclosed left parenthesis"),
        ("nobody(foo)", "unknown function with name 'nobody'"),
        ("rate(foo)", "expected type matrix in call to function 'rate', got vector"),
        ('{a=~".*"}', "at least one non-empty matcher"),
        ('{a="b" or c="d"}', "cannot be joined with 'or'"),
        ('foo{a=~"("}', "illegal regex"),
        ("foo / on (a) fill (0) foo", "fill, fill_left and fill_right are not supported"),
        (r'"\xff"', r"\\xff in a string is not UTF-8"),
        ("foo @ 1e30", "parse error"),
        ("foo[0s]", "parse error"),
        ("foo[0.0001]", "a range is longer than 0"),
        ("", "parse error"),
    ],
)
def test_refuses_and_says_why(expr: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        parse(expr)


@pytest.mark.parametrize(
    ("expr", "place"),
    [
        ("sum(\n  nobody(foo)\n)", "2:3: parse error: unknown function"),
        ("foo{", "1:5: parse error: unexpected end of input"),
        ("1 +", "parse error: invalid promql query"),
    ],
)
def test_says_where_as_far_as_the_parser_tells(expr: str, place: str) -> None:
    with pytest.raises(QueryError, match=f"^{place}"):
        parse(expr)


@pytest.mark.parametrize(
    "expr",
    [
        "(" * 10_000 + "1" + ")" * 10_000,
        "(" * (MAX_DEPTH + 1),
        "-" * 16_000 + "1",
        "1" + "^1" * 8_000,
        "1" + "+1" * 1_000,
        "1" + " or 1" * 3_000,
        "a" * (MAX_LENGTH + 1),
        "abs(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1),
    ],
    ids=lambda expr: expr[:6],
)
def test_what_would_overflow_the_stack_is_refused(expr: str) -> None:
    with pytest.raises(QueryError):
        parse(expr)


def test_brackets_and_operators_in_strings_do_not_count() -> None:
    text = "(" * 1000 + "-" * 2000

    assert parse(f'"{text}"') == Text(text)


def test_a_parser_that_panics_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        """What native code raises by that name."""

    def panic(_: str) -> None:
        raise PanicException

    monkeypatch.setattr(promql_parser, "parse", panic)

    with pytest.raises(QueryError, match="the parser gave up on 'foo'"):
        parse("foo")


def test_an_interrupt_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(promql_parser, "parse", interrupt)

    with pytest.raises(KeyboardInterrupt):
        parse("foo")


@given(st.text("foo{}[]()=~!\"'`@offset 5m-+*/^1.e\\xand", max_size=60))
def test_any_text_is_a_node_or_an_error(expr: str) -> None:
    try:
        node = parse(expr)
    except QueryError as error:
        assert str(error)  # noqa: PT017 - either outcome is right
    else:
        assert node is not None


@given(st.binary(max_size=40).map(lambda raw: raw.decode("latin-1")))
def test_any_characters_are_a_node_or_an_error(expr: str) -> None:
    try:
        node = parse(expr)
    except QueryError as error:
        assert str(error)  # noqa: PT017 - either outcome is right
    else:
        assert node is not None
