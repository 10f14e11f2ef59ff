"""The parts of a PromQL expression, frozen and hashable; durations and times in milliseconds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from otel_monitoring.promql.language.lengths import LITERAL, Lengths

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.model.matcher import Matcher

Extension = Literal["", "anchored", "smoothed"]
Cardinality = Literal["one-to-one", "many-to-one", "one-to-many", "many-to-many"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node was read, and how it was written; no part of what it means.

    Attributes:
        start: Its first character, from 0.
        end: Behind its last character.
        brackets: How many pairs of round brackets are around it.
        duration: Whether a number was written as a duration.
        labels_only: Whether a selector can only be written as matchers: the labels that ``info`` adds.
    """

    start: int = 0
    end: int = 0
    brackets: int = 0
    duration: bool = False
    labels_only: bool = False


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Number:
    """A literal number."""

    value: float
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A literal string."""

    value: str
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Shift:
    """When a selector or a subquery looks, seen from the evaluation time.

    Attributes:
        offset_ms: How far back; negative looks ahead.
        at: A fixed Unix time in milliseconds, the start or the end of the query, or ``None``.
    """

    offset_ms: int = 0
    at: int | Literal["start", "end"] | None = None


@dataclass(frozen=True, slots=True)
class Selector:
    """An instant selector, or a range selector where ``range_ms`` is given.

    Attributes:
        matchers: All hold; the metric's name is among them.
        shift: When it looks.
        range_ms: The length of the window, ``None`` for an instant selector.
        extension: How samples beyond the window count.
        lengths: The lengths that were computed.
    """

    matchers: tuple[Matcher, ...]
    shift: Shift
    range_ms: int | None = None
    extension: Extension = ""
    lengths: Lengths = LITERAL
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Subquery:
    """An expression evaluated at a grid of times over a window; ``step_ms`` is ``None`` for the default."""

    expr: Node
    range_ms: int
    step_ms: int | None
    shift: Shift
    lengths: Lengths = LITERAL
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Negation:
    """The unary minus."""

    expr: Node
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Matching:
    """How the two sides of a binary operator find each other.

    Attributes:
        card: How many of each side belong together.
        on: Whether ``labels`` are those that count, or those that do not.
        labels: The labels of ``on`` or ``ignoring``.
        include: The labels of the one side that ``group_left`` or ``group_right`` copies.
    """

    card: Cardinality = "one-to-one"
    on: bool = False
    labels: tuple[str, ...] = ()
    include: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fill:
    """What stands for a sample that one side of a binary operator lacks; ``None`` for nothing."""

    left: float | None = None
    right: float | None = None


NO_FILL = Fill()


@dataclass(frozen=True, slots=True)
class Binary:
    """A binary operator; ``return_bool`` makes a comparison give 0 or 1."""

    op: str
    left: Node
    right: Node
    matching: Matching
    return_bool: bool = False
    fill: Fill = NO_FILL
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """An aggregation; ``without`` tells whether ``labels`` are dropped or kept."""

    op: str
    expr: Node
    param: Node | None
    labels: tuple[str, ...]
    without: bool
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function."""

    name: str
    args: tuple[Node, ...]
    place: Place = field(default=NOWHERE, compare=False, repr=False)


Node = Number | Text | Selector | Subquery | Negation | Binary | Aggregate | Call


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes right below a node, in the order of the text as far as it matters."""
    if isinstance(node, (Subquery, Negation)):
        return (node.expr,)
    if isinstance(node, Binary):
        return (node.left, node.right)
    if isinstance(node, Aggregate):
        return (node.expr,) if node.param is None else (node.param, node.expr)
    return node.args if isinstance(node, Call) else ()


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """Return a node with every child changed; the same object where no child is another one."""
    below = children(node)
    changed = list(map(change, below))
    if all(new is old for new, old in zip(changed, below, strict=True)):
        return node
    if isinstance(node, (Subquery, Negation)):
        return replace(node, expr=changed[0])
    if isinstance(node, Binary):
        return replace(node, left=changed[0], right=changed[1])
    if isinstance(node, Aggregate):
        return replace(node, expr=changed[-1], param=None if node.param is None else changed[0])
    return replace(node, args=tuple(changed)) if isinstance(node, Call) else node


def selectors_of(node: Node) -> list[Selector]:
    """Return every selector of an expression."""
    if isinstance(node, Selector):
        return [node]
    return [found for child in children(node) for found in selectors_of(child)]
