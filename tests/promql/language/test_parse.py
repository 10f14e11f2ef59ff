"""From text to nodes, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.errors import QueryError
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.promql.language.format import formatted
from otel_monitoring.promql.language.nodes import (
    Aggregate,
    Binary,
    Call,
    Fill,
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
        ("-1^2", Negation(Binary("^", Number(1.0), Number(2.0), Matching()))),
        ("foo[5m] smoothed", Selector(FOO.matchers, Shift(), 300_000, "smoothed")),
        ("foo anchored[5m]", Selector(FOO.matchers, Shift(), 300_000, "anchored")),
        ("foo + fill (2) foo", Binary("+", FOO, FOO, Matching(), fill=Fill(2.0, 2.0))),
        ("foo + fill_right (-1m) foo", Binary("+", FOO, FOO, Matching(), fill=Fill(None, -60.0))),
        ("foo + fill_right (1) fill_left (2) foo", Binary("+", FOO, FOO, Matching(), fill=Fill(2.0, 1.0))),
        ("fill", Selector((Matcher("__name__", "=", "fill"),), Shift())),
        ("info(foo, {})", Call("info", (FOO, Selector((), Shift())))),
        ("1_000", Number(1000.0)),
        ("1h30m", Number(5400.0)),
        ("sum", Selector((Matcher("__name__", "=", "sum"),), Shift())),
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
        ("foo{", 'unexpected end of input in label matching, expected identifier or "}"'),
        ("sum(", "unexpected end of input"),
        ("nobody(foo)", 'unknown function with name "nobody"'),
        ("rate(foo)", 'expected type range vector in call to function "rate", got instant vector'),
        ("abs()", r'expected 1 argument\(s\) in call to "abs", got 0'),
        ("round(foo, 1, 2)", r'expected at most 2 argument\(s\) in call to "round", got 3'),
        ("label_join(foo)", r'expected at least 3 argument\(s\) in call to "label_join", got 1'),
        ("sum(1)", "expected type instant vector in aggregation expression, got scalar"),
        ("topk(foo)", "wrong number of arguments for aggregate expression provided, expected 2, got 1"),
        ("1 == 1", "comparisons between scalars must use BOOL modifier"),
        ("foo and 1", 'set operator "and" not allowed in binary scalar expression'),
        ("foo + bool foo", "bool modifier can only be used on comparison operators"),
        ("foo + on (a) 1", "vector matching only allowed between instant vectors"),
        ("foo + foo[1m]", "binary expression must contain only scalar and instant vector types"),
        ("foo + on (a) group_left (a) foo", 'label "a" must not occur in ON and GROUP clause at once'),
        ("foo or on () group_left foo", 'no grouping allowed for "or" operation'),
        ('-"a"', "unary expression only allowed"),
        ("(foo)[5m]", "ranges only allowed for vector selectors"),
        ("foo offset 1m[5m]", "no offset modifiers allowed before range"),
        ("foo offset 1m offset 1m", "offset may not be set multiple times"),
        ("foo @ 1 @ 2", "@ <timestamp> may not be set multiple times"),
        ("1[5m:1m]", "subquery is only allowed on instant vector, got scalar instead"),
        ('{a=~".*"}', "at least one non-empty matcher"),
        ('foo{"bar"}', "metric name must not be set twice"),
        ('{a="b" or c="d"}', 'unexpected <or> in label matching, expected "," or "}"'),
        ('foo{a=~"("}', "1:5: parse error: .*regular expression"),
        ("foo[5m / 0]", "division by zero"),
        ("foo[5m:1m] smoothed", "smoothed modifier is not supported for subqueries"),
        ("(foo) anchored", "anchored modifier not implemented"),
        ("foo smoothed anchored", "anchored and smoothed modifiers cannot be used together"),
        ("foo and fill (1) foo", "filling in missing series not allowed for set operators"),
        ("foo + fill (1) 2", "filling in missing series only allowed between instant vectors"),
        ("foo + fill (foo) foo", 'unexpected identifier "foo" in fill value, expected number'),
        ("info(foo, bar)", "expected label selectors only, got vector selector instead"),
        ('info(foo, {a="b"} + 1)', "expected label selectors only"),
        (r'"\q"', "unknown escape sequence"),
        ('"a', "unterminated quoted string"),
        ("5mm", "bad number or duration syntax"),
        ("foo @ 1e30", "timestamp out of bounds"),
        ("foo[0s]", "duration must be greater than 0"),
        ("foo[0.0001]", "duration must be greater than 0"),
        ("", "no expression found in input"),
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
        ("1 +", "1:4: parse error: unexpected end of input"),
        ("foo{a=1}", '1:7: parse error: unexpected number "1" in label matching, expected string'),
    ],
)
def test_says_where(expr: str, place: str) -> None:
    with pytest.raises(QueryError, match=f"^{place}"):
        parse(expr)


@pytest.mark.parametrize(
    "expr",
    [
        "(" * 10_000 + "1" + ")" * 10_000,
        "(" * (MAX_DEPTH + 1),
        "-" * 16_000 + "foo",
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


def test_bytes_that_are_no_utf_8_stay_what_they_are() -> None:
    assert formatted(r'foo{a="\xff\xc3\xa9"}') == r'foo{a="\xffé"}'
    assert parse(r'"\xff"') != parse(r'"\xfe"')
