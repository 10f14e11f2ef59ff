"""Kendall's comparison of values with time, and the slopes of all pairs of points.

Source: Mann (Nonparametric tests against trend, Econometrica 13, 1945), Kendall (Rank correlation methods,
1948) for ties, Sen (Estimates of the regression coefficient based on Kendall's tau, Journal of the American
Statistical Association 63, 1968) for the slope and its interval.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Pairs:
    """All pairs of points of a series.

    Attributes:
        slopes: From one point to a later one, in ascending order. Shape (n * (n - 1) / 2,).
        rising: How many more of them rise than fall: Kendall's S.
        variance: Of ``rising``, were the points independent; ties are taken into account.
        count: How many points there are.
    """

    slopes: NDArray[np.float64]
    rising: int
    variance: float
    count: int

    @classmethod
    def of(cls, times: NDArray[np.float64], values: NDArray[np.float64]) -> Pairs:
        """Compare each point with each; keep them to some hundreds, as there are n² / 2 pairs.

        Args:
            times: Ascending, no two alike. Shape (n,).
            values: Finite. Shape (n,).
        """
        count = len(values)
        earlier, later = np.triu_indices(count, 1)
        rise = values[later] - values[earlier]
        slopes = np.sort(rise / (times[later] - times[earlier]))
        return cls(slopes, int(np.sign(rise).sum()), _variance(values), count)

    @property
    def slope(self) -> float:
        """The slope in the middle: Theil's and Sen's."""
        return float(np.median(self.slopes))

    def between(self, spread: float) -> tuple[float, float]:
        """Return the slopes that so many pairs away from the middle have.

        Args:
            spread: How far ``rising`` may be from 0 by chance.
        """
        many = len(self.slopes)
        low = math.floor((many - spread) / 2) - 1
        high = math.ceil((many + spread) / 2)
        return float(self.slopes[max(0, low)]), float(self.slopes[min(many - 1, high)])


def _variance(values: NDArray[np.float64]) -> float:
    count = len(values)
    ties = np.unique(values, return_counts=True)[1].astype(float)
    lost = float((ties * (ties - 1) * (2 * ties + 5)).sum())
    return (count * (count - 1) * (2 * count + 5) - lost) / 18
