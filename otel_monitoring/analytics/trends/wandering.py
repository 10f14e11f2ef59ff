"""A series that wanders: each point starts where the one before ended, so ranks say nothing of a trend.

What can be looked at is its steps. They are taken over eighths of the window, and only where all of them go
one way is there a drift: of a walk without one that is so one time in 128.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.analytics.student import critical
from otel_monitoring.analytics.trends.grid import means
from otel_monitoring.analytics.trends.ranked import Ranked

if TYPE_CHECKING:
    from otel_monitoring.analytics.trends.grid import Grid

_PARTS = 8
_P_VALUE = 2 / 2**_PARTS


def drift(grid: Grid, *, level: float) -> Ranked | None:
    """Return the drift of a series, or ``None`` where its steps do not all go one way."""
    cells = len(grid.values)
    width = max(1, cells // (3 * _PARTS))
    starts = np.linspace(0, cells - width, _PARTS + 1).round().astype(int)
    marks = means(grid.values[starts[:, None] + np.arange(width)])
    steps = np.diff(marks)
    if not (np.all(steps > 0) or np.all(steps < 0)):
        return None
    middle = float(steps.mean())
    room = critical(level, _PARTS - 1) * float(steps.std(ddof=1)) / math.sqrt(_PARTS)
    if abs(middle) <= room:
        return None
    each_s = (cells - width) / _PARTS * grid.step_s
    return Ranked(middle / each_s, (middle - room) / each_s, (middle + room) / each_s, _P_VALUE, _PARTS)
