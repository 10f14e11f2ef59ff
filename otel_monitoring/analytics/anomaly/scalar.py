"""The adaptive method for one series, in plain floats: the same figures as one row of a bank, for less.

A bank spends some hundred numpy calls a tick, which is nothing for thousands of series and far too much
for one. Every part here mirrors its namesake for many series, where the sources are named: ``tails``,
``groups``, ``silence``, ``adaptive``.
"""

from __future__ import annotations

from math import exp, inf, log, log1p
from typing import Final

from otel_monitoring.analytics.anomaly import layout as at

NATS: Final = -log(at.TAIL)
GROUP_NATS: Final = -log(at.GROUP_TAIL)


class Tails:
    """The tails of the residual streams."""

    def __init__(self) -> None:
        self.edges = [0.0] * (2 * at.COUNT)
        self.slopes = [at.SLOPE] * (2 * at.COUNT)
        self._beyond = [0.0] * (2 * at.COUNT)
        self._sizes = [0.0] * at.COUNT

    def evidence(self, first: int, *, residuals: tuple[float, ...], seen: int) -> list[float]:
        """Return how rare residuals are, in nats, and learn them.

        Args:
            first: The stream of the first residual; the others follow it.
            residuals: One of each stream.
            seen: Residuals that these streams had before.
        """
        if seen < at.FIRST:
            return [
                self._young(first + place, residual=residual, seen=seen)
                for place, residual in enumerate(residuals)
            ]
        rate = _rate(seen)
        edges, slopes, least = self.edges, self.slopes, at.LEAST_EDGE
        said = []
        high = 2 * first
        for residual in residuals:
            low = high + 1
            side, size = (high, residual) if residual >= 0.0 else (low, -residual)
            ratio = size / edges[side]
            said.append(NATS * ratio if ratio <= 1.0 else self._passed(side, size=size, rate=rate))
            edge = edges[high] * (1.0 - slopes[high] * rate)
            edges[high] = max(least, edge)
            edge = edges[low] * (1.0 - slopes[low] * rate)
            edges[low] = max(least, edge)
            high += 2
        return said

    def _young(self, stream: int, *, residual: float, seen: int) -> float:
        mean = self._sizes[stream]
        edge = max(at.FIRST_EDGE * mean, at.LEAST_EDGE)
        self.edges[2 * stream] = self.edges[2 * stream + 1] = edge
        size = abs(residual)
        self._sizes[stream] = mean + (size - mean) / (seen + 1.0)
        if seen <= at.YOUNG:
            return 0.0
        ratio = size / edge
        if ratio <= 1.0:
            return NATS * ratio
        return NATS + at.PRIOR_BEYOND * log1p(log(ratio) / at.SLOPE / at.PRIOR_BEYOND)

    def _passed(self, side: int, *, size: float, rate: float) -> float:
        largest = self._sizes[side // 2]
        edge = self.edges[side] = max(self.edges[side], at.LEAST_SHARE * largest)
        self._sizes[side // 2] = max(largest * at.LARGEST_FADES, size)
        ratio = size / edge
        return NATS * ratio if ratio <= 1.0 else self._exceeded(side, excess=log(ratio), rate=rate)

    def _exceeded(self, side: int, *, excess: float, rate: float) -> float:
        slope = self.slopes[side]
        trust = min(self._beyond[side] + at.PRIOR_BEYOND, at.MOST_BEYOND)
        self.edges[side] *= exp(slope * rate / at.TAIL)
        far = min(excess, at.MOST_EXCESS * slope)
        self.slopes[side] = max(slope + (far - slope) / trust, at.LEAST_SLOPE)
        self._beyond[side] += 1.0
        return NATS + trust * log1p(excess / slope / trust)


class Group:
    """The tail of the mean evidence of a few streams.

    Args:
        number: Which of the groups: 0 for levels, 1 for points, 2 for the spread.
    """

    def __init__(self, number: int) -> None:
        self._high = at.GROUP_HIGH[number]
        self._excess = at.GROUP_EXCESS[number]
        self._most_excess = at.GROUP_MOST_EXCESS[number]
        self._exceeded = 0.0
        self._crowd = at.GROUP_TAIL

    def rarity(self, mean: float, *, seen: int) -> float:
        """Return how rare so much evidence is, in nats, and learn it."""
        if mean <= 0.0:
            return 0.0
        beyond = mean - self._high
        said = max(GROUP_NATS + beyond / self._excess, 0.0)
        rate = max(1.0 / (max(seen - 1.0 - at.YOUNG, 0.0) + at.GROUP_SETTLED), 1.0 / at.GROUP_MEMORY)
        if beyond <= 0.0:
            self._crowd -= at.CROWD_SHARE * self._crowd
            self._high -= self._excess * rate
            return said
        weight = min(1.0, max(at.CROWD_FREE * at.GROUP_TAIL / self._crowd, at.CROWD_LEAST))
        self._crowd += at.CROWD_SHARE * (1.0 - self._crowd)
        self._exceeded += weight
        far = min(beyond, self._most_excess * self._excess)
        share = weight / min(self._exceeded + at.GROUP_PRIOR, at.GROUP_MOST)
        self._excess += share * (far - self._excess)
        self._high += self._excess / at.GROUP_TAIL * rate * weight * (1.0 - at.GROUP_TAIL)
        return said


class Silence:
    """Runs of one value."""

    def __init__(self) -> None:
        self._run = 0
        self._longest = 0.0
        self._repeats = 0
        self._chances = 0
        self._repeated = False
        self._likely = 0.5
        self._lowest, self._highest = inf, -inf

    def nats(self, *, repeats: bool, seen: int) -> float:
        """Return how rare the present run is, in nats, and learn it."""
        if self._repeated:
            self._chances += 1
            self._repeats += repeats
        self._repeated = repeats
        if not repeats:
            self._longest = max(self._longest * at.LONGEST_DECAY, self._run)
            self._run = 0
            self._likely = (self._repeats + 1.0) / (self._chances + 2.0)
            return 0.0
        self._run += 1
        if (
            self._run < at.SHORTEST_RUN
            or seen - self._run < at.SILENT_AFTER
            or self._run <= at.LONGER_THAN * self._longest
        ):
            return 0.0
        nats = self._run * -log(max(self._likely, at.LEAST_LIKELY))
        return min(nats, at.MOST_SILENCE) if nats >= at.LEAST_SILENCE else 0.0

    def is_known(self, value: float, *, seen: int) -> bool:
        """Return whether a series that hardly ever changes takes a value in the range it has had."""
        if self._lowest <= value <= self._highest:
            return self._chances > at.MOSTLY * seen
        self._lowest, self._highest = min(self._lowest, value), max(self._highest, value)
        return False


class Bars:
    """What former detections, restarts and deploys ask of the next one."""

    def __init__(self) -> None:
        self._day = 0.0
        self._week = 0.0
        self._habit = 0.0
        self._gap_s = 0.0
        self._fades = (1.0, 1.0, 1.0)

    def above(self, strange: float, *, gap_s: float) -> float:
        """Return what rises above the bars, and raise them."""
        if gap_s != self._gap_s:
            self._gap_s = gap_s
            self._fades = (exp(-gap_s / at.DAY_BAR_S), exp(-gap_s / at.WEEK_BAR_S), exp(-gap_s / at.HABIT_S))
        day = self._day * self._fades[0]
        week = self._week * self._fades[1]
        self._habit *= self._fades[2]
        score = strange - max(day, week) - at.HABIT_COST * self._habit
        share = at.DAY_BAR_SHARE
        if score >= at.THRESHOLD:
            share = at.FOUND_BAR_SHARE
            self._habit += 1.0
        self._day = max(day, share * strange)
        self._week = max(week, at.WEEK_BAR_SHARE * strange)
        return max(0.0, score)


def _rate(seen: int) -> float:
    return max(1.0 / (seen + at.SETTLED), 1.0 / at.LONG_MEMORY)
