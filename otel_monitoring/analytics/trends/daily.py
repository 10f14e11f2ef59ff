"""The wave of a day, taken out of a window of several days: it would hide the trend."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.analytics.trends.grid import means

if TYPE_CHECKING:
    from otel_monitoring.analytics.trends.grid import Grid

_DAY_S = 86_400.0
_FEWEST_DAYS = 3
_LEAST_SLOTS = 4
_WORTH = 0.7
"""A wave is taken out where it leaves no more than this share of the variance."""


def without_days(grid: Grid) -> Grid:
    """Return a grid without what each day repeats; as it is where that is little, or not to be known.

    Args:
        grid: A whole number of its steps makes a day, or nothing is taken out.
    """
    count = len(grid.values)
    if grid.step_s * count < (_FEWEST_DAYS - 1) * _DAY_S:
        return grid
    slots = round(_DAY_S / grid.step_s)
    if slots < _LEAST_SLOTS or count < _FEWEST_DAYS * slots or abs(slots * grid.step_s - _DAY_S) > 1:
        return grid
    rise = grid.values[slots:] - grid.values[:-slots]
    rise = rise[np.isfinite(rise)]
    if not len(rise):
        return grid
    # From one day to the next at the same time: the slope, whatever the day does.
    rest = grid.values - float(np.median(rise)) / slots * np.arange(count)
    days = -(-count // slots)
    padded = np.full(days * slots, np.nan)
    padded[:count] = rest
    wave = np.tile(means(padded.reshape(days, slots).T), days)[:count]
    present = np.isfinite(rest)
    # Means of few days follow the noise as well; the variance is asked for as if they had not.
    left = float(np.var((rest - wave)[present])) * days / (days - 1)
    if left > _WORTH * float(np.var(rest[present])):
        return grid
    return replace(grid, values=grid.values - (wave - float(np.mean(wave[present]))))
