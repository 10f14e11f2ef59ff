"""One series watched point by point."""

from __future__ import annotations

from math import exp, isfinite, log, nan
from typing import Final

from otel_monitoring.analytics.anomaly import layout as at
from otel_monitoring.analytics.anomaly.budget import rarity_hours, threshold
from otel_monitoring.analytics.anomaly.hours import Hours
from otel_monitoring.analytics.anomaly.scalar import Bars, Group, Silence, Tails
from otel_monitoring.analytics.anomaly.verdict import REASONS, UNJUDGED, Reason, Verdict

NOTHING: Final = [0.0, 0.0, 0.0]
FURTHER: Final = log(at.TAIL / at.RANGE_RARITY)


class Detector:
    """Watch one series: the same figures as one row of a bank, in plain floats.

    Args:
        minimum: Accepted for interfaces that know the range of a series beforehand, and ignored.
        maximum: Likewise.
        false_alarm_hours: Hours a day with a false alarm in them that the series may cost.
    """

    def __init__(
        self,
        minimum: float | None = None,
        maximum: float | None = None,
        *,
        false_alarm_hours: float = at.DEFAULT_BUDGET_HOURS,
    ) -> None:
        del minimum, maximum
        self._threshold = threshold(false_alarm_hours)
        self._seen = self._seen_seasonal = 0
        self._newest_s = self._step_s = self._previous = 0.0
        self._smooth = self._level = self._points = self._spread = 0.0
        self._levels = [0.0] * len(at.LEVEL_SHARES)
        self._offs = [0.0] * len(at.SEASON_SHARES)
        self._hours = Hours()
        self._tails = Tails()
        self._groups = (Group(0), Group(1), Group(2))
        self._silence = Silence()
        self._bars = Bars()
        self._said = [0.0] * at.COUNT
        self._ranks = (0.0, 0.0, 0.0)
        self._quiet = 0.0
        self._strange = 0.0

    def update(self, timestamp_s: float, value: float) -> float:
        """Judge one point, learn it, and return its score from 0 to 1.

        Args:
            timestamp_s: Unix time in seconds; a time at or before the newest counts as the next step.
            value: The point. NaN and infinities are neither judged nor learned.
        """
        if not (isfinite(value) and isfinite(timestamp_s)):
            return 0.0
        hour = int(timestamp_s // at.HOUR_S)
        score = self._judged(timestamp_s, _clipped(value), hour=hour, usual=self._hours.expected(hour))
        return score / (score + at.THRESHOLD)

    def judge(self, timestamp_s: float, value: float) -> Verdict:
        """Judge one point, learn it, and return all that is known about it."""
        if not (isfinite(value) and isfinite(timestamp_s)):
            return UNJUDGED
        hour = int(timestamp_s // at.HOUR_S)
        usual = self._hours.expected(hour)
        low, high = self._range(usual)
        score = self._judged(timestamp_s, _clipped(value), hour=hour, usual=usual)
        return Verdict(
            score=score / (score + at.THRESHOLD),
            is_anomalous=score >= self._threshold,
            expected_low=low,
            expected_high=high,
            rarity_hours=rarity_hours(self._strange),
            reason=self._reason(),
        )

    def _judged(self, time_s: float, value: float, *, hour: int, usual: float | None) -> float:
        gap_s = self._step(time_s)
        said = self._said = self._evidence(value, usual)
        seen = self._seen
        self._quiet = self._silence.nats(repeats=seen > 0 and value == self._previous, seen=seen)
        shared = said[at.SHORT_SEASON] + said[at.VALUE] + said[at.SLOW]
        general = (shared + said[at.MIDDLE] + said[at.QUICK] + said[at.SEASON] + said[at.LONG_SEASON]) / 7.0
        points = (said[at.JUMP] + said[at.DISTANCE] + said[at.SEASON]) / 3.0
        self._rank(points, level=(said[at.SHORT] + shared) / 4.0)
        strange = self._together(general)
        if self._silence.is_known(value, seen=seen) and self._quiet == 0.0:
            strange = 0.0
        self._strange = strange
        self._hours.learn(hour, value)
        self._seen = seen + 1
        self._newest_s, self._previous = time_s, value
        return self._bars.above(strange, gap_s=gap_s)

    def _rank(self, points: float, *, level: float) -> None:
        """Learn how rare the evidence of level, points and spread is."""
        self._level = level
        self._points += at.POINT_SHARE * (points - self._points)
        self._spread += at.SPREAD_SHARE * (min(points, at.SPREAD_MOST) - self._spread)
        seen = self._seen
        self._ranks = (
            self._groups[0].rarity(level, seen=seen),
            self._groups[1].rarity(self._points, seen=seen),
            self._groups[2].rarity(self._spread, seen=seen),
        )

    def _step(self, time_s: float) -> float:
        """Follow the usual step, and return the time since the newest point."""
        if not self._seen:
            return 0.0
        gap_s = max(time_s - self._newest_s, 0.0)
        if self._step_s > 0.0:
            self._step_s += at.STEP_SHARE * (min(gap_s, at.STEP_STRETCH * self._step_s) - self._step_s)
        else:
            self._step_s = gap_s
        return gap_s

    def _evidence(self, value: float, usual: float | None) -> list[float]:
        """Move the levels to the new point, and return the evidence of every stream."""
        seen = self._seen
        old = self._levels
        youth = 1.0 / (seen + 1.0)
        shares = at.LEVEL_SHARES if seen >= at.LONGEST_LEVEL else [max(s, youth) for s in at.LEVEL_SHARES]
        self._levels = new = [
            level + share * (value - level) for level, share in zip(old, shares, strict=True)
        ]
        seasonal = self._seasonal(value, usual)
        if not seen:
            return [0.0] * at.COUNT
        residuals = (
            new[0] - old[6],
            new[3] - old[6],
            new[3] - old[5],
            new[2] - old[4],
            new[1] - old[4],
            value - old[0],
            value - old[2],
        )
        return self._tails.evidence(at.VALUE, residuals=residuals, seen=seen - 1) + seasonal

    def _seasonal(self, value: float, usual: float | None) -> list[float]:
        if usual is None or not self._seen:
            return NOTHING
        off = value - usual
        if abs(off) <= at.ROUNDING * abs(value):
            off = 0.0
        youth = 1.0 / (self._seen + 1.0)
        old = self._offs
        self._offs = new = [
            level + max(share, youth) * (off - level)
            for level, share in zip(old, at.SEASON_SHARES, strict=True)
        ]
        self._seen_seasonal += 1
        residuals = (off, new[0] - old[2], new[1] - old[2])
        return self._tails.evidence(at.SEASON, residuals=residuals, seen=self._seen_seasonal - 1)

    def _together(self, general: float) -> float:
        """Put the evidence together, and ask more of a finely sampled series."""
        self._smooth += at.SMOOTH_SHARE * (general - self._smooth)
        if general <= 0.0:
            return 0.0
        both = general + at.SMOOTH_WEIGHT * (self._smooth - general)
        agreed: float = both**at.POWER / at.POWER_SCALE
        level, point, spread = self._ranks
        less_level, less_point, less_spread = at.GROUP_DISCOUNTS
        alone = max(
            level - less_level, point - less_point, spread - less_spread, self._quiet - at.SILENCE_DISCOUNT
        )
        finer = log(min(max(self._step_s, at.FINEST_STEP_S), at.FINE_STEP_S) / at.FINE_STEP_S)
        strange = max(agreed + at.FINE_COST_AGREED * finer, alone + at.FINE_COST_ALONE * finer)
        return min(max(strange, 0.0), at.MOST_EVIDENCE)

    def _range(self, usual: float | None) -> tuple[float, float]:
        """Return the range that all but one in a thousand points on each side were expected in."""
        if self._seen <= at.YOUNG:
            return nan, nan
        stream = at.DISTANCE if usual is None else at.SEASON
        middle = self._levels[2] if usual is None else usual
        edges, slopes = self._tails.edges, self._tails.slopes
        above, below = (
            edges[side] * exp(min(slopes[side] * FURTHER, 10.0)) for side in (2 * stream, 2 * stream + 1)
        )
        return middle - below, middle + above

    def _reason(self) -> Reason:
        if self._strange <= 0.0:
            return Reason.NONE
        if self._quiet > max(self._ranks):
            return Reason.SILENCE
        if self._ranks[2] > max(self._ranks[:2]) and self._spread > self._level:
            return Reason.SPREAD
        return REASONS[self._said.index(max(self._said))]


def _clipped(value: float) -> float:
    return min(max(value, -at.LARGEST), at.LARGEST)
