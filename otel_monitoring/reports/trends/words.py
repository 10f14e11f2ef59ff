"""Trends and changes in sentences: "p95 of GET /cart rises by 12 % a day (8 to 16), since Tuesday 14:05"."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from otel_monitoring.analytics.trends.trend import FEWEST
from otel_monitoring.model.labels import NAME
from otel_monitoring.reports.forecasts.words import span_words
from otel_monitoring.reports.values import change as changed
from otel_monitoring.reports.values import shown

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from otel_monitoring.analytics.trends.changes import Change
    from otel_monitoring.analytics.trends.trend import Trend
    from otel_monitoring.analytics.trends.usual import Usual
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.reports.asking import Window
    from otel_monitoring.reports.subjects import Subject

_UNITS = ((28 * 86_400.0, 604_800.0, "a week"), (86_400.0, 86_400.0, "a day"), (3600.0, 3600.0, "an hour"))
_MINUTE = (60.0, "a minute")
_WEEK_S = 604_800.0
_SCOPE = "otel_scope_"
_HARDLY_TELLING = frozenset({"job", "network_protocol_version", "url_scheme"})
_MOST_OF_IT = 0.5
_MOST_RATIO = 10.0
_WAYS = {"rising": "rises", "falling": "falls"}


@dataclass(frozen=True, slots=True)
class Told:
    """What a sentence about a trend draws on.

    Attributes:
        window: The times.
        unit: Of the values, in UCUM; empty where it is not known.
        changes: Known changes of the series.
        zone: The zone of the times that are named.
    """

    window: Window
    unit: str
    changes: Sequence[Change] = ()
    zone: tzinfo = UTC

    @property
    def span_s(self) -> float:
        """How long the window is, in seconds."""
        return (self.window.end_ms - self.window.start_ms) / 1000


def telling(each: Sequence[Labels]) -> frozenset[str]:
    """Return the labels that tell series apart, or say something of the only one."""
    names = {name for labels in each for name, _ in labels.pairs}
    same = {name for name in names if len({labels.get(name) for labels in each}) == 1}
    left_out = same if len(each) > 1 else same & _HARDLY_TELLING
    return frozenset(name for name in names - left_out if name != NAME and not name.startswith(_SCOPE))


def named(subject: Subject, labels: Labels, telling: Collection[str]) -> str:
    """Return how a series is called: ``p95 of http_server_request_duration_seconds{http_route="/cart"}``.

    Args:
        subject: What was asked for.
        labels: Of the series.
        telling: The labels that are named.
    """
    pairs = ", ".join(f'{name}="{value}"' for name, value in labels.pairs if name in telling)
    who = f"{subject.name}{{{pairs}}}" if pairs else subject.name
    is_plain = subject.aggregation in {"", "value"}
    return who if is_plain else f"{subject.aggregation} of {who}"


def is_seasonal(trend: Trend, usual: Usual | None) -> bool:
    """Tell whether other days explain a trend."""
    return trend.direction in _WAYS and usual is not None and usual.explains(trend.slope)


def of_trend(who: str, trend: Trend, usual: Usual | None, told: Told) -> str:
    """Return what a series does over a window.

    Args:
        who: The series.
        trend: What it does.
        usual: What other days do at that time.
        told: The window, the unit, and what else is known.
    """
    span = span_words(told.span_s)
    if trend.reason == "no data":
        return f"{who} has no data in {span}"
    if trend.reason == "too short":
        return f"{who} is too short for a trend over {span}: has {trend.points} points, needs {FEWEST}"
    rate = _Rate.of(trend, told)
    if trend.direction == "steady":
        level = shown((trend.start + trend.end) / 2, told.unit)
        return f"{who} is steady over {span}, at {level} ({rate.interval(trend)} {rate.word})"
    if trend.direction == "unclear":
        stepped = _largest(told)
        if stepped is not None:
            return f"{who} has no steady trend over {span}, but {_step(stepped, told)}"
        interval = f"{rate.interval(trend)} {rate.word}"
        return f"{who} has no trend over {span} that chance does not explain ({interval})"
    ends = f"from {shown(trend.start, told.unit)} to {shown(trend.end, told.unit)}"
    way = _WAYS[trend.direction]
    text = f"{who} {way} by {rate.amount(trend)} {rate.word} ({rate.size(trend)}) over {span}, {ends}"
    return f"{text}{_since(trend, told)}{_on_other_days(trend, usual, rate)}"


def of_change(who: str, change: Change, unit: str, window: Window, *, zone: tzinfo = UTC) -> str:
    """Return when the level of a series changed, and by how much.

    Args:
        who: The series.
        change: The step.
        unit: Of the values, in UCUM.
        window: Where it was looked for; its end tells how days are named.
        zone: The zone of the times that are named.
    """
    return f"{who} {_step(change, Told(window, unit, zone=zone))}"


def when(time_s: float, end_s: float, zone: tzinfo = UTC) -> str:
    """Return a time: its day's name within a week, else its date as well."""
    at = datetime.fromtimestamp(time_s, zone)
    if end_s - time_s < _WEEK_S:
        return f"{at:%A %H:%M}"
    return f"{at:%A}, {at.day} {at:%B %Y}, {at:%H:%M}"


