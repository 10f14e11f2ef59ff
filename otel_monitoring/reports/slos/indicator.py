"""What service levels count: events and those of them that were bad, or looks at a value.

An indicator gives PromQL for any window. Its queries are selectors of counters, such as
``http_requests_total{code=~"5.."}``, or expressions with ``{{.window}}`` where the length of a range stands,
as Sloth has them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

from otel_monitoring.errors import QueryError, RuleError
from otel_monitoring.model.durations import format_duration
from otel_monitoring.promql.language.format import one_line
from otel_monitoring.promql.language.nodes import Aggregate, Call, Selector, children
from otel_monitoring.promql.language.parse import parse

if TYPE_CHECKING:
    from otel_monitoring.promql.language.nodes import Node

Comparison = Literal["lt", "lte", "gt", "gte"]
Kind = Literal["counter", "gauge"]

_WINDOW = re.compile(r"\{\{\s*\.window\s*\}\}")
_OPERATORS = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_TRIED_MS = 300_000
_EXPECTED = "expected a selector of a counter, or PromQL with {{.window}} for the length of its ranges"


@dataclass(frozen=True, slots=True)
class Ratio:
    """Events of which some are bad: say which are, or which are good.

    Attributes:
        total: All events.
        bad: Those that are bad; where there are none yet, all are good.
        good: Those that are good, in place of ``bad``.
        kind: What selectors select: counters, or gauges that hold how many events there were since the last
            sample.
    """

    total: str
    bad: str = ""
    good: str = ""
    kind: Kind = "counter"

    def __post_init__(self) -> None:
        """Check the queries.

        Raises:
            RuleError: One of them cannot be used.
        """
        if bool(self.bad) == bool(self.good):
            msg = f"bad is {self.bad!r} and good is {self.good!r}: expected one of the two"
            raise RuleError(msg)
        for name in ("total", "bad", "good"):
            query = getattr(self, name)
            if query or name == "total":
                _check(name, query, self.kind)

    def events(self, window_ms: int) -> str:
        """Return PromQL of the events a second over a window."""
        found = _over(self.total, window_ms, self.kind)
        return f"({found}) / {window_ms / 1000:g}" if _counts(self.total, self.kind) else found

    def errors(self, window_ms: int, *, events: str, matching: str = "") -> str:
        """Return PromQL of the share of bad events over a window; nothing where there are no events.

        Args:
            window_ms: How far it looks back.
            events: PromQL of what :meth:`events` returns.
            matching: How that is matched, such as ``ignoring (slo)``.
        """
        wanted = self.bad or self.good
        one = _over(wanted, window_ms, self.kind)
        counted = f"({one}) / {window_ms / 1000:g}" if _counts(wanted, self.kind) else f"({one})"
        if self.good:
            return f"1 - {counted} / {matching} ({events} > 0)"
        return f"({counted} or {matching} 0 * {events}) / {matching} ({events} > 0)"


@dataclass(frozen=True, slots=True)
class Looks:
    """Looks at a value, one at each evaluation: those are bad at which it is not what it should be.

    Attributes:
        expr: PromQL of the value.
        op: How a good value compares with ``value``.
        value: In the unit of the expression.
        every_ms: How often it is looked at; ``None`` for the interval of the rules.
    """

    expr: str
    op: Comparison
    value: float
    every_ms: int | None = None

    def __post_init__(self) -> None:
        """Check the expression.

        Raises:
            RuleError: It is no PromQL, or the comparison is none.
        """
        if self.op not in get_args(Comparison):
            msg = f"op is {self.op!r}: expected one of {', '.join(get_args(Comparison))}"
            raise RuleError(msg)
        _parsed("query", self.expr)

    def bad(self) -> str:
        """Return PromQL that is 1 at a bad look and 0 at a good one."""
        return f"1 - (({self.expr}) {_OPERATORS[self.op]} bool {self.value!r})"


Indicator = Ratio | Looks


def slices(ratio: Ratio, *, target: float, slice_ms: int) -> Looks:
    """Return looks at slices of time, each good where enough of its events are.

    Args:
        ratio: The events.
        target: The share of events of a slice that has to be good.
        slice_ms: How long a slice is; it is looked at as often.
    """
    errors = ratio.errors(slice_ms, events=f"({ratio.events(slice_ms)})")
    return Looks(f"1 - ({errors})", "gte", target, every_ms=slice_ms)


def _over(query: str, window_ms: int, kind: Kind) -> str:
    """Return a query over a window."""
    length = format_duration(window_ms)
    if _WINDOW.search(query):
        return _WINDOW.sub(length, query).strip()
    return one_line(_ranged(parse(query), window_ms, kind))


def _ranged(node: Node, window_ms: int, kind: Kind) -> Node:
    if isinstance(node, Aggregate):
        return replace(node, expr=_stretched(node.expr, window_ms, kind))
    return Aggregate("sum", _stretched(node, window_ms, kind), None, (), without=False)


def _stretched(node: Node, window_ms: int, kind: Kind) -> Node:
    if not isinstance(node, Selector) or node.range_ms is not None:
        raise RuleError(_EXPECTED)
    function = "rate" if kind == "counter" else "sum_over_time"
    return Call(function, (replace(node, range_ms=window_ms),))


def _counts(query: str, kind: Kind) -> bool:
    """Tell whether a query gives events, and not events a second."""
    if not _WINDOW.search(query):
        return kind == "gauge"
    names = set(_calls(parse(_over(query, _TRIED_MS, kind))))
    return not names & {"rate", "irate"}


def _calls(node: Node) -> list[str]:
    own = [node.name] if isinstance(node, Call) else []
    return own + [name for child in children(node) for name in _calls(child)]


def _check(name: str, query: str, kind: Kind) -> None:
    if not _WINDOW.search(query):
        node = _parsed(name, query)
        try:
            _ranged(node, _TRIED_MS, kind)
        except RuleError as error:
            msg = f"{name} is {query!r}: {error}"
            raise RuleError(msg) from None
    _parsed(name, _WINDOW.sub(format_duration(_TRIED_MS), query))


def _parsed(name: str, query: str) -> Node:
    try:
        return parse(query)
    except QueryError as error:
        msg = f"{name} is {query!r}: {error}"
        raise RuleError(msg) from None
