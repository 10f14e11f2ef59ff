"""Quantiles of what the buckets of a histogram counted.

Source: the documentation of ``histogram_quantile`` in Prometheus (linear inside a bucket, the highest finite
bound for what lies above it).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.reports.summary.model import finite

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
        ordered = sorted((_bound(pair), at) for at, pair in enumerate(pairs))
        kept = [(bound, pairs[at]) for bound, at in ordered if not math.isnan(bound)]
        self.bounds = np.array([bound for bound, _ in kept])
        self._now = _stacked([pair.now for _, pair in kept])
        self._before = _stacked([pair.before for _, pair in kept])

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


def quantiles(bounds: NDArray[np.float64], counts: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Return a quantile for each column of counts.

    Args:
        bounds: Upper bounds, rising, the last one infinite, shape (b,).
        counts: How many observations lie at or below each bound, shape (b, t).
        share: From 0 to 1.
    """
    steps = counts.shape[1] if counts.ndim > 1 else 0
    if len(bounds) < 2 or not math.isinf(bounds[-1]):  # noqa: PLR2004 - a histogram has two at least
        return np.full(steps, np.nan)
    with np.errstate(over="ignore", invalid="ignore"):
        return _interpolated(bounds, np.maximum.accumulate(np.nan_to_num(counts), axis=0), share)


def _interpolated(
    bounds: NDArray[np.float64], rising: NDArray[np.float64], share: float
) -> NDArray[np.float64]:
    wanted = share * rising[-1]
    at = np.minimum((rising >= wanted).argmax(axis=0), len(bounds) - 2)
    columns = np.arange(rising.shape[1])
    low = np.where(at > 0, bounds[at - 1], min(0.0, bounds[0]))
    below = np.where(at > 0, rising[at - 1, columns], 0.0)
    inside = rising[at, columns] - below
    part = np.divide(wanted - below, inside, out=np.ones(len(columns)), where=inside > 0)
    found = low + (bounds[at] - low) * np.clip(part, 0.0, 1.0)
    return np.where(rising[-1] > 0, found, np.nan)


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


def _stacked(rows: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.stack(rows) if rows else np.zeros((0, 0))


def _bound(pair: Pair) -> float:
    try:
        return float(pair.labels.get("le"))
    except ValueError:
        return math.nan