@dataclass(frozen=True, slots=True)
class _Rate:
    """In what a slope is told: a share of where the line began, or the unit; by the hour, day or week."""

    seconds: float
    word: str
    base: float | None
    unit: str

    @classmethod
    def of(cls, trend: Trend, told: Told) -> _Rate:
        fitting = (one[1:] for one in _UNITS if told.span_s >= one[0])
        seconds, word = next(fitting, _MINUTE)
        ratio = trend.change_ratio
        is_share = ratio is not None and abs(ratio) <= _MOST_RATIO
        return cls(seconds, word, abs(trend.start) if is_share else None, told.unit)

    def amount(self, trend: Trend) -> str:
        """Return the size of the slope."""
        return self._one(abs(trend.slope)) + ("%" if self.base else "")

    def size(self, trend: Trend) -> str:
        """Return its interval, without the sign that the verb has."""
        sizes = sorted(math.copysign(1, trend.slope) * one for one in (trend.slope_low, trend.slope_high))
        return f"{self._one(sizes[0])} to {self._one(sizes[1])}"

    def interval(self, trend: Trend) -> str:
        """Return the interval with its signs."""
        return self.between(trend.slope_low, trend.slope_high)

    def between(self, low: float, high: float) -> str:
        """Return two slopes with their unit."""
        return f"{self._one(low)} to {self._one(high)}{'%' if self.base else ''}"

    def _one(self, slope: float) -> str:
        amount = slope * self.seconds
        if not self.base:
            return shown(amount, self.unit)
        percent = 100 * amount / self.base
        return f"{percent:.0f}" if abs(percent) >= 10 else f"{percent:.2g}"  # noqa: PLR2004 - two digits


def _step(change: Change, told: Told) -> str:
    way = "rose" if change.size > 0 else "fell"
    ratio = _ratio(change.size, change.before)
    by = "" if ratio is None else f" ({changed(ratio)})"
    ends = f"from {shown(change.before, told.unit)} to {shown(change.after, told.unit)}"
    return f"{way} {ends}{by} on {when(change.time_s, told.window.end_ms / 1000, told.zone)}"


def _largest(told: Told) -> Change | None:
    """Return the largest step within the window."""
    within = [one for one in told.changes if one.time_s * 1000 >= told.window.start_ms]
    return max(within, key=lambda one: abs(one.size), default=None)


def _ratio(size: float, before: float) -> float | None:
    """Return a change as a share of what was; ``None`` where that says little."""
    if abs(before) <= abs(size) / _MOST_RATIO:
        return None
    return size / abs(before)


def _since(trend: Trend, told: Told) -> str:
    """Name the step that most of a trend is, where there is one."""
    largest = _largest(told)
    if largest is None or largest.size * trend.slope < 0:
        return ""
    if abs(largest.size) < _MOST_OF_IT * abs(trend.end - trend.start):
        return ""
    at = when(largest.time_s, told.window.end_ms / 1000, told.zone)
    return f", since {at}"


def _on_other_days(trend: Trend, usual: Usual | None, rate: _Rate) -> str:
    """Say what other days do at that time, where that is known."""
    if usual is None:
        return ""
    expected = f"{rate.between(usual.low, usual.high)} {rate.word} at this time of {usual.days} other days"
    if usual.explains(trend.slope):
        return f"; that is seasonal: {expected}"
    return f"; that is not the day's pattern alone: {expected}"
