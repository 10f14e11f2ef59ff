"""The measures of the M4 competition, and the forecasts that ours has to beat.

Source: Makridakis, Spiliotis, Assimakopoulos, The M4 Competition, IJF 36 (2020).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.analytics.forecasts.forecast import Forecast, forecast

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

HORIZON, DAY, WEEK = 48, 24, 168
_PARAMETERS = (0.05, 0.2, 0.5)
_LEAST_SCALE = 1e-12


@dataclass(frozen=True, slots=True)
class Score:
    """How good forecasts are; all but the coverage: the smaller the better."""

    mase: float
    smape: float
    msis: float
    coverage: float
    naive: float
    weekly: float
    winters: float


def score(past: Array, future: Array, *, floor: float = -np.inf) -> Score | None:
    """Return how well a future is forecast; nothing where errors have no scale or there is no forecast."""
    scale = float(np.abs(past[DAY:] - past[:-DAY]).mean())
    found = forecast(past, horizon=len(future), floor=floor)
    if scale < _LEAST_SCALE or not isinstance(found, Forecast):
        return None
    low, high = found.band(0.95)
    missed = np.maximum(low - future, 0) + np.maximum(future - high, 0)
    sizes = np.maximum(np.abs(future) + np.abs(found.values), 1e-300)
    at = np.arange(len(future))
    rivals = (past[-DAY:][at % DAY], past[-WEEK:][at % WEEK], holt_winters(past, len(future)))
    naive, weekly, winters = (float(np.abs(rival - future).mean()) / scale for rival in rivals)
    return Score(
        mase=float(np.abs(found.values - future).mean()) / scale,
        smape=float((200 * np.abs(found.values - future) / sizes).mean()),
        msis=float((high - low + 40 * missed).mean()) / scale,
        coverage=float(((future >= low) & (future <= high)).mean()),
        naive=naive,
        weekly=weekly,
        winters=winters,
    )


def mean(scores: Iterable[Score]) -> Score:
    """Return the mean of each measure."""
    table = np.array([[getattr(one, name) for name in Score.__slots__] for one in scores])
    return Score(*table.mean(axis=0).tolist())


def holt_winters(past: Array, horizon: int) -> Array:
    """Return what additive Holt-Winters with a season of a day forecasts.

    The three parameters are the best of a grid on errors one step ahead.

    Source: Winters, Forecasting Sales by Exponentially Weighted Moving Averages, Management Science 6 (1960).
    """
    grid = np.array(np.meshgrid(_PARAMETERS, (0.0, 0.01, 0.1), _PARAMETERS)).reshape(3, -1)
    alpha, beta, gamma = grid
    level = np.full(grid.shape[1], past[:DAY].mean())
    slope = np.full(grid.shape[1], (past[DAY : 2 * DAY].mean() - past[:DAY].mean()) / DAY)
    season = np.repeat((past[:DAY] - past[:DAY].mean())[:, None], grid.shape[1], axis=1)
    missed = np.zeros(grid.shape[1])
    for at in range(DAY, len(past)):
        place = at % DAY
        error = past[at] - level - slope - season[place]
        missed += np.abs(error)
        level, slope = level + slope + alpha * error, slope + alpha * beta * error
        season[place] += gamma * (1 - alpha) * error
    best = int(missed.argmin())
    ahead = np.arange(1, horizon + 1)
    return np.asarray(level[best] + slope[best] * ahead + season[(len(past) - 1 + ahead) % DAY, best])
