"""What an alerting rule watches: the value, the bound that it is compared with, and the unit of both."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING

from otel_monitoring.model.evidence import Watched
from otel_monitoring.model.labels import NAME
from otel_monitoring.notify.messages.quantity import COMPARISONS
from otel_monitoring.promql.language.format import pretty
from otel_monitoring.promql.language.nodes import (
    Aggregate,
    Binary,
    Call,
    Negation,
    Node,
    Number,
    Selector,
    selectors_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_FLIPPED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": math.fmod,
    "^": operator.pow,
}
_UNITS = (("_seconds", "s"), ("_bytes", "By"), ("_ratio", "ratio"), ("_percent", "%"))
_HISTOGRAM = ("_bucket", "_sum", "_total")
_KEEP_UNIT = frozenset(("avg", "min", "max", "sum", "topk", "bottomk", "quantile", "stddev"))
_CALLS_KEEP_UNIT = frozenset(
    ("abs", "ceil", "floor", "round", "clamp", "clamp_min", "clamp_max", "sort", "sort_desc")
)
_WINDOWS_KEEP_UNIT = frozenset(
    (
        "delta",
        "idelta",
        "increase",
        "predict_linear",
        *(f"{name}_over_time" for name in _KEEP_UNIT),
        "last_over_time",
    )
)
_OF_HISTOGRAMS = frozenset(("histogram_quantile", "histogram_avg"))
_PER_SECOND = frozenset(("rate", "irate", "deriv"))
_PERCENT = 100
_NO_UNIT = "s/s"
"""Seconds in a second are no unit: they count how much goes on at a time."""


def watched(node: Node) -> Watched | None:
    """Return what an expression watches; ``None`` where it compares nothing.

    Of ``A and B`` and ``A unless B`` it is ``A``, whose values the result has.
    """
    while isinstance(node, Binary) and node.op in ("and", "unless"):
        node = node.left
    if not isinstance(node, Binary) or node.op not in COMPARISONS or node.return_bool:
        return None
    left, right = constant(node.left), constant(node.right)
    if left is not None and right is None:
        side, op, bound = node.right, _FLIPPED.get(node.op, node.op), left
    else:
        side, op, bound = node.left, node.op, right  # type: ignore[assignment]
    unit = unit_of(side)
    return Watched(expr=pretty(side), op=op, bound=bound, unit="" if unit == _NO_UNIT else unit)


def constant(node: Node) -> float | None:
    """Return the value of a number or of arithmetic on numbers; ``None`` for everything else."""
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Negation):
        inner = constant(node.expr)
        return None if inner is None else -inner
    if not isinstance(node, Binary) or node.op not in _ARITHMETIC:
        return None
    left, right = constant(node.left), constant(node.right)
    if left is None or right is None:
        return None
    try:
        found = _ARITHMETIC[node.op](left, right)
    except (ArithmeticError, ValueError):
        return None
    return found if isinstance(found, float) else None


def unit_of(node: Node) -> str:
    """Return the unit of an expression as far as the names of its metrics tell; empty where they do not."""
    if isinstance(node, Selector):
        return _unit_of_name(metric_of(node))
    if isinstance(node, Negation):
        return unit_of(node.expr)
    if isinstance(node, Aggregate):
        return unit_of(node.expr) if node.op in _KEEP_UNIT else ""
    if isinstance(node, Call):
        return _unit_of_call(node)
    return _unit_of_operation(node) if isinstance(node, Binary) else ""


def metric_of(selector: Selector) -> str:
    """Return the name of the metric that a selector asks for; empty where it is none in particular."""
    return next((one.value for one in selector.matchers if one.name == NAME and one.op == "="), "")


def _unit_of_name(name: str) -> str:
    for suffix in _HISTOGRAM:
        name = name.removesuffix(suffix)
    return next((unit for suffix, unit in _UNITS if name.endswith(suffix)), "")


def _unit_of_call(node: Call) -> str:
    about = next((arg for arg in node.args if selectors_of(arg)), None)
    unit = "" if about is None else unit_of(about)
    if about is not None and node.name in _PER_SECOND:
        return f"{unit}/s"
    if node.name in _OF_HISTOGRAMS:
        return unit.removesuffix("/s")
    return unit if node.name in _CALLS_KEEP_UNIT | _WINDOWS_KEEP_UNIT else ""


def _unit_of_operation(node: Binary) -> str:
    left, right = unit_of(node.left), unit_of(node.right)
    if node.op in ("and", "or", "unless") or (node.op in "+-" and left == right):
        return left
    if node.op == "*" and left == "ratio":
        return "%" if constant(node.right) == _PERCENT else ""
    if node.op != "/" or constant(node.right) is not None:
        return ""
    if _metrics(node.left) & _metrics(node.right):
        return "ratio"
    is_mean = left.endswith("/s") and right == "/s"
    return left.removesuffix("/s") if is_mean else ""


def _metrics(node: Node) -> set[str]:
    return {metric_of(one) for one in selectors_of(node)} - {""}
