"""What insights and the score add to reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.reports.summary.asker import Asker, mean
from otel_monitoring.reports.summary.model import Advice, Column, Figure, Section, Table
from otel_monitoring.reports.summary.requests import chart

if TYPE_CHECKING:
    from otel_monitoring.promql.query import Query
    from otel_monitoring.reports.insights.desk import InsightsDesk
    from otel_monitoring.reports.insights.score import ScoreDesk
    from otel_monitoring.reports.summary.period import Period

_DAY_MS = 86_400_000
_MOST = 10
SCORE = "otel_monitoring_health_score"
"""The series of the score, of 0 to 100."""


class AdviceSection:
    """The section of advice: what the insights of now ask for.

    Args:
        desk: Finds them.
    """

    name = "advice"

    def __init__(self, desk: InsightsDesk) -> None:
        self._desk = desk

    def section(self, period: Period) -> Section | None:
        """Return the advice; ``None`` of a time long ago, as insights are of now."""
        if self._desk.clock.now_ms() - period.end_ms > _DAY_MS:
            return None
        found = self._desk.insights()
        told = tuple(
            Advice(one.sentence, one.advice, one.why, is_new=one.since_ms >= period.start_ms)
            for one in found[:_MOST]
        )
        more = len(found) - len(told)
        notes = (f"And {more} more with less effect.",) if more else ()
        return Section(
            self.name, "Advice", advice=told, notes=notes or (() if told else ("Nothing asks for a change.",))
        )


class ScoreSection:
    """The section of the health score.

    Args:
        desk: Tells the score of now.
        query: Knows what it was.
    """

    name = "health"

    def __init__(self, desk: ScoreDesk, query: Query) -> None:
        self._desk = desk
        self._query = query

    def section(self, period: Period) -> Section | None:
        """Return how healthy everything was, and for a period that ends about now what that is made of."""
        asker = Asker(self._query, period)
        past = asker.one(f"avg(avg_over_time({SCORE}[step]))")
        is_now = self._desk.clock.now_ms() - period.end_ms <= _DAY_MS
        now = self._desk.score() if is_now else None
        if past is None and (now is None or now.score is None):
            return None
        figures, tables = [], []
        if now is not None and now.score is not None:
            figures.append(Figure("Score of now, of 100", now.score))
            columns = (Column("Part"), Column("Score"), Column("Weight"), Column("Why"))
            rows = tuple((one.name, round(one.score), one.weight, one.why) for one in now.parts)
            tables.append(Table("What it is made of", columns, rows))
        if past is not None:
            figures.append(Figure("Mean score", mean(past.now), "", mean(past.before), "more"))
        charts = () if past is None else (chart(asker, "Score", "", {"score": past}),)
        return Section(self.name, "Health", tuple(figures), tuple(tables), charts)
