"""An expression narrowed to the series of one alert, so that asking about it does not read all others.

Labels that the result has are asked for in the selectors, as far as it is certain that this changes nothing
about the series that have them. Everywhere else an expression stays as it is: that costs time and no truth.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from otel_monitoring.bootstrap.messages.comparison import constant
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.promql.language.nodes import (
    Aggregate,
    Binary,
    Call,
    Negation,
    Node,
    Selector,
    Subquery,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_SETS = ("and", "or", "unless")
_WHOLE = frozenset(("topk", "bottomk", "limitk", "limit_ratio", "count_values"))
"""Aggregations whose result for one series depends on others, or whose labels are made up."""

_MAKES_LABELS = frozenset(("label_replace", "label_join", "absent", "absent_over_time", "info"))


def narrowed(node: Node, labels: Mapping[str, str]) -> Node:
    """Return an expression that gives the same for the series with ``labels``, and perhaps nothing else.

    Args:
        node: The expression.
        labels: Labels that the wanted series of the result has, the metric's name not among them.
    """
    if not labels:
        return node
    if isinstance(node, Selector):
        return _selector(node, labels)
    if isinstance(node, (Subquery, Negation)):
        return replace(node, expr=narrowed(node.expr, labels))
    if isinstance(node, Call):
        return _call(node, labels)
    if isinstance(node, Aggregate):
        return _aggregate(node, labels)
    return _binary(node, labels) if isinstance(node, Binary) else node


def _selector(node: Selector, labels: Mapping[str, str]) -> Selector:
    matchers = tuple(Matcher(name, "=", value) for name, value in sorted(labels.items()))
    return replace(node, matchers=(*node.matchers, *(one for one in matchers if one not in node.matchers)))


def _call(node: Call, labels: Mapping[str, str]) -> Call:
    if node.name in _MAKES_LABELS:
        return node
    return replace(node, args=tuple(narrowed(arg, labels) for arg in node.args))


def _aggregate(node: Aggregate, labels: Mapping[str, str]) -> Aggregate:
    if node.op in _WHOLE:
        return node
    kept = {name: value for name, value in labels.items() if (name in node.labels) != node.without}
    return replace(node, expr=narrowed(node.expr, kept))


def _binary(node: Binary, labels: Mapping[str, str]) -> Binary:
    if constant(node.left) is not None or constant(node.right) is not None:
        return replace(node, left=narrowed(node.left, labels), right=narrowed(node.right, labels))
    matching = node.matching
    if node.op in _SETS or matching.card != "one-to-one":
        return node
    kept = {name: value for name, value in labels.items() if (name in matching.labels) == matching.on}
    return replace(node, left=narrowed(node.left, kept), right=narrowed(node.right, kept))
