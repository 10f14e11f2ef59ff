"""Quantiles and ends of what the buckets of many histograms counted, all histograms at once.

Source: the documentation of ``histogram_quantile`` in Prometheus (linear inside a bucket, the highest finite
bound for what lies above it).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_LEAST_SHARE = 1e-9
"""A bucket with less than this share of all observations is empty: sums of floats are not exact."""


def quantiles(bounds: NDArray[np.float64], counts: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Return a quantile for each column of counts; NaN where nothing was observed.

    Args:
        bounds: Upper bounds, rising, the last one infinite, shape (b,).
        counts: How many observations lie at or below each bound, shape (b, t).
        share: From 0 to 1.
    """
    if not _is_histogram(bounds, counts):
        return _unknown(counts)
    with np.errstate(over="ignore", invalid="ignore"):
        return _interpolated(bounds, _rising(counts), share)


def lowest(bounds: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each column what no observation is below: the lower end of the first bucket that has any.

    Args:
        bounds: As in :func:`quantiles`.
        counts: As in :func:`quantiles`.
    """
    if not _is_histogram(bounds, counts):
        return _unknown(counts)
    rising = _rising(counts)
    at = (rising > _LEAST_SHARE * rising[-1]).argmax(axis=0)
    return np.where(rising[-1] > 0, np.where(at > 0, bounds[at - 1], min(0.0, bounds[0])), np.nan)


def highest(bounds: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each column what no observation is above: the bound of the last bucket that has any.

    It is infinite where some lie above the highest finite bound.

    Args:
        bounds: As in :func:`quantiles`.
        counts: As in :func:`quantiles`.
    """
    if not _is_histogram(bounds, counts):
        return _unknown(counts)
    rising = _rising(counts)
    at = (rising >= (1 - _LEAST_SHARE) * rising[-1]).argmax(axis=0)
    return np.where(rising[-1] > 0, bounds[at], np.nan)


def by_bound(
    rows: Iterable[tuple[float, NDArray[np.float64]]],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return bounds, rising, and counts; one bound may be written in two ways, as 5 and as 5.0.

    Args:
        rows: Bounds, each with counts of shape (t,), NaN where there are none; those of one bound are added.

    Returns:
        Bounds of shape (b,), and counts of shape (b, t).
    """
    found: dict[float, NDArray[np.float64]] = {}
    for bound, counts in rows:
        found[bound] = _plus(found[bound], counts) if bound in found else counts
    bounds = sorted(found)
    stacked = np.stack([found[bound] for bound in bounds]) if found else np.zeros((0, 0))
    return np.array(bounds), stacked


def _plus(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    unknown = np.isnan(one) & np.isnan(other)
    return np.where(unknown, np.nan, np.nan_to_num(one) + np.nan_to_num(other))


def _is_histogram(bounds: NDArray[np.float64], counts: NDArray[np.float64]) -> bool:
    return counts.ndim > 1 and len(bounds) >= 2 and math.isinf(bounds[-1])  # noqa: PLR2004 - two at least


def _unknown(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.full(counts.shape[1] if counts.ndim > 1 else 0, np.nan)


def _rising(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.maximum.accumulate(np.nan_to_num(counts), axis=0)


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
