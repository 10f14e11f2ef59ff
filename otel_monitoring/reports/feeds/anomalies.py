"""Anomalies in reports, and those that last among the insights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.reports.anomalies.words import expected, moment, series
from otel_monitoring.reports.insights.insight import Evidence, Insight
from otel_monitoring.reports.summary.model import Column, Figure, Section, Table
from otel_monitoring.reports.values import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.reports.anomalies.desk import AnomaliesDesk
    from otel_monitoring.reports.anomalies.findings import Anomaly
    from otel_monitoring.reports.summary.period import Period

_MOST_ROWS = 15
_MOST_INSIGHTS = 10
_MOST_FOUND = 5000
_MINUTE_MS = 60_000
_KINDS = {
    "http.p95": "latency",
    "db.p95": "latency",
    "http.error_ratio": "errors",
    "log.errors": "errors",
    "http.request_rate": "traffic",
    "db.query_rate": "traffic",
}
_COLUMNS = (
    Column("Series"),
    Column("Since"),
    Column("Minutes"),
    Column("Seen"),
    Column("Expected"),
    Column("Score"),
)
_ADVICE = "See what else moved at that time: otel-monitoring moved, or /monitoring/correlations/moved."
_WHY = "What moved first is most often what the others follow."


class AnomaliesFeed:
    """The section of anomalies, and insights about those that last.

    Args:
        desk: Knows them.
    """

    name = "anomalies"

    def __init__(self, desk: AnomaliesDesk) -> None:
        self._desk = desk

    def section(self, period: Period) -> Section:
        """Return what stood out in a period, the strangest first."""
        found = self._began(period)
        before = self._began(period.before)
        strangest = sorted(found, key=lambda one: -one.score)[:_MOST_ROWS]
        figures = (
            Figure("Anomalies", float(len(found)), before=float(len(before)), better="less"),
            Figure("Series with one", float(len({(one.name, one.labels) for one in found}))),
        )
        if not found:
            return Section(self.name, "Anomalies", figures[:1], notes=("Nothing stood out.",))
        rows = tuple(self._row(one) for one in strangest)
        more = len(found) - len(rows)
        notes = (f"And {more} more that were less strange.",) if more else ()
        return Section(
            self.name, "Anomalies", figures, (Table("What stood out", _COLUMNS, rows),), notes=notes
        )

    def insights(self, now_ms: int) -> Sequence[Insight]:
        """Return those that last, the strangest first."""
        found = [one for one in self._desk.found(since_ms=now_ms) if one.until_ms is None]
        return [_insight(one) for one in sorted(found, key=lambda one: -one.score)[:_MOST_INSIGHTS]]

    def _began(self, period: Period) -> list[Anomaly]:
        found = self._desk.found(since_ms=period.start_ms, until_ms=period.end_ms, most=_MOST_FOUND)
        return [one for one in found if one.since_ms >= period.start_ms]

    def _row(self, one: Anomaly) -> tuple[str | float | None, ...]:
        until_ms = self._desk.clock.now_ms() if one.until_ms is None else one.until_ms
        return (
            series(one.name, one.labels),
            moment(one.since_ms),
            round((until_ms - one.since_ms) / _MINUTE_MS),
            shown(one.value, one.unit),
            expected(one),
            round(one.score, 2),
        )


def _insight(one: Anomaly) -> Insight:
    return Insight(
        rule="anomaly",
        labels=one.labels.with_({"metric": one.name}),
        sentence=one.sentence(),
        evidence=Evidence(
            expr=one.expr,
            value=one.value,
            values={"expected_low": one.expected_low, "expected_high": one.expected_high, "score": one.score},
            at_ms=one.peak_ms,
        ),
        effect=0.5 * one.score,
        kind=_KINDS.get(one.name, "anomaly"),
        advice=_ADVICE,
        why=_WHY,
        since_ms=one.since_ms,
    )
