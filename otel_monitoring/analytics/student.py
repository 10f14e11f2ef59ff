"""Student's distribution for any number of degrees of freedom, whole or not.

Source: NIST Digital Library of Mathematical Functions, 8.17 (the incomplete beta function and its continued
fraction), evaluated as Thompson and Barnett do (Coulomb and Bessel functions, Journal of Computational
Physics 64, 1986, for Lentz's method without zero divisors).
"""

from __future__ import annotations

import math
from statistics import NormalDist

_MOST_TERMS = 400
_EXACT_ENOUGH = 1e-12
_TINY = 1e-300
_NORMAL_FROM = 1e4
_HALVINGS = 80


def two_sided(statistic: float, freedom: float) -> float:
    """Return how likely a statistic is at least as far from 0.

    Args:
        statistic: A finite number.
        freedom: Degrees of freedom, above 0.
    """
    if freedom >= _NORMAL_FROM:
        return 2 * NormalDist().cdf(-abs(statistic))
    squared = statistic * statistic
    if not math.isfinite(squared):
        return 0.0
    return _beta(freedom / 2, 0.5, freedom / (freedom + squared))


def critical(level: float, freedom: float) -> float:
    """Return the statistic beyond which, on either side, a share of ``level`` lies.

    Args:
        level: Above 0 and below 1, such as 0.05.
        freedom: Degrees of freedom, above 0.
    """
    if freedom >= _NORMAL_FROM:
        return NormalDist().inv_cdf(1 - level / 2)
    low, high = 0.0, 1.0
    while two_sided(high, freedom) > level:
        low, high = high, 2 * high
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if two_sided(middle, freedom) > level else (low, middle)
    return high


def _beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function."""
    if x <= 0 or x >= 1:
        return 1.0 if x >= 1 else 0.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(b, a, 1 - x)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(log_front) * _fraction(a, b, x) / a


def _fraction(a: float, b: float, x: float) -> float:
    above, below = 1.0, 1 / _apart(1 - (a + b) * x / (a + 1))
    found = below
    for term in range(1, _MOST_TERMS):
        even = term * (b - term) * x / ((a + 2 * term - 1) * (a + 2 * term))
        odd = -(a + term) * (a + b + term) * x / ((a + 2 * term) * (a + 2 * term + 1))
        change = 1.0
        for part in (even, odd):
            below = 1 / _apart(1 + part * below)
            above = _apart(1 + part / above)
            change = below * above
            found *= change
        if abs(change - 1) < _EXACT_ENOUGH:
            break
    return found


def _apart(value: float) -> float:
    """Return a value that may be divided by."""
    return value if abs(value) > _TINY else _TINY
