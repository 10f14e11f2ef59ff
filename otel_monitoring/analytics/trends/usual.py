"""Whether a slope is what other days do at the same time.

Over six hours the morning is a trend. Only the slopes of the same hours of other days tell it from one that
stays: a new one is expected among them as Student's prediction interval has it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.analytics.student import critical
from otel_monitoring.analytics.trends.trend import trend

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST_DAYS = 3
_SEEN_SHARE = 0.6
_SAME_WAY_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Usual:
    """What other days do at the time of a window.

    Attributes:
        low: The lower end of the slopes that are expected, units a second.
        high: The upper end of them.
        days: How many days are known.
    """

    low: float
    high: float
    days: int

    def explains(self, slope: float) -> bool:
        """Tell whether a slope is one of them."""
        return self.low <= slope <= self.high


def usual(times_s: NDArray[np.float64], days: NDArray[np.float64]) -> Usual | None:
    """Return what other days do; ``None`` where too few are known, or they go different ways.

    Args:
        times_s: The times of one window, in seconds. Shape (n,).
        days: The values at these times of the day, a row for each day. Shape (d, n).
    """
    known = [day for day in days if np.isfinite(day).mean() >= _SEEN_SHARE] if days.size else []
    slopes = np.array([trend(times_s, day).slope for day in known])
    slopes = slopes[np.isfinite(slopes)]
    if len(slopes) < FEWEST_DAYS:
        return None
    if max(np.mean(slopes > 0), np.mean(slopes < 0)) < _SAME_WAY_SHARE:
        return None
    scale = float(np.max(np.abs(slopes))) or 1.0
    middle, deviation = float(np.mean(slopes / scale)), float(np.std(slopes / scale, ddof=1))
    room = critical(0.05, len(slopes) - 1) * deviation * math.sqrt(1 + 1 / len(slopes))
    return Usual((middle - room) * scale, (middle + room) * scale, len(slopes))
