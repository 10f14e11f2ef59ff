"""Which way a series goes over a window, and how fast, with what can be said for certain.

Kendall's test at the sample size that the points are worth decides (``ranked``); of a series that wanders so
much that no test with ranks can speak of it, the steps do (``wandering``).
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from otel_monitoring.analytics.trends.daily import without_days
from otel_monitoring.analytics.trends.grid import Grid
from otel_monitoring.analytics.trends.ranked import ranked
from otel_monitoring.analytics.trends.wandering import drift

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from otel_monitoring.analytics.trends.ranked import Ranked

Direction = Literal["rising", "falling", "steady", "unclear"]
Reason = Literal["", "no data", "too short"]

FEWEST = 20
_MOST = 300
_LEAST_SIZE = 6.0
_STEADY_WITHIN = 0.05


@dataclass(frozen=True, slots=True)
class Trend:
    """What a series does over a window.

    Attributes:
        direction: ``rising`` or ``falling`` where chance does not explain it; ``steady`` where any trend is
            within 5 % of the level over the window; ``unclear`` where neither can be said.
        slope: Units a second.
        slope_low: Lower end of its interval.
        slope_high: Upper end of it.
        start: Where the line begins, in the unit of the series.
        end: Where it ends.
        p_value: How likely a series without a trend gives as much; 1 where nothing was tested.
        points: How many finite points there were.
        effective_points: How many independent ones they are worth.
        reason: Why there is no answer; empty where there is one.
    """

    direction: Direction
    slope: float
    slope_low: float
    slope_high: float
    start: float
    end: float
    p_value: float
    points: int
    effective_points: float
    reason: Reason = ""

    @property
    def change_ratio(self) -> float | None:
        """The change over the window as a share of where it began; ``None`` where it began at about 0."""
        size = max(abs(self.start), abs(self.end))
        if abs(self.start) <= size * 1e-3:
            return None
        return (self.end - self.start) / abs(self.start)


def trend(times_s: NDArray[np.float64], values: NDArray[np.float64], *, level: float = 0.05) -> Trend:
    """Return what a series does.

    Args:
        times_s: Unix times in seconds, in any order. Shape (n,).
        values: The points; those that are not finite are left out. Shape (n,).
        level: How often a series without a trend may be said to have one, and what the interval leaves out.
    """
    grid = without_days(Grid.of(times_s, values, most=_MOST))
    if len(grid.values) < FEWEST or int(np.isfinite(grid.values).sum()) < FEWEST:
        return _nothing(grid)
    found = ranked(grid, level=level)
    is_clear = found.p_value <= level and found.size >= _LEAST_SIZE and found.slope != 0
    if not is_clear:
        drifting = drift(grid, level=level)
        found, is_clear = drifting or found, drifting is not None
    return _told(grid, found, is_clear=is_clear)


def _told(grid: Grid, found: Ranked, *, is_clear: bool) -> Trend:
    span_s = grid.step_s * (len(grid.values) - 1)
    around = (np.arange(len(grid.values)) - (len(grid.values) - 1) / 2) * grid.step_s
    middle = float(np.nanmedian(grid.values - found.slope * around))
    rise = found.slope * span_s / 2
    most = max(abs(found.slope_low), abs(found.slope_high)) * span_s
    direction: Direction = "unclear"
    if is_clear:
        direction = "rising" if found.slope > 0 else "falling"
    elif most <= _STEADY_WITHIN * abs(middle) or most == 0:
        direction = "steady"
    return Trend(
        direction=direction,
        slope=_bounded(found.slope * grid.scale),
        slope_low=_bounded(found.slope_low * grid.scale),
        slope_high=_bounded(found.slope_high * grid.scale),
        start=_bounded((middle - rise) * grid.scale),
        end=_bounded((middle + rise) * grid.scale),
        p_value=found.p_value,
        points=grid.points,
        effective_points=found.size,
    )


def _nothing(grid: Grid) -> Trend:
    nothing = math.nan
    return Trend(
        direction="unclear",
        slope=nothing,
        slope_low=nothing,
        slope_high=nothing,
        start=nothing,
        end=nothing,
        p_value=1.0,
        points=grid.points,
        effective_points=0.0,
        reason="too short" if grid.points else "no data",
    )


def _bounded(value: float) -> float:
    return max(-sys.float_info.max, min(sys.float_info.max, value))
