"""How long a time a block covers.

A block of few times takes more than what is in it: its head, its row in a table, the times beside it. So a
block covers two hours, a day or thirty days: the shortest of them that holds enough collections.

| what | interval | a block covers | |---|---|---| | raw samples | 15 s | 2 hours, 480 times | | by the
minute | 60 s | a day, 1440 times | | by the hour | 1 h | 30 days, 720 times |
"""

from __future__ import annotations

from typing import Final

SPANS_MS: Final = (2 * 3_600_000, 86_400_000, 30 * 86_400_000)
"""What blocks cover; each is a multiple of the one before."""

TIMES_MIN: Final = 400
"""How many collections a block has at least, where the longest of the spans holds as many."""


def span_ms(interval_ms: float) -> int:
    """Return what blocks of collections at this interval cover, in milliseconds.

    Args:
        interval_ms: The usual time between two collections.
    """
    return next((span for span in SPANS_MS if span >= TIMES_MIN * interval_ms), SPANS_MS[-1])


def window(time_ms: int, width_ms: int) -> tuple[int, int]:
    """Return the window ``(start, end]`` that a time is in; windows end at multiples of their width.

    Args:
        time_ms: Unix time in milliseconds.
        width_ms: How long windows are.
    """
    end_ms = -(-time_ms // width_ms) * width_ms
    return end_ms - width_ms, end_ms
