"""The lengths that an expression has in one query: ``step()`` and ``range()`` become numbers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from otel_monitoring.promql.language.nodes import Selector, Subquery, children, rebuilt

if TYPE_CHECKING:
    from otel_monitoring.promql.language.lengths import Length
    from otel_monitoring.promql.language.nodes import Node

_MS = 1000


def settled(node: Node, *, step_ms: int, range_ms: int) -> Node:
    """Return an expression with the lengths that it has in a query; the same object where none depends on it.

    Args:
        node: The expression.
        step_ms: The distance of the steps of the query; 0 at one time.
        range_ms: The distance of its ends.

    Raises:
        QueryError: A length is not longer than 0, or out of range.
    """
    if not has_late(node):
        return node
    return _settled(_Query(step_ms / _MS, range_ms / _MS), node)


class _Query(NamedTuple):
    """The distance of the steps of a query, and that of its ends."""

    step_s: float
    range_s: float

    def ms(self, length: Length | None, otherwise_ms: int, *, least_ms: int | None = 1) -> int:
        """Return a length in milliseconds, or what was known before."""
        if length is None:
            return otherwise_ms
        return length.ms(least_ms=least_ms, step_s=self.step_s, range_s=self.range_s)


def has_late(node: Node) -> bool:
    """Tell whether a length of an expression depends on the query."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, (Selector, Subquery)) and one.lengths.is_late:
            return True
        waiting.extend(children(one))
    return False


def _settled(query: _Query, node: Node) -> Node:
    found = rebuilt(node, partial(_settled, query))
    if not isinstance(found, (Selector, Subquery)) or not found.lengths.is_late:
        return found
    lengths, shift = found.lengths, found.shift
    shift = replace(shift, offset_ms=query.ms(lengths.offset, shift.offset_ms, least_ms=None))
    if isinstance(found, Selector):
        range_ms = None if found.range_ms is None else query.ms(lengths.range, found.range_ms)
        return replace(found, range_ms=range_ms, shift=shift)
    window_ms = query.ms(lengths.range, found.range_ms)
    step_ms = None if found.step_ms is None else query.ms(lengths.step, found.step_ms)
    return replace(found, range_ms=window_ms, step_ms=step_ms, shift=shift)
