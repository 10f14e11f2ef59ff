"""Level, damped trend and one season, each following the newest points by a share of their error.

Many sets of parameters run side by side; at each origin the one counts that has been best up to there.

Source: Winters, Management Science 6 (1960); damping: Gardner and McKenzie, Management Science 31 (1985).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Indices = NDArray[np.int64]

_LEVELS = (0.05, 0.2, 0.5)
_TRENDS = ((0.0, 1.0), (0.01, 1.0), (0.1, 1.0), (0.1, 0.97))
"""The share of the level's step that the slope takes, and how much of the slope is left a point later."""
_SEASONS = (0.05, 0.2, 0.5)
_SETS = tuple((level, *trend, season) for level in _LEVELS for trend in _TRENDS for season in _SEASONS)


def smooth(values: Array, origins: Indices, horizon: int, *, season: int) -> Array:
    """Return forecasts from each origin, shape (o, horizon).

    Args:
        values: Shape (n,), of two seasons at least.
        origins: How many values are known at each, ascending, none before the end of the first season.
        horizon: How many points are wanted.
        season: The length of the season in points.
    """
    alpha, beta, damping, gamma = np.array(_SETS).T
    beta, gamma = alpha * beta, gamma * (1 - alpha)
    shape = np.repeat((values[:season] - values[:season].mean())[:, None], len(alpha), axis=1)
    level = np.full(len(alpha), values[:season].mean())
    slope, missed = np.zeros(len(alpha)), np.zeros(len(alpha))
    found = np.empty((len(origins), horizon))
    steps, at = np.arange(1, horizon + 1), season
    for place, origin in enumerate(origins):
        for now in range(at, int(origin)):
            row = shape[now % season]
            kept = damping * slope
            error = values[now] - level - kept - row
            missed += np.abs(error)
            level = level + kept + alpha * error
            slope = kept + beta * error
            row += gamma * error
        at = max(at, int(origin))
        best = int(missed.argmin())
        reach = np.cumsum(damping[best] ** steps)
        found[place] = level[best] + slope[best] * reach + shape[(at - 1 + steps) % season, best]
    return found
