"""Which series go together, at which lag, and whether that is more than chance.

Series that wander agree by accident: of two that repeat themselves, a thousand points may tell no more than
ten. The significance of a coefficient therefore counts only the points that are worth something; it is
corrected for the number of lags that were tried, and for the number of pairs.

Source: Bartlett (1935) for the points that count, by the autocorrelations of both series; Student's t for the
coefficient; Šidák (Rectangular confidence regions for the means of multivariate normal distributions, Journal
of the American Statistical Association 62, 1967) for the lags; Benjamini and Hochberg (1995) for the pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from otel_monitoring.analytics.autocorrelation import ar1, effective_size
from otel_monitoring.analytics.correlation.prepare import prepared
from otel_monitoring.analytics.correlation.ranks import ranked
from otel_monitoring.analytics.multiplicity import benjamini_hochberg
from otel_monitoring.analytics.student import two_sided

if TYPE_CHECKING:
    from numpy.typing import NDArray

Method = Literal["pearson", "spearman"]

FEWEST = 10
_FEWEST_WORTH = 3.0
_TINY = 1e-12
_PERFECT = 1 - 1e-12


@dataclass(frozen=True, slots=True)
class Pair:
    """How two series go together.

    Attributes:
        first: The row of the one.
        second: The row of the other, a larger number.
        coefficient: From -1 to 1; NaN where there is a reason.
        lag: By how many steps the second follows the first; below 0 the first follows the second.
        p_value: How likely chance alone goes as far, for any of the lags; NaN where there is a reason.
        rate: The share of chance findings among pairs as clear as this one; NaN where there is a reason.
        points: How many points both have.
        worth: How many independent points these are worth.
        reason: Why nothing can be said; empty where something can.
    """

    first: int
    second: int
    coefficient: float
    lag: int
    p_value: float
    rate: float
    points: int
    worth: float
    reason: str = ""


def correlate(values: NDArray[np.float64], *, method: Method = "pearson", most_lag: int = 0) -> list[Pair]:
    """Return how each two rows go together, at the lag where they do most.

    Args:
        values: Series on one grid, shape (n, t), NaN where there is no value; infinities count as gaps.
        method: Whether values are compared, or their ranks, which an outlier does not sway.
        most_lag: How many steps one may follow the other.
    """
    ready = prepared(values)
    series = np.where(ready.present, ready.values, np.nan)
    if method == "spearman":
        series = ranked(series)
    table = _Table(series, most_lag=min(most_lag, max(values.shape[1] - FEWEST, 0)))
    found = [
        table.pair(first, second) for first in range(len(series)) for second in range(first + 1, len(series))
    ]
    rates = benjamini_hochberg(np.array([pair.p_value for pair in found]))
    return [
        Pair(
            one.first,
            one.second,
            one.coefficient,
            one.lag,
            one.p_value,
            rate,
            one.points,
            one.worth,
            one.reason,
        )
        for one, rate in zip(found, rates.tolist(), strict=True)
    ]


class _Table:
    """The coefficients of all pairs at all lags.

    Args:
        series: Shape (n, t), NaN where there is no value.
        most_lag: Lags from minus to plus this.
    """

    def __init__(self, series: NDArray[np.float64], *, most_lag: int) -> None:
        self._present = np.isfinite(series)
        self._series = series
        self._standard = _standard(series, self._present)
        self._lags = np.arange(-most_lag, most_lag + 1)
        each = [_coefficients(self._standard, self._present.astype(float), int(lag)) for lag in self._lags]
        self._coefficients = np.stack([one[0] for one in each])
        self._counts = np.stack([one[1] for one in each])
        self._moves = np.abs(self._standard).max(axis=1, initial=0.0) > 0
        self._phi = [ar1(row) for row in series]
        self._alike = _autocorrelations(self._standard, self._present)

    def pair(self, first: int, second: int) -> Pair:
        """Return how two rows go together, the rate of all pairs left out."""
        counts = self._counts[:, first, second]
        points = int(counts[len(self._lags) // 2])
        reason = self._reason(first, second, points)
        if reason:
            nothing = float("nan")
            return Pair(first, second, nothing, 0, nothing, nothing, points, 0.0, reason)
        found = np.where(counts >= FEWEST, self._coefficients[:, first, second], 0.0)
        at = int(np.argmax(np.abs(found)))
        coefficient, lag, points = float(found[at]), int(self._lags[at]), int(counts[at])
        worth = self._worth(first, second, points)
        chance = _chance(coefficient, worth)
        tried = 1 + (len(self._lags) - 1) * min(worth / points, 1.0)
        p_value = float(-np.expm1(tried * np.log1p(-chance))) if chance < 1 else 1.0
        return Pair(first, second, coefficient, lag, p_value, float("nan"), points, worth)

    def _reason(self, first: int, second: int, points: int) -> str:
        if points < FEWEST:
            return f"both have {points} points: at least {FEWEST} are needed"
        return "" if self._moves[first] and self._moves[second] else "one of them does not move"

    def _worth(self, first: int, second: int, points: int) -> float:
        """Return how many points count: by the first lag alone or by all, whichever are fewer."""
        by_first = effective_size(points, self._phi[first], self._phi[second])
        shared = self._alike[first] * self._alike[second]
        left = 1 - np.arange(1, len(shared) + 1) / self._series.shape[1]
        by_all = points / max(1 + 2 * float(left @ shared), _TINY)
        return min(by_first, by_all, float(points)) if by_all > 0 else by_first


def _standard(series: NDArray[np.float64], present: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return rows of mean 0 and variance 1, 0 where there is no value and for rows that do not move."""
    count = np.maximum(present.sum(axis=1, keepdims=True), 1)
    known = np.where(present, series, 0.0)
    around = np.where(present, known - known.sum(axis=1, keepdims=True) / count, 0.0)
    largest = np.abs(around).max(axis=1, keepdims=True, initial=0.0)
    around = np.where(largest > _TINY, around / np.where(largest > _TINY, largest, 1.0), 0.0)
    spread = np.sqrt((around**2).sum(axis=1, keepdims=True) / count)
    return np.asarray(around / np.where(spread > 0, spread, 1.0))


