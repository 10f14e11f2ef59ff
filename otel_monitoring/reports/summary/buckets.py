"""What the buckets of a histogram counted in a period and in the one before."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.reports.summary.model import finite
from otel_monitoring.views.histograms import by_bound, quantiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from otel_monitoring.reports.summary.asker import Pair


class Buckets:
    """The buckets of one histogram over a period and the one before.

    Args:
        pairs: One for each upper bound, with the label ``le``, counting up to the bound.
    """

    def __init__(self, pairs: Sequence[Pair]) -> None:
        known = [(bound, pair) for pair in pairs if not math.isnan(bound := _bound(pair))]
        self.bounds, self._now = by_bound((bound, pair.now) for bound, pair in known)
        _, self._before = by_bound((bound, pair.before) for bound, pair in known)

    @property
    def count(self) -> float:
        """How many observations there were."""
        return _count(self._now)

    @property
    def count_before(self) -> float:
        """How many there were in the period before."""
        return _count(self._before)

    def quantile(self, share: float) -> float | None:
        """Return the value below which so large a share of all observations lies."""
        return _one(self.bounds, self._now, share)

    def quantile_before(self, share: float) -> float | None:
        """Return the same of the period before."""
        return _one(self.bounds, self._before, share)

    def curve(self, share: float) -> NDArray[np.float64]:
        """Return the quantile of each step, NaN where nothing was observed."""
        return quantiles(self.bounds, self._now, share)

    def counts(self) -> NDArray[np.float64]:
        """Return how many observations there were in each step."""
        return self._now[-1] if len(self._now) else np.zeros(0)


def _one(bounds: NDArray[np.float64], counts: NDArray[np.float64], share: float) -> float | None:
    if not counts.size:
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        found = float(quantiles(bounds, np.nansum(counts, axis=1, keepdims=True), share)[0])
    return finite(found)


def _count(counts: NDArray[np.float64]) -> float:
    if not len(counts):
        return 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        return finite(float(np.nansum(counts[-1]))) or 0.0


def _bound(pair: Pair) -> float:
    try:
        return float(pair.labels.get("le"))
    except ValueError:
        return math.nan
