"""What is rare and yet not worth a word: a small step of a series that hardly ever moves.

Such a point is neither anomalous nor does it raise the bar for what comes after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHARE: Final = 0.05
"""A step within this share of what was expected is none to tell of."""


@dataclass(frozen=True, slots=True)
class Least:
    """How far out of the range that was expected a point has to be, for ``n`` series.

    Attributes:
        above: The least distance above the range, in the unit of the series. Shape (n,).
        below: The least distance below it; infinite where nobody minds less than usual. Shape (n,).
    """

    above: NDArray[np.float64]
    below: NDArray[np.float64]

    def of(self, chosen: NDArray[np.bool_]) -> Least:
        """Return those of some of the series."""
        return Least(self.above[chosen], self.below[chosen])

    def is_petty(
        self, values: NDArray[np.float64], *, low: NDArray[np.float64], high: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        """Tell which points are not worth a word.

        A point within the range may be: not where it lies stands out then, but how the series moves. Where no
        range is known every point is worth it.

        Args:
            values: The points. Shape (n,).
            low: Lower ends of the ranges; NaN where none is known. Shape (n,).
            high: Upper ends. Shape (n,).
        """
        level = SHARE * np.fmax(np.abs(low), np.abs(high))
        over, under = values - high, low - values
        small = ((over > 0.0) & (over < np.maximum(self.above, level))) | (
            (under > 0.0) & (under < np.maximum(self.below, level))
        )
        unminded: NDArray[np.bool_] = np.isinf(self.below) & (over <= 0.0)
        return small | unminded