def _coefficients(
    standard: NDArray[np.float64], present: NDArray[np.float64], lag: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return Pearson's coefficient of each row with each other ``lag`` later, and of how many points."""
    points = standard.shape[1]
    early, late = slice(0, points - abs(lag)), slice(abs(lag), points)
    here, there = (early, late) if lag >= 0 else (late, early)
    one, other = standard[:, here], standard[:, there]
    has_one, has_other = present[:, here], present[:, there]
    counts = has_one @ has_other.T
    known = np.maximum(counts, 1.0)
    mean_one, mean_other = one @ has_other.T / known, has_one @ other.T / known
    power_one = one**2 @ has_other.T / known - mean_one**2
    power_other = has_one @ (other**2).T / known - mean_other**2
    shared = one @ other.T / known - mean_one * mean_other
    power = np.sqrt(np.maximum(power_one, 0.0) * np.maximum(power_other, 0.0))
    found = np.where(power > _TINY, shared / np.where(power > _TINY, power, 1.0), 0.0)
    return np.clip(found, -1.0, 1.0), counts


def _autocorrelations(standard: NDArray[np.float64], present: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how alike each row is to itself, from one step to a third of its length, shape (n, k)."""
    points = standard.shape[1]
    length = 1 << (2 * points).bit_length()
    found = np.fft.irfft(np.abs(np.fft.rfft(standard, length, axis=1)) ** 2, length, axis=1)
    pairs = np.fft.irfft(np.abs(np.fft.rfft(present.astype(float), length, axis=1)) ** 2, length, axis=1)
    most = max(points // 3, 1)
    power = np.where(found[:, :1] > 0, found[:, :1], 1.0)
    share = np.maximum(pairs[:, 1 : most + 1], 1.0) / np.maximum(pairs[:, :1], 1.0)
    left = 1 - np.arange(1, most + 1) / max(points, 1)
    return np.asarray(found[:, 1 : most + 1] / power / np.maximum(share, _TINY) * left)


def _chance(coefficient: float, worth: float) -> float:
    """Return how likely so few points go together as far by chance."""
    if worth < _FEWEST_WORTH:
        return 1.0
    freedom = worth - 2
    if abs(coefficient) >= _PERFECT:
        return 0.0
    return two_sided(coefficient * np.sqrt(freedom / (1 - coefficient**2)), freedom)
