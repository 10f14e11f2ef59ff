"""Requests as they are kept: counted by slots of time and by buckets of duration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Slots:
    """What happened in some slots of time of equal length, oldest first.

    Attributes:
        buckets: Requests by duration, the last bucket without an end, shape (k, b); NaN where not known.
        sums_s: All durations of a slot together, in seconds, shape (k,).
    """

    buckets: NDArray[np.float64]
    sums_s: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of slots."""
        return len(self.sums_s)

    @property
    def counts(self) -> NDArray[np.float64]:
        """Requests of each slot, shape (k,)."""
        found: NDArray[np.float64] = self.buckets.sum(axis=1)
        return found

    def busy(self) -> Slots:
        """Return the slots that had requests and of which all is known."""
        with np.errstate(over="ignore"):
            known = np.isfinite(self.buckets).all(axis=1) & np.isfinite(self.sums_s) & (self.sums_s >= 0)
            buckets = np.where(known[:, None], np.maximum(self.buckets, 0.0), 0.0)
            kept = known & np.isfinite(buckets.sum(axis=1)) & (buckets.sum(axis=1) > 0)
        return Slots(buckets[kept], self.sums_s[kept])


def quantile(q: float, buckets: NDArray[np.float64], bounds_s: NDArray[np.float64]) -> float:
    """Return a quantile as ``histogram_quantile`` does; NaN without requests.

    Args:
        q: Between 0 and 1.
        buckets: Requests in each bucket, shape (b,).
        bounds_s: The upper bounds of all but the last, in seconds, shape (b - 1,).
    """
    total = np.cumsum(buckets)
    if not len(total) or total[-1] <= 0:
        return float("nan")
    at = int(np.searchsorted(total, q * total[-1]))
    if at >= len(bounds_s):
        return float(bounds_s[-1]) if len(bounds_s) else float("nan")
    low = float(bounds_s[at - 1]) if at else 0.0
    below = float(total[at - 1]) if at else 0.0
    inside = float(buckets[at])
    share = (q * float(total[-1]) - below) / inside if inside > 0 else 1.0
    return low + (float(bounds_s[at]) - low) * share
