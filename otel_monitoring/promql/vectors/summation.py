"""Sums that lose nothing to rounding, for many series at once.

Most sums go the short way: every term is split into a part on a grid so coarse that the parts add up without
any rounding, and a tiny rest whose rounding does not matter. Where the rest does matter, because large terms
cancel, halves are added pairwise and what rounding cuts off is kept apart.

Sources: Rump, Ogita, Oishi, "Accurate floating-point summation, part I", SIAM J. Sci. Comput. 31 (2008),
algorithm 3.2 (the split); Knuth, The Art of Computer Programming, vol. 2, section 4.2.2, theorem B (the exact
error of one addition).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from otel_monitoring.promql.vectors.values import Floats

_FEW_COLUMNS = 64
_MANY_TERMS = 1 << 20
_CANCELLED = 2.0**-48
_LARGEST_EXPONENT = 1000
_CELLS_AT_ONCE = 32_000


def exact_sum(terms: Floats) -> Floats:
    """Return the sums along the first axis as if computed in about twice the precision.

    Args:
        terms: Shape (k, ...), k at least 1; infinities and NaN behave as in plain addition.
    """
    flat = terms.reshape(len(terms), -1)
    if flat.shape[1] < _FEW_COLUMNS or not 1 < len(flat) < _MANY_TERMS:
        return _by_halves(terms)
    total, doubtful = _by_split(flat)
    if doubtful.any():
        total[doubtful] = _by_halves(flat[:, doubtful])
    return total.reshape(terms.shape[1:])


def _by_split(terms: Floats) -> tuple[Floats, Floats]:
    """Return the sums along the first axis, and which of them need a closer look.

    ``grid + term - grid`` keeps the bits of ``term`` that lie on the grid of ``grid``; as many of them as
    there are rows add up exactly, since the sum stays below ``grid``.
    """
    largest = np.maximum(terms.max(axis=0), -terms.min(axis=0))
    _, exponent = np.frexp(largest)
    exponent = exponent + math.ceil(math.log2(len(terms) + 1)) + 1
    tame = np.isfinite(largest) & (exponent < _LARGEST_EXPONENT)
    grid = np.ldexp(1.0, np.where(tame, exponent, 0))
    coarse, rest = np.zeros_like(grid), np.zeros_like(grid)
    part = np.empty_like(grid)
    for row in terms:
        np.add(grid, row, out=part)
        np.subtract(part, grid, out=part)
        coarse += part
        np.subtract(row, part, out=part)
        rest += part
    total = coarse + rest
    doubtful = ~tame | ((np.abs(total) < grid * _CANCELLED * len(terms)) & (largest != 0))
    return total, doubtful


def _by_halves(terms: Floats) -> Floats:
    """Return the sums along the first axis, adding pairwise and keeping what rounding cuts off."""
    high, low = terms, np.zeros_like(terms)
    while len(high) > 1:
        half = (len(high) + 1) // 2
        rest = len(high) - half
        a, b = high[:rest], high[half:]
        total = a + b
        back = total - a
        lost = (a - (total - back)) + (b - back)
        lost += low[:rest] + low[half:]
        if rest < half:
            total = np.concatenate([total, high[rest:half]])
            lost = np.concatenate([lost, low[rest:half]])
        high, low = total, lost
    plain = high[0]
    corrected: Floats = np.where(np.isfinite(plain), plain + low[0], plain)
    return corrected


def exact_sum_1d(terms: Floats) -> float:
    """Return the sum of a flat array, exactly rounded; infinities and NaN behave as in plain addition."""
    try:
        return math.fsum(terms.tolist())
    except (OverflowError, ValueError):
        return float(terms.sum())


def squares_about(samples: Floats, center: Floats) -> Floats:
    """Return the sums of the squared distances from ``center`` along the first axis.

    Args:
        samples: Shape (k, n).
        center: Shape (n,). No term is negative, so nothing cancels.
    """
    total = np.zeros_like(center)
    together = max(_CELLS_AT_ONCE // max(samples.shape[1], 1), 1)
    for begin in range(0, len(samples), together):
        part = samples[begin : begin + together] - center
        np.multiply(part, part, out=part)
        total += part.sum(axis=0)
    return total
