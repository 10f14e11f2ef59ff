"""A regression on the series' own past and on the waves of its seasons, carried forward step by step.

Ridge regression pulls the coefficients of the past not to zero but to a simple forecast that is known to be
hard to beat, such as "as a day ago"; how strongly is what distinguishes one member from another. The sums
of squares grow along the series, so that one pass gives the coefficients at every origin of the backtest.

Source: Hoerl and Kennard, Ridge Regression, Technometrics 12 (1970); shrinkage towards a random walk as
in Litterman, Forecasting with Bayesian Vector Autoregressions, JBES 4 (1986).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from otel_monitoring.analytics.forecasts.design import Design

    Array = NDArray[np.float64]
    Indices = NDArray[np.int64]

_LEAST_SHARE = 1e-3
"""What the first part varies by counts for no less than this share of what all of it does."""
_SOLVABLE = 1e-12
_BLOCK = 32
"""Rows multiplied at once: for so few a BLAS makes no threads, whose waiting costs most on a busy host."""


@dataclass(frozen=True, slots=True)
class Pull:
    """What a regression starts from, and how strongly it stays there.

    Attributes:
        prior: Coefficients of lags; of those that are not named it is 0.
        past: How strongly the lags stay at their prior.
        line: How strongly the line stays at 0.
        waves: How strongly the waves of the short and the long season stay at 0.
    """

    prior: Mapping[int, float] = field(default_factory=dict)
    past: float = 1.0
    line: float = 1.0
    waves: tuple[float, float] = (1.0, 3.0)


def regress(
    values: Array, origins: Indices, *, horizon: int, lags: tuple[int, ...], design: Design, pull: Pull
) -> Array:
    """Return forecasts from each origin, shape (o, horizon).

    Args:
        values: Shape (n,).
        origins: How many of the values are known at each, ascending, shape (o,).
        horizon: How many points are wanted.
        lags: Which points of the past count; at least one, none longer than the first origin.
        design: The columns of time, of n + horizon rows.
        pull: What the coefficients are drawn to.
    """
    first = values[: origins[0]]
    center, size = float(first.mean()), max(float(first.std()), _LEAST_SHARE * float(values.std())) or 1.0
    scaled = (values - center) / size
    past = np.array(lags)
    coefficients = _coefficients(scaled, origins, past, design, pull)
    ahead = design.columns[origins[:, None] + np.arange(horizon)]
    fixed = np.einsum("ohc,oc->oh", ahead, coefficients[:, len(past) :])
    known = scaled[origins[:, None] - past.max() + np.arange(past.max())]
    carried = _carried(known, fixed, past, coefficients[:, : len(past)])
    low, high = float(scaled.min()), float(scaled.max())
    room = (high - low) * (0.5 + 2 * horizon / len(values))
    return np.clip(carried, low - room, high + room) * size + center


def _coefficients(scaled: Array, origins: Indices, past: Indices, design: Design, pull: Pull) -> Array:
    """Return what fits best up to each origin, shape (o, lags + columns)."""
    longest = int(past.max())
    rows = np.arange(longest, len(scaled))
    table = np.concatenate([scaled[rows[:, None] - past], design.columns[rows]], axis=1)
    start = np.zeros(table.shape[1])
    start[: len(past)] = [pull.prior.get(int(lag), 0.0) for lag in past]
    missed = scaled[rows] - (table[:, : len(past)] * start[: len(past)]).sum(axis=1)
    weights = np.array([1.0, pull.line, *pull.waves])[design.kinds]
    penalties = np.concatenate([np.full(len(past), pull.past), design.penalties * weights])
    squares = np.empty((len(origins), len(start), len(start)))
    products = np.empty((len(origins), len(start)))
    square, product, done = np.diag(penalties), np.zeros(len(start)), 0
    for place, origin in enumerate(origins):
        upto = max(int(origin) - longest, 0)
        for begin in range(done, upto, _BLOCK):
            block = table[begin : min(begin + _BLOCK, upto)]
            square = square + block.T @ block
            product = product + block.T @ missed[begin : begin + len(block)]
        squares[place], products[place], done = square, product, max(done, upto)
    squares += _SOLVABLE * np.trace(squares, axis1=1, axis2=2)[:, None, None] * np.eye(len(start))
    return np.asarray(np.linalg.solve(squares, products[:, :, None])[:, :, 0] + start)


def _carried(known: Array, fixed: Array, past: Indices, coefficients: Array) -> Array:
    """Return the steps that follow what is known, each fed with those before it."""
    longest, horizon = known.shape[1], fixed.shape[1]
    line = np.concatenate([known, fixed], axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        for at in range(longest, longest + horizon):
            line[:, at] += (line[:, at - past] * coefficients).sum(axis=1)
    return np.asarray(np.nan_to_num(line[:, longest:], nan=0.0, posinf=1e9, neginf=-1e9))
