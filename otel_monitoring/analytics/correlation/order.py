"""Which of the series that moved stands at the beginning.

A candidate explains the others that began soon after it, and leaves those unexplained that began before: each
of the others either follows, then it begins within a certain delay, or it has nothing to do with it, then it
may begin at any time. What moved more surprisingly is likelier to have moved the others than the reverse, as
what is passed on gets weaker on its way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DELAY = 12.0
_FOLLOWING = 0.4
_TOO_EARLY = 0.1
"""How much less likely each step is that a consequence would begin before its cause."""
_CERTAIN = 6.0
_MOST = 40.0


@dataclass(frozen=True, slots=True)
class Order:
    """Where each of n rows stands.

    Attributes:
        scores: The higher, the likelier it is the cause: a logarithm of odds, shape (n,).
        followers: How many of the others are more likely than not to follow, shape (n,).
    """

    scores: NDArray[np.float64]
    followers: NDArray[np.intp]


def order(likely: NDArray[np.float64], digits: NDArray[np.float64]) -> Order:
    """Return where rows stand that have moved for certain.

    Args:
        likely: How likely each began at each column of the window, shape (n, w).
        digits: How surprisingly each moved, shape (n,).
    """
    window = likely.shape[1]
    later = np.subtract.outer(np.arange(window), np.arange(window)).T
    delays = 1 / (1 + (np.maximum(later, 0) / _DELAY) ** 2)
    delays[later < 0] = _TOO_EARLY ** -later[later < 0]
    following = likely @ (delays / delays[0].sum()) @ likely.T * window
    weights = np.minimum(digits, _CERTAIN) / _CERTAIN
    gains = np.log(_FOLLOWING * following + 1 - _FOLLOWING) * weights
    np.fill_diagonal(gains, 0.0)
    follows = _FOLLOWING * following > 1 - _FOLLOWING
    np.fill_diagonal(follows, val=False)
    scores = gains.sum(axis=1) + np.log(np.clip(digits, 0.1, _MOST))
    return Order(scores, follows.sum(axis=1))
