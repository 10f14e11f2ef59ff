"""The tree of an expression; that it is Prometheus's is tested beside a real one."""

from __future__ import annotations

from typing import Any

import pytest

from otel_monitoring.api.prometheus.tree import tree
from otel_monitoring.promql.language.parse import parse


def told(expr: str) -> dict[str, Any]:
    return tree(parse(expr), expr)


def test_a_selector_tells_its_matchers_with_the_name_last() -> None:
    assert told('x{a!="b"} offset 1m') == {
        "type": "vectorSelector",
        "name": "x",
        "matchers": [
            {"name": "a", "type": "!=", "value": "b"},
            {"name": "__name__", "type": "=", "value": "x"},
        ],
        "anchored": False,
        "smoothed": False,
        "offset": 60_000,
        "offsetExpr": None,
        "timestamp": None,
        "startOrEnd": None,
    }


def test_a_name_within_the_braces_stays_where_it_is() -> None:
    found = told('{"x.y", a="b"}')

    assert found["name"] == ""
    assert [one["name"] for one in found["matchers"]] == ["__name__", "a"]


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("x @ 10.5", {"timestamp": 10_500, "startOrEnd": None}),
        ("x @ end()", {"timestamp": None, "startOrEnd": "end"}),
        ("x[5m]", {"type": "matrixSelector", "range": 300_000, "rangeExpr": None}),
        ("x[5m:]", {"type": "subquery", "range": 300_000, "step": 0, "stepExpr": None}),
        ("x[5m:1m] offset -2m", {"step": 60_000, "offset": -120_000}),
        ("sum without (a) (x)", {"op": "sum", "grouping": ["a"], "without": True, "param": None}),
        ("topk(3, x)", {"op": "topk", "param": {"type": "numberLiteral", "val": "3"}}),
        ("-x", {"type": "unaryExpr", "op": "-"}),
        ('"text"', {"type": "stringLiteral", "val": "text"}),
    ],
)
def test_every_part_has_the_fields_of_prometheus(expr: str, expected: dict[str, Any]) -> None:
    found = told(expr)

    assert {name: found.get(name) for name in expected} == expected


def test_each_pair_of_brackets_is_told() -> None:
    found = told("((1))")

    assert (found["type"], found["expr"]["type"], found["expr"]["expr"]["val"]) == (
        "parenExpr",
        "parenExpr",
        "1",
    )


@pytest.mark.parametrize(
    ("expr", "card", "on", "include"),
    [
        ("a + on (x) group_left (y) b", "many-to-one", True, ["y"]),
        ("a * ignoring (x) group_right b", "one-to-many", False, []),
        ("a and b", "many-to-many", False, []),
        ("a == b", "one-to-one", False, []),
    ],
)
def test_two_vectors_tell_how_they_are_matched(expr: str, card: str, on: bool, include: list[str]) -> None:
    matching = told(expr)["matching"]

    assert (matching["card"], matching["on"], matching["include"]) == (card, on, include)


@pytest.mark.parametrize("expr", ["a > bool 1", "1 + time()", "a * -scalar(b)", "2 * (1 + 3) * a"])
def test_a_scalar_is_matched_with_nothing(expr: str) -> None:
    assert told(expr)["matching"] is None


@pytest.mark.parametrize(
    ("expr", "takes", "variadic"),
    [
        ("round(x)", ["vector", "scalar"], 1),
        ('label_join(x, "a", "b", "c")', ["vector", "string", "string", "string"], -1),
        ("rate(x[1m])", ["matrix"], 0),
        ("time()", [], 0),
    ],
)
def test_a_call_tells_what_its_function_takes(expr: str, takes: list[str], variadic: int) -> None:
    function = told(expr)["func"]

    assert (function["argTypes"], function["variadic"]) == (takes, variadic)


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        ("1e21", "1000000000000000000000"),
        ("1e-7", "0.0000001"),
        ("-0.5", "-0.5"),
        ("0x1F", "31"),
        ("1d", "86400"),
        ("123.456e5", "12345600"),
        ("1234.5", "1234.5"),
        ("Inf", "+Inf"),
        ("NaN", "NaN"),
    ],
)
def test_a_number_has_no_exponent(expr: str, text: str) -> None:
    assert told(expr) == {"type": "numberLiteral", "val": text}
