"""Questions about which way series go, and when they changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from otel_monitoring.analytics.trends.changes import changes
from otel_monitoring.analytics.trends.trend import trend
from otel_monitoring.analytics.trends.usual import usual
from otel_monitoring.reports.asking import Track, Window, tracks
from otel_monitoring.reports.errors import AnalysisError
from otel_monitoring.reports.trends import words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo

    from otel_monitoring.analytics.trends.changes import Changes
    from otel_monitoring.analytics.trends.trend import Trend
    from otel_monitoring.analytics.trends.usual import Usual
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.promql.query import Query
    from otel_monitoring.reports.subjects import Subject, Subjects

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
DEFAULT_SPANS_MS = (HOUR_MS, 6 * HOUR_MS, DAY_MS, 7 * DAY_MS)
SHORTEST_MS, LONGEST_MS = 60_000, 366 * DAY_MS
MOST_SPANS = 8
MOST_SERIES = 20
"""No more series of one expression are looked at."""

_POINTS = 300
_POINTS_OF_CHANGES = 2100
_MINUTE_MS = 60_000
_POINTS_OF_SHORT = 60
_OTHER_DAYS = 7
_FEWEST_OF_A_DAY = 20
_HISTORY_STEP_MS = 300_000
_Tracks: TypeAlias = "Mapping[Labels, Track]"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a series does over one window.

    Attributes:
        window: The times.
        trend: What it does.
        usual: What other days do at this time; ``None`` where that is not known, or not one way.
        text: All of it in words.
    """

    window: Window
    trend: Trend
    usual: Usual | None
    text: str

    @property
    def is_seasonal(self) -> bool:
        """Whether other days explain the trend."""
        return words.is_seasonal(self.trend, self.usual)


@dataclass(frozen=True, slots=True)
class Looked:
    """One series.

    Attributes:
        track: Its points over the longest window.
        name: How it is called in the texts.
        windows: What it does, a window each, in the order of the question.
        changes: When its level changed within the longest window.
        change_texts: Each change in words.
    """

    track: Track
    name: str
    windows: tuple[Seen, ...]
    changes: Changes
    change_texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trends:
    """The answer to a question.

    Attributes:
        subject: What was looked at.
        end_ms: Where the windows end, Unix time in milliseconds.
        series: Each series, in the order of the query.
        left_out: How many further series there are.
    """

    subject: Subject
    end_ms: int
    series: tuple[Looked, ...]
    left_out: int = 0


class TrendsDesk:
    """Answer questions about trends and changes.

    Args:
        query: Answers PromQL.
        subjects: Finds expressions for names.
        clock: Tells now.
        zone: The zone of the times that are named.
    """

    def __init__(self, *, query: Query, subjects: Subjects, clock: Clock, zone: tzinfo = UTC) -> None:
        self._query = query
        self._subjects = subjects
        self.clock = clock
        self._zone = zone

    def trends(
        self,
        text: str,
        *,
        spans_ms: Sequence[int] = DEFAULT_SPANS_MS,
        end_ms: int | None = None,
        aggregation: str | None = None,
        most: int = MOST_SERIES,
        unit: str = "",
    ) -> Trends:
        """Look at the series of a metric or of an expression.

        Args:
            text: A metric or PromQL.
            spans_ms: How long the windows are, in milliseconds.
            end_ms: Where they end, Unix time in milliseconds; ``None`` for now.
            aggregation: How a metric is looked at; ``None`` for what suits it.
            most: How many series are looked at, ``MOST_SERIES`` at most.
            unit: Of the values of an expression, in UCUM, where that is known.

        Raises:
            AnalysisError: What is asked for makes no sense.
            QueryError: The expression cannot be answered.
        """
        _check(spans_ms)
        end_ms = self.clock.now_ms() if end_ms is None else end_ms
        windows = [_window(span_ms, end_ms) for span_ms in spans_ms]
        whole = Window.last(
            max(spans_ms), end_ms=end_ms, points=_POINTS_OF_CHANGES, least_step_ms=_least(max(spans_ms))
        )
        subject = self._subjects.find(text, aggregation=aggregation, step_ms=whole.step_ms)
        subject = replace(subject, unit=subject.unit or unit)
        found = tracks(self._query, subject.expr, whole)
        chosen = found[: min(most, MOST_SERIES)]
        each = [self._tracks(text, window, aggregation) for window in windows] if chosen else []
        others = self._others(text, windows, aggregation) if chosen else {}
        telling = words.telling([one.labels for one in found])
        return Trends(
            subject=subject,
            end_ms=end_ms,
            series=tuple(
                _looked(
                    _Called(one, words.named(subject, one.labels, telling), subject.unit),
                    list(zip(windows, each, strict=True)),
                    others,
                    self._zone,
                )
                for one in chosen
            ),
            left_out=len(found) - len(chosen),
        )

    def near(self, text: str) -> list[str]:
        """Return names of metrics that look like the text."""
        return self._subjects.near(text)

    def _tracks(self, text: str, window: Window, aggregation: str | None) -> _Tracks:
        subject = self._subjects.find(text, aggregation=aggregation, step_ms=window.step_ms)
        return {one.labels: one for one in tracks(self._query, subject.expr, window)}

    def _others(self, text: str, windows: Sequence[Window], aggregation: str | None) -> _Tracks:
        """Return the days before the windows of a day or less, where there are such windows."""
        short = [one for one in windows if one.end_ms - one.start_ms <= DAY_MS]
        if not short:
            return {}
        end_ms = short[0].end_ms - short[0].end_ms % _HISTORY_STEP_MS
        start_ms = end_ms - (_OTHER_DAYS + 1) * DAY_MS
        return self._tracks(text, Window(start_ms, end_ms, _HISTORY_STEP_MS), aggregation)


