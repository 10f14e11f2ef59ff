"""Durations that are computed: as they were written, and what they come to in a query.

``step()`` and ``range()`` are known only when a query runs, so a node keeps the arithmetic beside its length.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from otel_monitoring.errors import QueryError

_MS = 1000
_NS = 1_000_000_000
_NS_PER_MS = 1_000_000
_MAX_S = 2**63 / _NS


@dataclass(frozen=True, slots=True)
class Length:
    """A duration as it was written.

    Attributes:
        op: ``""`` for a literal, ``step``, ``range``, ``max_of``, ``min_of``, or an operator.
        operands: What it is computed from.
        value: Of a literal, in seconds.
        duration: Whether a literal has units.
        bracketed: Whether it stands in round brackets.
    """

    op: str = ""
    operands: tuple[Length, ...] = ()
    value: float = 0.0
    duration: bool = False
    bracketed: bool = False

    @property
    def is_late(self) -> bool:
        """Whether it depends on the query."""
        return self.op in {"step", "range"} or any(one.is_late for one in self.operands)

    @property
    def is_plain(self) -> bool:
        """Whether it is a literal, perhaps with a sign."""
        return not self.op and not self.bracketed

    def seconds(self, *, step_s: float = 0.0, range_s: float = 0.0) -> float:
        """Return what it comes to.

        Args:
            step_s: The distance of the steps of the query.
            range_s: The distance of its ends.

        Raises:
            QueryError: It divides by zero, or is beyond all numbers.
        """
        if self.op in {"step", "range"}:
            return step_s if self.op == "step" else range_s
        values = [one.seconds(step_s=step_s, range_s=range_s) for one in self.operands]
        try:
            return _computed(self, values)
        except (OverflowError, ValueError):
            msg = "duration out of range"
            raise QueryError(msg) from None

    def ms(self, *, least_ms: int | None = None, step_s: float = 0.0, range_s: float = 0.0) -> int:
        """Return it in milliseconds, what is shorter than one being cut off.

        Args:
            least_ms: The smallest that is allowed.
            step_s: The distance of the steps of the query.
            range_s: The distance of its ends.

        Raises:
            QueryError: It is too short or too long.
        """
        seconds = self.seconds(step_s=step_s, range_s=range_s)
        if not abs(seconds) < _MAX_S:
            msg = "duration out of range"
            raise QueryError(msg)
        found = int(seconds * _MS) if self.op else int(round(seconds * _NS) / _NS_PER_MS)
        if least_ms is not None and found < least_ms:
            msg = "duration must be greater than 0"
            raise QueryError(msg)
        return found


def _computed(length: Length, values: list[float]) -> float:
    if not values:
        return length.value
    if len(values) == 1:
        return -values[0] if length.op == "-" else values[0]
    left, right = values
    if length.op in {"/", "%"} and right == 0:
        msg = "division by zero" if length.op == "/" else "modulo by zero"
        raise QueryError(msg)
    if length.op in {"max_of", "min_of"}:
        return max(values) if length.op == "max_of" else min(values)
    return {
        "+": lambda: left + right,
        "-": lambda: left - right,
        "*": lambda: left * right,
        "/": lambda: left / right,
        "%": lambda: math.fmod(left, right),
        "^": lambda: math.pow(left, right),
    }[length.op]()


@dataclass(frozen=True, slots=True)
class Lengths:
    """The lengths of a selector or a subquery that are more than literals; ``None`` for the others."""

    range: Length | None = None
    step: Length | None = None
    offset: Length | None = None

    @property
    def is_late(self) -> bool:
        """Whether one of them depends on the query."""
        return any(one is not None and one.is_late for one in (self.range, self.step, self.offset))


LITERAL = Lengths()
