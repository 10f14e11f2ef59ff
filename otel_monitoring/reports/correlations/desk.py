"""Questions about causes: which series go together, and what moved with an incident."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from otel_monitoring.analytics.correlation.pairs import correlate
from otel_monitoring.reports.anomalies.words import series
from otel_monitoring.reports.asking import Track, Window, tracks
from otel_monitoring.reports.correlations.looking import Looking, Movements
from otel_monitoring.reports.correlations.words import relation
from otel_monitoring.reports.errors import AnalysisError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from otel_monitoring.analytics.correlation.pairs import Method, Pair
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.model.sample import Metadata
    from otel_monitoring.promql.query import Query
    from otel_monitoring.reports.subjects import Subject, Subjects

MOST_SERIES = 50
"""No more series are compared with each other."""
_POINTS = 500
_LONGEST_WINDOW_MS = 7 * 86_400_000


@dataclass(frozen=True, slots=True)
class Alerted:
    """An alert that fired.

    Attributes:
        name: The name of its rule.
        labels: What people know it by.
        started_at_ms: When it began to fire, Unix milliseconds.
    """

    name: str
    labels: Labels
    started_at_ms: int


class Alerts(Protocol):
    """Finds alerts that fired."""

    def __call__(self, text: str, /) -> Alerted | None:
        """Return the last time that the alert of a fingerprint or of a rule's name fired."""
        ...


@dataclass(frozen=True, slots=True)
class Compared:
    """One of the series that are compared.

    Attributes:
        name: How it is called, with the values of its labels.
        subject: What was asked for.
        labels: Which of its series.
    """

    name: str
    subject: Subject
    labels: Labels


@dataclass(frozen=True, slots=True)
class Relation:
    """How two series go together.

    Attributes:
        first: A row of ``Relations.series``.
        second: Another one.
        pair: The figures.
        lag_ms: By how much the second follows the first; below 0 it is the reverse.
        text: All of it in words.
    """

    first: int
    second: int
    pair: Pair
    lag_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class Relations:
    """How some series go together over a window.

    Attributes:
        window: The times.
        method: What was compared.
        series: The series.
        relations: Each two of them, the clearest first.
        left_out: How many further series there are.
    """

    window: Window
    method: Method
    series: tuple[Compared, ...]
    relations: tuple[Relation, ...]
    left_out: int = 0


class CorrelationsDesk:
    """Answer questions about causes.

    Args:
        query: Answers PromQL.
        subjects: Finds expressions for names.
        clock: Tells now.
        metadata: The metrics that there are, by Prometheus name.
        alerts: Finds alerts that fired.
        interval_s: The least distance of points: that of two collections.
    """

    def __init__(
        self,
        *,
        query: Query,
        subjects: Subjects,
        clock: Clock,
        metadata: Callable[[], Mapping[str, Metadata]],
        alerts: Alerts,
        interval_s: float = 15.0,
    ) -> None:
        self._query = query
        self._subjects = subjects
        self._alerts = alerts
        self._interval_ms = round(interval_s * 1000)
        self._looking = Looking(query=query, metadata=metadata, interval_ms=self._interval_ms)
        self.clock = clock

    def related(
        self,
        texts: Sequence[str],
        *,
        span_ms: int,
        end_ms: int | None = None,
        method: Method = "pearson",
        most_lag_ms: int | None = None,
    ) -> Relations:
        """Return how the series of some metrics go together.

        Args:
            texts: Names of metrics, or PromQL; one with several series is enough.
            span_ms: How far back.
            end_ms: Where the window ends; ``None`` for now.
            method: Whether values or their ranks are compared.
            most_lag_ms: How much later one may follow; ``None`` for a twentieth of the window.

        Raises:
            AnalysisError: Nothing is asked for, or nothing that can be compared.
            QueryError: An expression cannot be answered.
        """
        if not texts:
            msg = "no metric: expected two, or one with several series"
            raise AnalysisError(msg, field="metric")
        window = Window.last(
            span_ms,
            end_ms=self.clock.now_ms() if end_ms is None else end_ms,
            points=_POINTS,
            least_step_ms=self._interval_ms,
        )
        most_lag_ms = span_ms // 20 if most_lag_ms is None else most_lag_ms
        if not 0 <= most_lag_ms <= span_ms // 2:
            msg = f"lag of {most_lag_ms / 1000:g} s: expected none, up to half the window"
            raise AnalysisError(msg, field="lag")
        compared, found = self._series(texts, window)
        values = np.stack([track.values for track in found[:MOST_SERIES]])
        pairs = correlate(values, method=method, most_lag=most_lag_ms // window.step_ms)
        ordered = sorted(pairs, key=lambda one: (bool(one.reason), one.p_value, -abs(one.coefficient)))
        return Relations(
            window=window,
            method=method,
            series=tuple(compared[:MOST_SERIES]),
            relations=tuple(_relation(compared, pair, window.step_ms) for pair in ordered),
            left_out=max(len(found) - MOST_SERIES, 0),
        )

    def moved_around(self, at_ms: int) -> Movements:
        """Return what moved around a time, the likeliest beginning first.

        Args:
            at_ms: When something was noticed, Unix milliseconds.

        Raises:
            QueryError: The series cannot be asked for.
        """
        return self._looking.around(at_ms, now_ms=self.clock.now_ms())

    def moved_between(self, start_ms: int, end_ms: int) -> Movements:
        """Return what moved in a window, the likeliest beginning first.

        Args:
            start_ms: Before it began, Unix milliseconds.
            end_ms: The end of the window.

        Raises:
            AnalysisError: The window is none.
            QueryError: The series cannot be asked for.
        """
        if not 0 < end_ms - start_ms <= _LONGEST_WINDOW_MS:
            msg = f"a window of {(end_ms - start_ms) / 1000:g} s: expected more than none, up to 7 days"
            raise AnalysisError(msg, field="end")
        return self._looking.between(start_ms, min(end_ms, self.clock.now_ms()))

    def moved_with(self, alert: str) -> tuple[Alerted, Movements]:
        """Return what moved around the last time that an alert fired.

        Args:
            alert: Its fingerprint, or the name of its rule.

        Raises:
            AnalysisError: It never fired, as far as is known.
            QueryError: The series cannot be asked for.
        """
        found = self._alerts(alert)
        if found is None:
            msg = f"alert {alert!r}: expected the fingerprint or the rule of one that fired"
            raise AnalysisError(msg, field="alert")
        return found, self.moved_around(found.started_at_ms)

    def _series(self, texts: Sequence[str], window: Window) -> tuple[list[Compared], list[Track]]:
        compared, found, without = [], [], []
        for text in dict.fromkeys(texts):
            subject = self._subjects.find(text, step_ms=window.step_ms)
            known = tracks(self._query, subject.expr, window)
            without += [] if known else [text]
            for track in known:
                compared.append(Compared(series(subject.name, track.labels), subject, track.labels))
                found.append(track)
        if len(found) < 2:  # noqa: PLR2004 - a pair
            msg = (
                f"metric {', '.join(texts)}: expected two series or more in the window, there is {len(found)}"
            )
            nothing = f"; nothing is known of {', '.join(without)}" if found and without else ""
            raise AnalysisError(msg + nothing, field="metric")
        return compared, found


def _relation(compared: Sequence[Compared], pair: Pair, step_ms: int) -> Relation:
    text = relation(compared[pair.first].name, compared[pair.second].name, pair, step_ms=step_ms)
    return Relation(pair.first, pair.second, pair, pair.lag * step_ms, text)
