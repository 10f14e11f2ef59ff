"""How fast is too fast: pairs of windows, and the share of the error budget that the longer one may take.

Source: "The Site Reliability Workbook" (Google, 2018), chapter 5, table 5-8, for windows of 28 days and more;
for a week the shares that Sloth's catalogue has. Between the two the shares are interpolated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Urgency = Literal["page", "ticket"]

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
SHORTEST_MS, LONGEST_MS = 7 * DAY_MS, 366 * DAY_MS
"""The windows that there are levels for."""

_MINUTE_MS = 60_000
_WEEK_MS, _FOUR_WEEKS_MS = 7 * DAY_MS, 28 * DAY_MS
_PAIRS: tuple[tuple[Urgency, int, int, float, float], ...] = (
    ("page", 5 * _MINUTE_MS, HOUR_MS, 2, 8),
    ("page", 30 * _MINUTE_MS, 6 * HOUR_MS, 5, 12.5),
    ("ticket", 2 * HOUR_MS, DAY_MS, 10, 20),
    ("ticket", 6 * HOUR_MS, 3 * DAY_MS, 10, 42),
)


@dataclass(frozen=True, slots=True)
class Level:
    """One pair of windows.

    Attributes:
        urgency: Whether somebody is called, or has to look at it within days.
        short_ms: Over this window it has to be too fast as well, so that it ends soon after the errors end.
        long_ms: Over this window it is too fast.
        share_percent: How much of the budget is spent within the long window.
        factor: How many times as fast as the budget allows for.
    """

    urgency: Urgency
    short_ms: int
    long_ms: int
    share_percent: float
    factor: float


def levels(window_ms: int) -> tuple[Level, ...]:
    """Return the four levels of an objective, the most urgent first.

    Args:
        window_ms: Over which the objective is kept, between a week and a year.
    """
    return tuple(
        _level(urgency, short_ms, long_ms, _share(long_share, week_share, window_ms), window_ms)
        for urgency, short_ms, long_ms, long_share, week_share in _PAIRS
    )


def error_budget(target: float) -> float:
    """Return the share of events that may be bad.

    It is reckoned in percent, as Sloth does it: a ratio right at a threshold then falls on the same side.

    Args:
        target: The share that has to be good, below 1.
    """
    percent = float(Decimal(repr(float(target))) * 100)
    return (100 - percent) / 100


def _share(long_share: float, week_share: float, window_ms: int) -> float:
    if window_ms >= _FOUR_WEEKS_MS:
        return long_share
    along = math.log(window_ms / _WEEK_MS) / math.log(_FOUR_WEEKS_MS / _WEEK_MS)
    return week_share + (long_share - week_share) * along


def _level(urgency: Urgency, short_ms: int, long_ms: int, share: float, window_ms: int) -> Level:
    factor = share * (window_ms / HOUR_MS) / 100 / (long_ms / HOUR_MS)
    return Level(urgency, short_ms, long_ms, share, factor)
