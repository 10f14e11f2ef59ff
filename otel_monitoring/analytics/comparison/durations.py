"""Whether requests take longer than before, as far as histograms can tell.

Two tests can look at the same requests. Ranks of buckets notice that many requests became somewhat slower,
whatever a few slow ones do; but what happens within one bucket they do not see. The means of slots, which are
exact as histograms keep the sum of all durations, see that, but are swayed by slow ones. Which of them is
asked is settled by what both times have in common: the one that would see a slowdown of a tenth better.

Source: Bross, How to use ridit analysis, Biometrics 14, 1958 (equal to Wilcoxon's test with ties).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.analytics.comparison.clustered import Mean, difference, mean
from otel_monitoring.analytics.comparison.slots import Slots, quantile
from otel_monitoring.analytics.student import critical

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST_REQUESTS, FEWEST_SLOTS = 100, 5
_LEVEL = 0.05
_TENTH = 0.1
_CROWDED = 0.7
"""With more than this in one bucket, nobody knows where in it: what ranks would see is a guess."""
_SHORTEST = 0.2
"""Of what the first bucket holds, little is shorter than this share of its bound."""
_QUANTILES = (0.5, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Side:
    """How long requests took at one time.

    Attributes:
        requests: How many there were.
        mean_s: The mean, in seconds.
        p50_s: Half took no longer; as near as buckets say.
        p95_s: 95 % took no longer.
        p99_s: 99 % took no longer.
    """

    requests: float
    mean_s: float
    p50_s: float
    p95_s: float
    p99_s: float


@dataclass(frozen=True, slots=True)
class Slowdown:
    """How durations changed.

    Attributes:
        before: How it was.
        after: How it is.
        ratio: By how much the mean grew: 0.1 is ten percent; NaN where there is a reason.
        low: The ratio is at least this, in 95 of 100 cases.
        high: The ratio is at most this.
        slower: How likely a request of later takes longer than one of before: 0.5 where nothing changed.
        p_value: How likely chance alone goes as far; NaN where there is a reason.
        reason: Why nothing can be said; empty where something can.
    """

    before: Side
    after: Side
    ratio: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    slower: float = float("nan")
    p_value: float = float("nan")
    reason: str = ""


def slowdown(before: Slots, after: Slots, bounds_s: NDArray[np.float64]) -> Slowdown:
    """Return how durations changed from one time to another.

    Args:
        before: Requests of the one time.
        after: Requests of the other.
        bounds_s: The upper bounds of all buckets but the last, in seconds, shape (b - 1,).
    """
    one, other = before.busy(), after.busy()
    sides = _side(one, bounds_s), _side(other, bounds_s)
    reason = _reason("before", one) or _reason("after", other)
    if reason:
        return Slowdown(*sides, reason=reason)
    pooled = _pooled(one, other)
    ranks = np.cumsum(pooled) - pooled / 2
    shift, rank_error, by_rank = difference(_ridit(one, ranks), _ridit(other, ranks))
    means = mean(one.sums_s / one.counts, one.counts), mean(other.sums_s / other.counts, other.counts)
    _, mean_error, by_mean = difference(*means)
    in_means = _TENTH * (means[0].value + means[1].value) / 2
    in_ranks = _seen_in_ranks(pooled, ranks, bounds_s)
    is_by_rank = in_ranks * mean_error >= in_means * rank_error and pooled.max() <= _CROWDED
    p_value = by_rank if is_by_rank else by_mean
    return Slowdown(*sides, *_ratio(*means), 0.5 + shift, p_value)


def _reason(which: str, slots: Slots) -> str:
    requests = float(slots.counts.sum()) if len(slots) else 0.0
    if requests < FEWEST_REQUESTS:
        return f"{which} there were {requests:.0f} requests: at least {FEWEST_REQUESTS} are needed"
    if len(slots) < FEWEST_SLOTS:
        return f"{which} there were requests at {len(slots)} times: at least {FEWEST_SLOTS} are needed"
    return ""


def _side(slots: Slots, bounds_s: NDArray[np.float64]) -> Side:
    total = slots.buckets.sum(axis=0)
    requests = float(total.sum())
    mean_s = float(slots.sums_s.sum()) / requests if requests else float("nan")
    return Side(requests, mean_s, *(quantile(q, total, bounds_s) for q in _QUANTILES))


def _pooled(one: Slots, other: Slots) -> NDArray[np.float64]:
    """Return the share of each bucket, both times counting the same."""
    shares = [slots.buckets.sum(axis=0) / slots.buckets.sum() for slots in (one, other)]
    return np.asarray((shares[0] + shares[1]) / 2)


def _seen_in_ranks(
    pooled: NDArray[np.float64], ranks: NDArray[np.float64], bounds_s: NDArray[np.float64]
) -> float:
    """Return by how much the mean rank grows if all takes a tenth longer, even within buckets."""
    if not len(bounds_s) or bounds_s[0] <= 0:
        return 0.0
    edges = np.log(np.concatenate([[bounds_s[0] * _SHORTEST], bounds_s]))
    below = np.concatenate([[0.0], np.cumsum(pooled)[:-1]])
    slowed = np.interp(edges[1:] - np.log1p(_TENTH), edges, below)
    shares = np.diff(np.concatenate([[0.0], slowed, [1.0]]))
    return float((shares - pooled) @ ranks)


def _ridit(slots: Slots, ranks: NDArray[np.float64]) -> Mean:
    counts = slots.counts
    shares = slots.buckets.sum(axis=0) / counts.sum()
    each = float(shares @ ranks**2 - (shares @ ranks) ** 2)
    return mean(slots.buckets @ ranks / counts, counts, each=each)


def _ratio(before: Mean, after: Mean) -> tuple[float, float, float]:
    """Return by how much a mean grew, with an interval: that of its logarithm, by the delta method."""
    if before.value <= 0 or after.value <= 0:
        return float("nan"), float("nan"), float("nan")
    error = np.sqrt(before.variance / before.value**2 + after.variance / after.value**2)
    grown = np.log(after.value / before.value)
    reach = critical(_LEVEL, min(before.freedom, after.freedom)) * error
    with np.errstate(over="ignore"):
        return float(np.expm1(grown)), float(np.expm1(grown - reach)), float(np.expm1(grown + reach))
