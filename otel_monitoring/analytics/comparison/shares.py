"""Whether a larger share of requests fails than before."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.analytics.comparison.clustered import difference, mean
from otel_monitoring.analytics.comparison.durations import FEWEST_REQUESTS, FEWEST_SLOTS
from otel_monitoring.analytics.student import critical

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEVEL = 0.05
_COUNTED_UP_TO = 2000
_FEWEST_FOR_SLOTS = 10


@dataclass(frozen=True, slots=True)
class Shift:
    """How a share changed.

    Attributes:
        before: The share, 0 to 1.
        after: The share, 0 to 1.
        change: By how much it grew; NaN where there is a reason.
        low: The change is at least this, in 95 of 100 cases.
        high: The change is at most this.
        p_value: How likely chance alone goes as far; NaN where there is a reason.
        reason: Why nothing can be said; empty where something can.
    """

    before: float
    after: float
    change: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    p_value: float = float("nan")
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Trials:
    """How often something happened in some slots of time.

    Attributes:
        hits: How often it did, shape (k,); NaN where nothing is known.
        counts: How often it could have, shape (k,).
    """

    hits: NDArray[np.float64]
    counts: NDArray[np.float64]

    def busy(self) -> Trials:
        """Return the slots that had any, and of which all is known."""
        kept = np.isfinite(self.hits) & np.isfinite(self.counts) & (np.nan_to_num(self.counts) > 0)
        counts = self.counts[kept]
        return Trials(np.clip(self.hits[kept], 0.0, counts), counts)


def shift(before: Trials, after: Trials) -> Shift:
    """Return how a share changed from one time to another.

    Two tests have to agree, so that neither a few hits nor hits that come in bursts are taken for a change:
    an exact one, which takes requests for independent, and one over slots, which does not.

    Source: Przyborowski and Wilenski (Homogeneity of results in testing samples from Poisson series,
    Biometrika 31, 1940) for the exact one; Newcombe's hybrid interval (Interval estimation for the difference
    between independent proportions, Statistics in Medicine 17, 1998).

    Args:
        before: The one time.
        after: The other.
    """
    one, other = before.busy(), after.busy()
    totals = [(float(side.hits.sum()), float(side.counts.sum())) for side in (one, other)]
    shares = [hits / count if count else float("nan") for hits, count in totals]
    reason = _reason("before", one) or _reason("after", other)
    if reason:
        return Shift(shares[0], shares[1], reason=reason)
    exact = _exact(totals)
    sides = [
        mean(side.hits / side.counts, side.counts, each=share * (1 - share))
        for side, share in zip((one, other), shares, strict=True)
    ]
    hits = totals[0][0] + totals[1][0]
    by_slots = difference(*sides)[2] if hits >= _FEWEST_FOR_SLOTS else exact
    low, high = _interval(totals)
    return Shift(shares[0], shares[1], shares[1] - shares[0], low, high, max(exact, by_slots))


def _reason(which: str, trials: Trials) -> str:
    requests = float(trials.counts.sum())
    if requests < FEWEST_REQUESTS:
        return f"{which} there were {requests:.0f} requests: at least {FEWEST_REQUESTS} are needed"
    if len(trials.counts) < FEWEST_SLOTS:
        return (
            f"{which} there were requests at {len(trials.counts)} times: at least {FEWEST_SLOTS} are needed"
        )
    return ""


def _exact(totals: list[tuple[float, float]]) -> float:
    """Return how likely hits divide as unevenly between both times, given how many there were."""
    (hits_before, count_before), (hits_after, count_after) = totals
    hits = round(hits_before + hits_after)
    share = count_after / (count_before + count_after)
    if hits == 0:
        return 1.0
    if hits > _COUNTED_UP_TO:
        z = (hits_after - hits * share) / math.sqrt(hits * share * (1 - share))
        return math.erfc(abs(z) / math.sqrt(2))
    each = np.arange(hits + 1)
    logs = np.cumsum(np.concatenate([[0.0], np.log((hits - each[:-1]) / (each[:-1] + 1))]))
    logs = logs + each * math.log(share) + (hits - each) * math.log1p(-share)
    chances = np.exp(logs)
    at = min(max(round(hits_after), 0), hits)
    return float(min(1.0, 2 * min(chances[: at + 1].sum(), chances[at:].sum())))


def _interval(totals: list[tuple[float, float]]) -> tuple[float, float]:
    (hits_before, count_before), (hits_after, count_after) = totals
    low_before, high_before = _wilson(hits_before, count_before)
    low_after, high_after = _wilson(hits_after, count_after)
    before, after = hits_before / count_before, hits_after / count_after
    change = after - before
    return (
        change - math.hypot(after - low_after, high_before - before),
        change + math.hypot(high_after - after, before - low_before),
    )


def _wilson(hits: float, count: float) -> tuple[float, float]:
    z = critical(_LEVEL, math.inf)
    share = hits / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    reach = z / (1 + z * z / count) * math.sqrt(share * (1 - share) / count + (z / (2 * count)) ** 2)
    return max(0.0, middle - reach), min(1.0, middle + reach)
