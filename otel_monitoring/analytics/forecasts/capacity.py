"""When a series reaches a limit, and between which times that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from otel_monitoring.analytics.forecasts.forecast import Forecast

    Array = NDArray[np.float64]

LEVEL = 0.8
"""How often the time is between the earliest and the latest."""

Outcome = Literal["reached", "expected", "possible", "not within the horizon"]


@dataclass(frozen=True, slots=True)
class Reach:
    """When a limit is reached, counted in points from the newest: 1 is the first one forecast.

    Attributes:
        outcome: ``reached`` already; ``expected`` within the horizon; ``possible``, as only the outer edge of
            the band gets there; or not within the horizon.
        earliest: When the outer edge of the band gets there; ``None`` for not within the horizon.
        expected: When the forecast gets there.
        latest: When the whole band is there.
    """

    outcome: Outcome
    earliest: float | None = None
    expected: float | None = None
    latest: float | None = None


def reach(
    found: Forecast, *, newest: float, limit: float, is_floor: bool = False, level: float = LEVEL
) -> Reach:
    """Return when a series first reaches a limit.

    Args:
        found: What comes next.
        newest: The last value that was seen.
        limit: What it should not reach, in the unit of the series.
        is_floor: Whether it comes from above, as free space does.
        level: How often the time shall be between the earliest and the latest, above 0 and below 1.

    Raises:
        ForecastError: The level is none.
    """
    low, high = found.band(level)
    outer, inner = (low, high) if is_floor else (high, low)
    sign = -1.0 if is_floor else 1.0
    if sign * newest >= sign * limit:
        return Reach("reached", 0.0, 0.0, 0.0)
    earliest, expected, latest = (
        _crossing(sign * line, start=sign * newest, limit=sign * limit)
        for line in (outer, found.values, inner)
    )
    if expected is not None:
        return Reach("expected", earliest, expected, latest)
    return Reach("possible" if earliest is not None else "not within the horizon", earliest, None, None)


def _crossing(line: Array, *, start: float, limit: float) -> float | None:
    """Return after how many points a line from ``start`` is at the limit, between points too."""
    there = np.flatnonzero(line >= limit)
    if not len(there):
        return None
    at = int(there[0])
    before = start if at == 0 else float(line[at - 1])
    rise = float(line[at]) - before
    return at + (limit - before) / rise if np.isfinite(rise) and rise > 0 else at + 1.0
