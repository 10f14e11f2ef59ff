"""What a query wants to read, and what for: who keeps samples summed up chooses by it what to give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otel_monitoring.model.matcher import Matcher


MEMORY: Final = "memory"
TIERS: Final = (MEMORY, "raw", "minute", "hour")
"""From where samples come: memory, or of what is stored every sample, minutes, or hours."""


def _freely(_: int) -> None:
    """Allow any number of samples."""


def _silently(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Samples with ``start_ms < time <= end_ms``.

    Attributes:
        matchers: The conditions, all of which hold.
        start_ms: Unix time in milliseconds, exclusive.
        end_ms: Unix time in milliseconds, inclusive.
        step_ms: The distance of the times that are looked at; 0 at one time.
        range_ms: How long the windows are that a function looks at; 0 where the newest sample is wanted.
        function: What is made of them, as PromQL names it; empty where the samples themselves are wanted.
        reserve: Asked before memory is taken for so many samples; raises where these are too many.
        note: Told what people should know of the samples, such as that they are summed up.
        reading: Told from where samples come: one of ``TIERS``.
    """

    matchers: Sequence[Matcher]
    start_ms: int
    end_ms: int
    step_ms: int = 0
    range_ms: int = 0
    function: str = ""
    reserve: Callable[[int], None] = _freely
    note: Callable[[str], None] = _silently
    reading: Callable[[str], None] = _silently
