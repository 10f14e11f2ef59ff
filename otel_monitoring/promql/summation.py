"""Sums that lose nothing to rounding: halves are added pairwise, what rounding cuts off is kept apart.

Source: Knuth, The Art of Computer Programming, vol. 2, section 4.2.2, theorem B (the exact error of one
addition), applied at every node of a binary tree.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from otel_monitoring.promql.values import Floats


def exact_sum(terms: Floats) -> Floats:
    """Return the sums along the first axis as if computed in twice the precision.

    Args:
        terms: Shape (k, ...), k at least 1; infinities and NaN behave as in plain addition.
    """
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
