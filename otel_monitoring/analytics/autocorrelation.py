"""How much the points of a series repeat each other, and how many independent ones they are worth.

A minute that follows a slow one is slow as well, so a thousand points may know no more than forty. Tests
that take them for a thousand call noise a trend, or a pair of series related.

Source: the estimate is Burg's, the bias is Kendall's (Note on bias in the estimation of autocorrelation,
Biometrika 41, 1954); the sample sizes are Bartlett's (Some aspects of the time-correlation problem, Journal
of the Royal Statistical Society 98, 1935) and, for ranks against time, Hamed's and Rao's (A modified
Mann-Kendall trend test for autocorrelated data, Journal of Hydrology 204, 1998).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

HIGHEST = 0.99
_CLIPPED_AT = 3.0
_SPREAD_OF_MAD = 1.4826
_FEWEST = 6
_TINY = 1e-300


def ar1(values: NDArray[np.float64], *, regressors: int = 1) -> float:
    """Return how much of one point is found again in the next, from 0 to ``HIGHEST``.

    Values far out count as three deviations, so that a spike hides nothing. Neighbours are neighbours in the
    array: give series on one grid. What is below 0 is called 0, as a test may not gain by it.

    Args:
        values: The series, or what is left of it after a trend; NaN where there is none. Shape (n,).
        regressors: What was taken from the values before, for the bias: 1 a mean, 2 a straight line.
    """
    present = np.isfinite(values)
    count = int(present.sum())
    if count < _FEWEST:
        return 0.0
    rest = np.where(present, clipped(values), 0.0)
    both = present[1:] & present[:-1]
    product = float(rest[1:][both] @ rest[:-1][both])
    power = float(rest[1:][both] @ rest[1:][both] + rest[:-1][both] @ rest[:-1][both]) / 2
    if power <= _TINY:
        return 0.0
    # To first order the estimate is (1 + 3 phi) / n too low after a mean, (2 + 4 phi) / n after a line.
    low, steep = (1.0, 3.0) if regressors == 1 else (2.0, 4.0)
    return float(np.clip((count * product / power + low) / (count - steep), 0.0, HIGHEST))


def clipped(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values around their mean and in units of their spread, those far out at three deviations.

    Args:
        values: NaN where there is none, which stays. Shape (n,).
    """
    present = values[np.isfinite(values)]
    if not len(present):
        return np.full(len(values), np.nan)
    scale = float(np.max(np.abs(present))) or 1.0  # of values of 1e300 the squares are infinite
    around = values / scale - float(np.median(present / scale))
    around[~np.isfinite(values)] = np.nan
    spread = _SPREAD_OF_MAD * float(np.nanmedian(np.abs(around)))
    if spread <= 0:
        spread = float(np.sqrt(np.nanmean(around**2))) or 1.0
    limited = np.clip(around / spread, -_CLIPPED_AT, _CLIPPED_AT)
    return np.asarray(limited - np.nanmean(limited))


def effective_size(count: int, phi: float, other_phi: float | None = None) -> float:
    """Return how many independent points so many are worth, for a mean or for the correlation of two series.

    Args:
        count: How many points there are.
        phi: What ``ar1`` says of the series.
        other_phi: What it says of the other series of a pair; ``None`` for a mean.
    """
    shared = phi if other_phi is None else phi * other_phi
    return max(1.0, count * (1 - shared) / (1 + shared))


def trend_size(count: int, phi: float) -> float:
    """Return how many independent points so many are worth, for a comparison of ranks with time.

    Exact for every length: a series that is one single wave is worth little more than one point.

    Args:
        count: How many points there are, in even steps.
        phi: What ``ar1`` says of the series.
    """
    if phi <= 0:
        return float(count)
    lags = np.arange(1, count)
    left = count - lags
    # How alike a straight line is to itself some lags later; 1 at lag 0.
    alike = left * (left**2 - 1 - 3 * lags**2) / (count * (count**2 - 1))
    return float(count / (1 + 2 * float(alike @ (6 / np.pi * np.arcsin(phi**lags / 2)))))
