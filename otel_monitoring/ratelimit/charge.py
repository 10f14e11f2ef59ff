"""What one request costs by one rate of one rule, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.ratelimit.rate import Rate
    from otel_monitoring.ratelimit.rule import Rule


@dataclass(frozen=True, slots=True)
class Charge:
    """What is to be taken from one window.

    Attributes:
        rule: The rule.
        rate: How much fits into the window.
        key: The window, a name of bounded length.
        cost: Units to take, at most ``rate.limit``.
    """

    rule: Rule
    rate: Rate
    key: str
    cost: int = 1


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of all charges of one request: either all of them were taken, or none.

    Attributes:
        refused: The place of the charge that has to wait longest; -1 where all were taken.
        retry_s: After how many seconds all would fit, as it looks now; 0 where they were taken.
        used: Units in each window now.
        reset_s: Seconds until the oldest unit of each window leaves it.
    """

    refused: int
    retry_s: float
    used: Sequence[int]
    reset_s: Sequence[float]


class Windows(Protocol):
    """Windows that move with time, under one lock or on one server."""

    def take(self, charges: Sequence[Charge]) -> Taken:
        """Take all charges or none."""
        ...
