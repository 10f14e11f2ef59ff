"""Means of what comes in slots: requests of one minute resemble each other, as do minutes in a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.analytics.autocorrelation import ar1, effective_size
from otel_monitoring.analytics.student import two_sided

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FEWEST_FOR_ORDER = 20
_STRETCHES = 10


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over slots of different weight.

    Attributes:
        value: The mean of all.
        variance: Of the mean.
        freedom: Degrees of freedom behind the variance.
    """

    value: float
    variance: float
    freedom: float


def mean(slots: NDArray[np.float64], weights: NDArray[np.float64], *, each: float = 0.0) -> Mean:
    """Return the mean of slots, with a variance that their differences show.

    Slots in a row may repeat each other: in the very next one, or slowly, which shows in longer stretches.

    Source: the variance of a ratio of sums over clusters (Cochran, Sampling Techniques, section 6.3); batch
    means for what repeats slowly (Law, Simulation Modeling and Analysis, section 9.5).

    Args:
        slots: The mean of each slot, shape (k,), two at least.
        weights: How much is behind each, above 0, shape (k,).
        each: The variance of one unit of weight, where it is known: the variance is no lower than were all
            of them independent.
    """
    total = float(weights.sum())
    value = float(weights @ slots) / total
    apart = weights * (slots - value)
    count = len(slots)
    repeated = ar1(apart) if count >= _FEWEST_FOR_ORDER else 0.0
    worth = effective_size(count, repeated)
    shown = _variance(apart) * count / worth
    if count >= _FEWEST_FOR_ORDER:
        edges = np.linspace(0, count, _STRETCHES, endpoint=False).astype(int)
        stretches = _variance(np.add.reduceat(apart, edges))
        if stretches > shown:
            shown, worth = stretches, _STRETCHES
    return Mean(value, max(shown / total**2, each / total), max(worth - 1, 1.0))


def _variance(apart: NDArray[np.float64]) -> float:
    """Return the variance of a sum, of whose parts the mean is 0."""
    return float(apart @ apart) * len(apart) / (len(apart) - 1)


def difference(before: Mean, after: Mean) -> tuple[float, float, float]:
    """Return by how much a mean grew, the error of that, and how likely chance alone goes as far.

    Source: Welch, The generalization of Student's problem when several different population variances are
    involved, Biometrika 34, 1947.
    """
    change, variance = after.value - before.value, before.variance + after.variance
    if variance <= 0:
        return change, 0.0, 1.0 if change == 0 else 0.0
    shares = np.array([before.variance, after.variance]) / variance
    freedom = 1 / float((shares**2 / np.array([before.freedom, after.freedom])).sum())
    error = float(np.sqrt(variance))
    return change, error, two_sided(change / error, freedom)