def _check(spans_ms: Sequence[int]) -> None:
    if not 0 < len(spans_ms) <= MOST_SPANS:
        msg = f"{len(spans_ms)} windows: expected 1 to {MOST_SPANS}"
        raise AnalysisError(msg, field="window")
    for span_ms in spans_ms:
        if not SHORTEST_MS <= span_ms <= LONGEST_MS:
            msg = f"a window of {span_ms / 1000:g} s: expected a minute to a year"
            raise AnalysisError(msg, field="window")


def _least(span_ms: int) -> int:
    """Return the least distance of points: a minute, less within an hour."""
    return min(_MINUTE_MS, max(1000, span_ms // _POINTS_OF_SHORT))


def _window(span_ms: int, end_ms: int) -> Window:
    return Window.last(span_ms, end_ms=end_ms, points=_POINTS, least_step_ms=_least(span_ms))


@dataclass(frozen=True, slots=True)
class _Called:
    """A series with its name and its unit."""

    track: Track
    name: str
    unit: str


def _looked(one: _Called, windows: Sequence[tuple[Window, _Tracks]], others: _Tracks, zone: tzinfo) -> Looked:
    track, who = one.track, one.name
    steps = changes(track.times_ms / 1000, track.values)
    seen = []
    for window, found in windows:
        own = found.get(track.labels)
        values = np.full(len(window.times_ms), np.nan) if own is None else own.values
        moved = trend(window.times_ms / 1000, values)
        other = _usual(window, others.get(track.labels))
        text = words.of_trend(who, moved, other, words.Told(window, one.unit, steps.found, zone=zone))
        seen.append(Seen(window, moved, other, text))
    told = tuple(words.of_change(who, step, one.unit, window_of(track), zone=zone) for step in steps.found)
    return Looked(track, who, tuple(seen), steps, told)


def window_of(track: Track) -> Window:
    """Return the times of a track of two points or more."""
    times_ms = track.times_ms
    return Window(int(times_ms[0]), int(times_ms[-1]), int(times_ms[1] - times_ms[0]))


def _usual(window: Window, other: Track | None) -> Usual | None:
    """Return what other days do at the time of a window of a day or less."""
    span_ms = window.end_ms - window.start_ms
    if other is None or span_ms > DAY_MS or span_ms < _FEWEST_OF_A_DAY * _HISTORY_STEP_MS:
        return None
    count, a_day = span_ms // _HISTORY_STEP_MS + 1, DAY_MS // _HISTORY_STEP_MS
    last = len(other.values)
    ends = [last - day * a_day for day in range(1, _OTHER_DAYS + 1)]
    days = [other.values[end - count : end] for end in ends if end >= count]
    return usual(other.times_ms[last - count :] / 1000, np.array(days))
