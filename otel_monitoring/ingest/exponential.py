"""Exponential histograms as explicit buckets, since the store keeps no native histograms.

A bucket of base ``2 ** (2 ** -scale)`` and index ``i`` holds values in ``(base ** i, base ** (i + 1)]``
(OpenTelemetry metrics data model, "ExponentialHistogram"). It is counted whole in the first explicit bucket
whose bound is at least its upper end, so a count is late by at most the width of one exponential bucket.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_BOUNDS: tuple[float, ...] = tuple(
    float(f"{mantissa}e{exponent}") for exponent in range(-3, 5) for mantissa in (1, 2.5, 5)
)
"""Three bounds a decade from 0.001 to 50,000."""

_LARGEST_EXPONENT = 1024
_TOLERANCE = 1e-9


def bucket_counts(point: Any, bounds: Sequence[float]) -> list[int]:
    """Return the counts of an exponential point by explicit bucket, the last one for ``+Inf``.

    Args:
        point: An ``ExponentialHistogramDataPoint`` of the SDK.
        bounds: Upper bounds, ascending, shape (n,).

    Returns:
        Counts, shape (n + 1,).
    """
    counts = [0] * (len(bounds) + 1)
    counts[bisect_left(bounds, 0.0)] += point.zero_count
    width = 2.0**-point.scale
    for at, count in enumerate(point.positive.bucket_counts):
        if count:
            counts[_place(_power((point.positive.offset + at + 1) * width), bounds)] += count
    for at, count in enumerate(point.negative.bucket_counts):
        if count:
            counts[_place(-_power((point.negative.offset + at) * width), bounds)] += count
    return counts


def _power(exponent: float) -> float:
    return 2.0**exponent if exponent < _LARGEST_EXPONENT else float("inf")


def _place(upper: float, bounds: Sequence[float]) -> int:
    """Return the first bound at or above ``upper``, forgiving what rounding adds to a power."""
    return bisect_left(bounds, upper - abs(upper) * _TOLERANCE if upper != float("inf") else upper)
