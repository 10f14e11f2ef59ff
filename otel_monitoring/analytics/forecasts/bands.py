"""How far a forecast may be off, learnt from how far it would have been off before.

Errors of the backtest are divided by a scale that depends on how far ahead they are; quantiles of the
quotients, a little further out than asked for as they come from few weeks, times the scale are the band.

Source: split conformal prediction, Lei et al., Distribution-Free Predictive Inference, JASA 113 (2018), with
normalised residuals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

_CAUTION = 0.15
"""The share of what a level leaves out that is kept in after all."""
_CAP = 2.0
_NEIGHBOURS = 0.5 ** np.abs(np.arange(-3.0, 4.0))
_GROWTH = (0.6, 1.0)
_FEW_ERRORS = 40
_LEAST_OF_A_LINE = 4


def error_scale(errors: Array, *, horizon: int, season: int) -> Array:
    """Return the usual size of an error so many points ahead, shape (horizon,).

    Args:
        errors: Of the backtest, shape (o, b).
        horizon: How many points are forecast, at least b; beyond b the size grows as it did up to there.
        season: Where all origins are at the same place of a season, its length: places then keep their own
            size, as an hour of the night is surer than one at noon. Else 0.
    """
    sizes = np.abs(errors)
    cap = _CAP * np.quantile(sizes, 0.9)
    squares = (np.minimum(sizes, cap) ** 2).mean(axis=0)
    if season:
        squares = _shared(squares, season)
    near = np.pad(squares, 3, mode="edge")
    smooth = sum(w * near[i : i + len(squares)] for i, w in enumerate(_NEIGHBOURS / _NEIGHBOURS.sum()))
    scale = np.sqrt(np.asarray(smooth))
    scale = np.maximum(scale, 1e-3 * scale.mean())
    return _beyond(scale, horizon, season) if horizon > len(scale) else scale


def _shared(squares: Array, season: int) -> Array:
    """Return the squares with the pattern of a season that all its cycles have in common."""
    cycles = len(squares) // season
    if cycles < 2:  # noqa: PLR2004 - one cycle has nothing to share
        return squares
    whole = squares[: cycles * season].reshape(cycles, season)
    levels = whole.mean(axis=1, keepdims=True)
    pattern = (whole / np.maximum(levels, 1e-300)).mean(axis=0)
    shared = (levels * pattern).ravel()
    return np.concatenate([shared, squares[cycles * season :]])


def _beyond(scale: Array, horizon: int, season: int) -> Array:
    """Return the scale carried on further than it was measured: the last season of it, growing on."""
    measured = len(scale)
    cycle = min(season or 1, measured)
    last = np.arange(measured - cycle, measured)
    further = np.arange(measured, horizon)
    source = last[(further - measured) % cycle]
    growth = np.clip(_growth(scale, cycle), *_GROWTH)
    return np.concatenate([scale, scale[source] * ((further + 1) / (source + 1)) ** growth])


def _growth(scale: Array, cycle: int) -> float:
    """Return the power of the distance with which errors grow, seen over whole seasons."""
    level = np.convolve(scale, np.full(cycle, 1 / cycle), mode="valid")
    if len(level) < _LEAST_OF_A_LINE or float(level.min()) <= 0:
        return _GROWTH[0]
    distance = np.log(np.arange(len(level)) + (cycle + 1) / 2)
    return float(np.polyfit(distance, np.log(level), 1)[0])


def reach_of(standard: Array, level: float) -> tuple[float, float]:
    """Return between which multiples of the scale a share of all errors is.

    Args:
        standard: Errors divided by their scale, flat.
        level: Above 0 and below 1.
    """
    wide = level + _CAUTION * (1 - level)
    if len(standard) < _FEW_ERRORS:
        wide = 1.0
    both = float(np.quantile(np.abs(standard), wide))
    low, high = np.quantile(standard, [(1 - wide) / 2, (1 + wide) / 2])
    return (float(low) - both) / 2, (float(high) + both) / 2
