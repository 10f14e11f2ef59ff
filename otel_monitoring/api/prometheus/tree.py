"""``parse_query``: an expression as the tree that Prometheus's own pages and editors read."""

from __future__ import annotations

import math
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from otel_monitoring.api.prometheus import numbers
from otel_monitoring.model.labels import NAME
from otel_monitoring.promql.language.nodes import (
    Aggregate,
    Binary,
    Call,
    Negation,
    Number,
    Selector,
    Subquery,
    Text,
)
from otel_monitoring.promql.language.signatures import SIGNATURES

if TYPE_CHECKING:
    from otel_monitoring.model.matcher import Matcher
    from otel_monitoring.promql.language.nodes import Matching, Node, Shift
    from otel_monitoring.promql.language.signatures import Kind

Tree = dict[str, Any]

_KINDS: dict[Kind, str] = {
    "scalar": "scalar",
    "instant vector": "vector",
    "range vector": "matrix",
    "string": "string",
}


def tree(node: Node, expr: str) -> Tree:
    """Return a node and all below it as JSON has them.

    A unary plus is not told: it means nothing, and the parser leaves it out.

    Args:
        node: What was parsed.
        expr: The text that it was parsed from.
    """
    found = _bare(node, expr)
    for _ in range(node.place.brackets):
        found = {"type": "parenExpr", "expr": found}
    return found


@singledispatch
def _bare(node: Node, expr: str) -> Tree:
    """Return a node without the brackets around it."""
    raise NotImplementedError(type(node), expr)


@_bare.register
def _(node: Number, _expr: str) -> Tree:
    return {"type": "numberLiteral", "val": _plain(node.value)}


@_bare.register
def _(node: Text, _expr: str) -> Tree:
    return {"type": "stringLiteral", "val": node.value}


@_bare.register
def _(node: Negation, expr: str) -> Tree:
    return {"type": "unaryExpr", "op": "-", "expr": tree(node.expr, expr)}


@_bare.register
def _(node: Selector, expr: str) -> Tree:
    named = not expr[node.place.start :].startswith("{")
    matchers = node.matchers[1:] + node.matchers[:1] if named else node.matchers
    window = {} if node.range_ms is None else {"range": node.range_ms, "rangeExpr": None}
    return {
        "type": "vectorSelector" if node.range_ms is None else "matrixSelector",
        "name": next((one.value for one in node.matchers if one.name == NAME), "") if named else "",
        "matchers": [_matcher(one) for one in matchers],
        "anchored": False,
        "smoothed": False,
        **window,
        **_shift(node.shift),
    }


def _matcher(matcher: Matcher) -> Tree:
    return {"name": matcher.name, "type": matcher.op, "value": matcher.value}


def _shift(shift: Shift) -> Tree:
    is_word = isinstance(shift.at, str)
    return {
        "offset": shift.offset_ms,
        "offsetExpr": None,
        "timestamp": None if is_word else shift.at,
        "startOrEnd": shift.at if is_word else None,
    }


@_bare.register
def _(node: Subquery, expr: str) -> Tree:
    return {
        "type": "subquery",
        "expr": tree(node.expr, expr),
        "range": node.range_ms,
        "rangeExpr": None,
        "step": node.step_ms or 0,
        "stepExpr": None,
        **_shift(node.shift),
    }


@_bare.register
def _(node: Binary, expr: str) -> Tree:
    is_matched = "scalar" not in (_kind(node.left), _kind(node.right))
    return {
        "type": "binaryExpr",
        "op": node.op,
        "lhs": tree(node.left, expr),
        "rhs": tree(node.right, expr),
        "matching": _matching(node.matching) if is_matched else None,
        "bool": node.return_bool,
    }


def _matching(matching: Matching) -> Tree:
    return {
        "card": matching.card,
        "labels": list(matching.labels),
        "on": matching.on,
        "include": list(matching.include),
        "fillValues": {"lhs": None, "rhs": None},
    }


@_bare.register
def _(node: Aggregate, expr: str) -> Tree:
    return {
        "type": "aggregation",
        "op": node.op,
        "expr": tree(node.expr, expr),
        "param": None if node.param is None else tree(node.param, expr),
        "grouping": list(node.labels),
        "without": node.without,
    }


@_bare.register
def _(node: Call, expr: str) -> Tree:
    signature = SIGNATURES[node.name]
    variadic = -1 if signature.most is None else signature.most - signature.least
    return {
        "type": "call",
        "func": {
            "name": node.name,
            "argTypes": [_KINDS[kind] for kind in signature.kinds],
            "variadic": variadic,
            "returnType": _KINDS[signature.gives],
        },
        "args": [tree(one, expr) for one in node.args],
    }


def _kind(node: Node) -> Kind:
    match node:
        case Number():
            return "scalar"
        case Call():
            return SIGNATURES[node.name].gives
        case Negation():
            return _kind(node.expr)
        case Binary():
            both = (_kind(node.left), _kind(node.right))
            return "scalar" if both == ("scalar", "scalar") else "instant vector"
        case _:
            return "instant vector"


def _plain(value: float) -> str:
    return numbers.positional(value) if math.isfinite(value) else numbers.number(value)
