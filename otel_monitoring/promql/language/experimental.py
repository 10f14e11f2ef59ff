"""What Prometheus has behind a flag, found in an expression, so that it can be refused by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.promql.language.lexer import parse_error
from otel_monitoring.promql.language.nodes import NO_FILL, Aggregate, Binary, Call, Selector, children

if TYPE_CHECKING:
    from otel_monitoring.promql.language.nodes import Node

AGGREGATIONS = frozenset(("limitk", "limit_ratio"))
FUNCTIONS = frozenset(
    (
        *("double_exponential_smoothing", "end", "histogram_quantiles", "info"),
        *(
            "mad_over_time",
            "max_of",
            "min_of",
            "range",
            "sort_by_label",
            "sort_by_label_desc",
            "start",
            "step",
        ),
        "start_timestamp",
        *("ts_of_first_over_time", "ts_of_last_over_time", "ts_of_max_over_time", "ts_of_min_over_time"),
    )
)
SETTING = "query.experimental"


def refuse_experimental(expr: str, node: Node) -> None:
    """Refuse an expression that uses what is experimental.

    Args:
        expr: The text of the expression, for the place in the message.
        node: The expression.

    Raises:
        QueryError: Names what is experimental, where it is, and the setting that allows it.
    """
    waiting = [node]
    while waiting:
        one = waiting.pop()
        message = _refusal(one)
        if message:
            raise parse_error(expr, one.place.start, message)
        waiting.extend(reversed(children(one)))


def _refusal(node: Node) -> str:
    if isinstance(node, Call) and node.name in FUNCTIONS:
        return f'function "{node.name}" is not enabled: it is experimental; {SETTING} enables it'
    if isinstance(node, Aggregate) and node.op in AGGREGATIONS:
        return f"{node.op}() is experimental and must be enabled with {SETTING}"
    if isinstance(node, Selector) and node.extension:
        return f"{node.extension} modifier is experimental and not enabled; {SETTING} enables it"
    if isinstance(node, Binary) and node.fill != NO_FILL:
        return f"binop fill modifiers are experimental and not enabled; {SETTING} enables them"
    return ""
