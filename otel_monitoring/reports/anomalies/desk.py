"""Questions about anomalies: what was found by itself, and what there is in any series over any window."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

import numpy as np

from otel_monitoring.analytics.anomaly.detectors import DETECTORS
from otel_monitoring.analytics.anomaly.window import detect
from otel_monitoring.reports.anomalies.findings import EVENT_NAME, LONGEST_S, Anomaly
from otel_monitoring.reports.asking import Window, tracks
from otel_monitoring.reports.errors import AnalysisError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otel_monitoring.analytics.anomaly.window import Finding
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.record import Record
    from otel_monitoring.promql.query import Query
    from otel_monitoring.reports.asking import Track
    from otel_monitoring.reports.subjects import Subject, Subjects

Method: TypeAlias = Literal["adaptive", "zscore"]

MOST_SERIES = 50
"""No more series of one expression are looked through on demand."""

_MOST_POINTS = 4000
_LEAST_POINTS = 30
_LEAD_MS = 7 * 86_400_000


class Events(Protocol):
    """Finds events again."""

    def __call__(
        self, name: str, *, since_ms: int, until_ms: int | None = None, most: int = 500
    ) -> Sequence[Record]:
        """Return events of a name with ``since_ms <= time < until_ms``, newest first."""
        ...


@dataclass(frozen=True, slots=True)
class Searched:
    """One series that was looked through.

    Attributes:
        track: The series, with what came before the window and taught what is usual.
        anomalies: What stands out within the window, oldest first.
        reason: Why nothing can be said of it; empty where something can.
    """

    track: Track
    anomalies: tuple[Anomaly, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """What a search on demand found.

    Attributes:
        subject: What was looked through.
        window: The window that was asked for.
        series: Each series, in the order of the query.
        left_out: How many further series there are.
    """

    subject: Subject
    window: Window
    series: tuple[Searched, ...]
    left_out: int = 0


class AnomaliesDesk:
    """Answer questions about anomalies.

    Args:
        query: Answers PromQL.
        subjects: Finds expressions for names.
        clock: Tells now.
        events: Finds what the watch told of.
        lasting: Returns the findings that are open in this process.
        is_watching: Whether series are watched, by this process or another.
        false_alarm_hours: The sensitivity where none is asked for: false-alarm hours a series and day.
        method: The method where none is asked for.
        interval_s: The least distance of points.
    """

    def __init__(  # noqa: PLR0913 - whom it asks, and what holds where nothing else is asked for
        self,
        *,
        query: Query,
        subjects: Subjects,
        clock: Clock,
        events: Events,
        lasting: Callable[[], Sequence[Anomaly]],
        is_watching: Callable[[], bool],
        false_alarm_hours: float = 0.05,
        method: Method = "adaptive",
        interval_s: float = 60.0,
    ) -> None:
        self._query = query
        self._subjects = subjects
        self._events = events
        self._lasting = lasting
        self._false_alarm_hours = false_alarm_hours
        self._method: Method = method
        self._interval_ms = round(interval_s * 1000)
        self.is_watching = is_watching
        self.clock = clock

    def found(
        self, *, since_ms: int, until_ms: int | None = None, name: str | None = None, most: int = 500
    ) -> list[Anomaly]:
        """Return what the watch found of itself, the newest first.

        Args:
            since_ms: What lasted at this time or began later, Unix milliseconds.
            until_ms: What began before this time; ``None`` for no end.
            name: What is watched, such as ``http.p95``; ``None`` for everything.
            most: The most that are returned.
        """
        told = self._events(EVENT_NAME, since_ms=since_ms - round(LONGEST_S * 1000), until_ms=until_ms)
        known = {one.key: one for one in self._lasting()}
        for record in told:  # the newest word about a finding comes first
            anomaly = _read(record)
            if anomaly is not None:
                known.setdefault(anomaly.key, anomaly)
                if known[anomaly.key].until_ms is None and anomaly.until_ms is not None:
                    known[anomaly.key] = anomaly
        now_ms = self.clock.now_ms()
        wanted = [
            one
            for one in (_ended(one, now_ms) for one in known.values())
            if (name is None or one.name == name)
            and (one.until_ms is None or one.until_ms >= since_ms)
            and (until_ms is None or one.since_ms < until_ms)
        ]
        return sorted(wanted, key=lambda one: (-one.since_ms, -one.score))[:most]

    def search(
        self,
        text: str,
        *,
        span_ms: int,
        end_ms: int | None = None,
        aggregation: str | None = None,
        method: str | None = None,
        false_alarm_hours: float | None = None,
    ) -> Search:
        """Look through series over a window; what came before it teaches what is usual.

        Args:
            text: A metric or PromQL.
            span_ms: The length of the window, in milliseconds.
            end_ms: Where it ends, Unix milliseconds; ``None`` for now.
            aggregation: How a metric is looked at; ``None`` for what suits it.
            method: A name of ``DETECTORS``; ``None`` for the setting.
            false_alarm_hours: The sensitivity; ``None`` for the setting.

        Raises:
            AnalysisError: What is asked for makes no sense.
            QueryError: The expression cannot be answered.
        """
        if span_ms < _LEAST_POINTS * 1000:
            msg = f"window of {span_ms / 1000:g} s: expected {_LEAST_POINTS} s at least"
            raise AnalysisError(msg, field="window")
        if method is not None and method not in DETECTORS:
            msg = f"method {method!r}: expected {', '.join(DETECTORS)}"
            raise AnalysisError(msg, field="method")
        whole = Window.last(
            span_ms + min(max(span_ms, 6 * 3_600_000), _LEAD_MS),
            end_ms=self.clock.now_ms() if end_ms is None else end_ms,
            points=_MOST_POINTS,
            least_step_ms=min(self._interval_ms, max(span_ms // _LEAST_POINTS, 1000)),
        )
        subject = self._subjects.find(text, aggregation=aggregation, step_ms=whole.step_ms)
        found = tracks(self._query, subject.expr, whole)
        hours = self._false_alarm_hours if false_alarm_hours is None else false_alarm_hours
        window = Window(whole.end_ms - span_ms // whole.step_ms * whole.step_ms, whole.end_ms, whole.step_ms)
        return Search(
            subject=subject,
            window=window,
            series=tuple(
                _searched(one, subject, window.start_ms, method=method or self._method, hours=hours)
                for one in found[:MOST_SERIES]
            ),
            left_out=max(len(found) - MOST_SERIES, 0),
        )

    def near(self, text: str) -> list[str]:
        """Return names of metrics that look like the text."""
        return self._subjects.near(text)


def _read(record: Record) -> Anomaly | None:
    """Return what an event says; one of another version says nothing."""
    with contextlib.suppress(KeyError, ValueError, TypeError):
        return Anomaly.read(record.document["attributes"])
    return None


def _ended(anomaly: Anomaly, now_ms: int) -> Anomaly:
    """Return a finding whose end nobody lived to tell of with the end that it has at the latest."""
    if anomaly.until_ms is None and now_ms - anomaly.since_ms > LONGEST_S * 1000:
        return replace(anomaly, until_ms=anomaly.since_ms + round(LONGEST_S * 1000))
    return anomaly


def _searched(track: Track, subject: Subject, start_ms: int, *, method: str, hours: float) -> Searched:
    is_known = np.isfinite(track.values)
    if is_known.sum() < _LEAST_POINTS:
        return Searched(track, reason=f"has {is_known.sum()} points, {_LEAST_POINTS} are needed")
    found = detect(
        track.times_ms[is_known] / 1000.0, track.values[is_known], method=method, false_alarm_hours=hours
    )
    return Searched(
        track,
        tuple(
            _anomaly(one, track, subject, window_end_ms=int(track.times_ms[-1]))
            for one in found
            if one.end_s * 1000 >= start_ms
        ),
    )


def _anomaly(found: Finding, track: Track, subject: Subject, *, window_end_ms: int) -> Anomaly:
    end_ms = round(found.end_s * 1000)
    return Anomaly(
        name=subject.name,
        labels=track.labels,
        unit=subject.unit,
        expr=subject.expr,
        since_ms=round(found.start_s * 1000),
        until_ms=None if end_ms >= window_end_ms else end_ms,
        peak_ms=round(found.peak_s * 1000),
        value=found.value,
        expected_low=found.expected_low,
        expected_high=found.expected_high,
        score=found.score,
        rarity_hours=found.rarity_hours,
        reason=found.reason,
    )
