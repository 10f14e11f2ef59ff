"""Mean, spread and slope of many series in one pass through memory.

Samples are taken from the first one of their series and walked in blocks of columns that stay in the cache;
weighted sums are one product of vector and matrix per block. Constant series come out without any rounding. A
bound on the rounding of each sum tells which series need the compensated sums of ``summation``.

Source: Higham, Accuracy and Stability of Numerical Algorithms, second edition, sections 1.9 and 4.2 (shifted
data, and the bound of a plain sum: the number of terms times the unit roundoff times the sum of magnitudes).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from otel_monitoring.promql.vectors.values import Floats, Mask

_BLOCK_CELLS = 1 << 15
_ROUNDOFF = 2.0**-53
_TOLERATED = 1e-13
_SPREAD_LOST = 100.0


@dataclass(frozen=True, slots=True)
class Moments:
    """What was summed up of each series; ``d`` is the distance of a sample from the first of its series.

    Attributes:
        mean: Shape (n,).
        variance: The population variance, shape (n,).
        along: The sum of ``d`` times the weights given, shape (n,).
        mean_doubtful: Where rounding may have harmed the mean, shape (n,); ``None`` for nowhere.
        variance_doubtful: Where it may have harmed the variance, shape (n,); ``None`` for nowhere.
        moved: Where some ``d`` may not be 0, shape (n,): its square may have vanished below the smallest
            number where this is false.
    """

    mean: Floats
    variance: Floats
    along: Floats
    mean_doubtful: Mask | None
    variance_doubtful: Mask | None
    moved: Mask


def moments_of(samples: Floats, weights: Floats) -> Moments:
    """Return the moments along the first axis.

    Args:
        samples: Shape (k, n), k at least 1; a series with an infinity, NaN or overflow is doubtful.
        weights: Shape (k,).
    """
    many, first = len(samples), samples[0]
    sums, squares = _sums(samples, first, np.stack([np.ones(many), weights]))
    mean_distance, mean_square = sums[0] / many, squares / many
    mean = first + mean_distance
    variance = mean_square - mean_distance * mean_distance
    sure = many * _ROUNDOFF * np.sqrt(mean_square) <= _TOLERATED * np.abs(mean)
    sure &= np.isfinite(mean_square)
    steady = (variance * _SPREAD_LOST >= mean_square) & (mean_square > np.finfo(np.float64).tiny)
    steady |= squares == 0
    return Moments(mean, variance, sums[1], _unless(sure), _unless(steady & sure), squares != 0)


def _unless(good: Mask) -> Mask | None:
    return None if good.all() else ~good


def _sums(samples: Floats, first: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return the weighted sums of the distances from ``first``, and the sums of their squares."""
    many, count = samples.shape
    width = max(_BLOCK_CELLS // many, 64)
    sums, squares = np.empty((len(weights), count)), np.empty(count)
    scratch = np.empty((many, min(width, count)))
    for low in range(0, count, width):
        block = samples[:, low : low + width]
        away = scratch[:, : block.shape[1]]
        np.subtract(block, first[low : low + width], out=away)
        for total, weight in zip(sums, weights, strict=True):
            np.dot(weight, away, out=total[low : low + width])
        np.einsum("tn,tn->n", away, away, out=squares[low : low + width])
    return sums, squares
