"""The time that an expression looks at, where all of its selectors agree on one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.promql.language.nodes import (
    Aggregate,
    Binary,
    Call,
    Negation,
    Selector,
    Shift,
    Subquery,
    children,
)
from otel_monitoring.promql.language.signatures import SIGNATURES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.promql.language.nodes import Node


def reference_of(node: Node, *, start_ms: int, end_ms: int) -> Shift:
    """Return the shift that the selectors of a vector share.

    There is none where they do not, or where a part of the vector has no selector.

    Args:
        node: The vector.
        start_ms: The first step of the query.
        end_ms: The last step of the query.
    """
    shifts = {_resolved(shift, start_ms, end_ms) if shift else None for shift in _shifts(node, Shift())}
    shared = shifts.pop() if len(shifts) == 1 else None
    return shared or Shift()


def _resolved(shift: Shift, start_ms: int, end_ms: int) -> Shift:
    """Return the same shift in the same words: with a fixed time there is no offset."""
    if shift.at is None:
        return shift
    at_ms = {"start": start_ms, "end": end_ms}.get(str(shift.at), shift.at)
    return Shift(0, int(at_ms) - shift.offset_ms)


def _shifts(node: Node, outer: Shift) -> Iterator[Shift | None]:
    """Yield the shift of every selector below a node, ``None`` for a vector that has none."""
    if isinstance(node, Selector):
        yield _within(node.shift, outer)
        return
    if isinstance(node, Subquery):
        outer = _within(node.shift, outer)
    below = (node.args[0],) if isinstance(node, Call) and node.name == "info" else children(node)
    found = [shift for child in below if _is_vector(child) for shift in _shifts(child, outer)]
    yield from found or [None]


def _within(inner: Shift, outer: Shift) -> Shift:
    """Return a shift within a shifted subquery; a fixed time makes what is around it irrelevant."""
    if inner.at is not None:
        return inner
    return Shift(inner.offset_ms + outer.offset_ms, outer.at)


def _is_vector(node: Node) -> bool:
    if isinstance(node, Call):
        return SIGNATURES[node.name].gives == "instant vector"
    if isinstance(node, (Binary, Negation)):
        return any(_is_vector(child) for child in children(node))
    return isinstance(node, (Selector, Subquery, Aggregate))
