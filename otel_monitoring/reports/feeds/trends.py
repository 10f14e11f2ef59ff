"""Trends in reports: which of the signals that matter rose or fell, beyond what chance explains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otel_monitoring.errors import MonitoringError
from otel_monitoring.reports.anomalies.words import series
from otel_monitoring.reports.insights.insight import Evidence, Insight
from otel_monitoring.reports.summary.model import Column, Section, Table
from otel_monitoring.reports.values import change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from otel_monitoring.reports.anomalies.watched import Watched
    from otel_monitoring.reports.summary.period import Period
    from otel_monitoring.reports.trends.desk import Looked, Seen, TrendsDesk

_MOST_ROWS = 15
_MOST_SERIES = 10
_WEEK_MS = 604_800_000
_LEAST_CHANGE = 0.2
_COLUMNS = (Column("Series"), Column("Change"), Column("In words"))
_ADVICE = "See since when, and what changed then: otel-monitoring trend, and the releases of that time."
_WHY = "What moves slowly crosses no threshold until it is late."
_WORSE_WHEN_RISING = ("http.p95", "http.error_ratio", "db.p95", "process.memory", "process.threads")


@dataclass(frozen=True, slots=True)
class _Moved:
    """A series with a trend."""

    watched: Watched
    looked: Looked
    seen: Seen

    @property
    def title(self) -> str:
        return series(self.watched.name, self.looked.track.labels)

    @property
    def text(self) -> str:
        """What it did, under the name that people know it by."""
        return self.title + self.seen.text.removeprefix(self.looked.name)

    @property
    def ratio(self) -> float:
        found = self.seen.trend.change_ratio
        return float("inf") if found is None else found


class TrendsFeed:
    """The section of trends, and insights about what gets worse week by week.

    Args:
        desk: Looks at series.
        watched: Returns the signals that matter.
    """

    name = "trends"

    def __init__(self, desk: TrendsDesk, watched: Callable[[], Sequence[Watched]]) -> None:
        self._desk = desk
        self._watched = watched

    def section(self, period: Period) -> Section:
        """Return what rose or fell over a period, the largest change first."""
        found = list(self._moved(period.end_ms - period.start_ms, period.end_ms))
        if not found:
            return Section(self.name, "Trends", notes=("Nothing rose or fell beyond what chance explains.",))
        found.sort(key=lambda one: -abs(one.ratio))
        rows = tuple((one.title, change(one.ratio), one.text) for one in found[:_MOST_ROWS])
        more = len(found) - len(rows)
        notes = (f"And {more} more with a smaller change.",) if more else ()
        return Section(
            self.name, "Trends", tables=(Table("What rose and what fell", _COLUMNS, rows),), notes=notes
        )

    def insights(self, now_ms: int) -> Sequence[Insight]:
        """Return what got worse over the last week by a fifth or more."""
        return [
            _insight(one, now_ms)
            for one in self._moved(_WEEK_MS, now_ms)
            if one.watched.name in _WORSE_WHEN_RISING and one.ratio >= _LEAST_CHANGE
        ]

    def _moved(self, span_ms: int, end_ms: int) -> Iterator[_Moved]:
        for watched in self._watched():
            try:
                found = self._desk.trends(
                    watched.expr, spans_ms=[span_ms], end_ms=end_ms, most=_MOST_SERIES, unit=watched.unit
                )
            except MonitoringError:
                continue  # the section is about what could be looked at
            for looked in found.series:
                seen = looked.windows[0]
                if seen.trend.direction in ("rising", "falling") and not seen.is_seasonal:
                    yield _Moved(watched, looked, seen)


def _insight(one: _Moved, now_ms: int) -> Insight:
    seen = one.seen.trend
    return Insight(
        rule="trend",
        labels=one.looked.track.labels.with_({"metric": one.watched.name}),
        sentence=one.text,
        evidence=Evidence(
            expr=one.watched.expr,
            value=seen.end,
            values={"start": seen.start, "end": seen.end, "p_value": seen.p_value},
            window_s=_WEEK_MS / 1000,
            at_ms=now_ms,
        ),
        effect=min(0.3 + 0.3 * one.ratio, 0.8),
        kind="trend",
        advice=_ADVICE,
        why=_WHY,
    )
