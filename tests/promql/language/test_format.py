"""Canonical form: as Prometheus writes it, and the same expression when read again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.errors import QueryError
from otel_monitoring.promql.language.format import formatted
from otel_monitoring.promql.language.parse import parse

LONG = "a" * 60
_LEAVES = st.sampled_from(
    ["1", "5m", "-2", "Inf", "foo", 'bar{a="x\\n",b!~"y"}', '{"a.b",c="d"}', "foo @ end() offset -90s"]
)
_OPERATORS = st.sampled_from(["+", "-", "*", "^", "atan2", "or", "> bool"])
_VECTORS = st.sampled_from(["foo", 'bar{a="x"}', f"{LONG}", "foo offset 1d"])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({})".format, inner),
        st.builds("-{}".format, inner),
        st.builds("abs({})".format, inner),
        st.builds(
            "{} {} {}".format, inner, st.sampled_from(["+", "-", "*", "^", "atan2", "or", "> bool"]), inner
        ),
        st.builds("{} / on (a) group_left (b) {}".format, inner, inner),
        st.builds('sum by (a, "b.c") ({})'.format, inner),
        st.builds("topk without (a) (3, {})".format, inner),
        st.builds("rate(({})[5m:30s] offset 1m)".format, inner),
    )


EXPRESSIONS = st.recursive(st.one_of(_LEAVES, _VECTORS), _grown, max_leaves=6)


@pytest.mark.parametrize(
    ("expr", "form"),
    [
        ("sum  by(a)(foo)", "sum by (a) (foo)"),
        ("foo{a='b'}[90s]  offset 5m", 'foo{a="b"}[1m30s] offset 5m'),
        ("1e3+0x10+Inf+5m", "1000 + 16 + +Inf + 5m"),
        ("a / on(x) group_left b", "a / on (x) group_left () b"),
        ("a / ignoring() b", "a / b"),
        ("foo[5m:] @ 4", "foo[5m:] @ 4.000"),
        ("((-1)^2)", "((-1) ^ 2)"),
        ('{"a.b"}', '{__name__="a.b"}'),
    ],
)
def test_writes_as_prometheus_does(expr: str, form: str) -> None:
    assert formatted(expr) == form


def test_what_is_long_is_broken_over_lines() -> None:
    assert formatted(f"sum({LONG}) / on (b) topk(2, ({LONG}))") == (
        f"  sum({LONG})\n/ on (b)\n  topk(2, ({LONG}))"
    )


def test_arguments_that_are_long_have_a_line_each() -> None:
    assert formatted(f'label_join({LONG}, "{LONG}", "b")') == (
        f'label_join(\n  {LONG},\n  "{LONG}",\n  "b"\n)'
    )


@given(EXPRESSIONS)
def test_the_form_means_the_same(expr: str) -> None:
    try:
        node = parse(expr)
    except QueryError:
        return

    assert parse(formatted(expr)) == node
    assert formatted(formatted(expr)) == formatted(expr)
