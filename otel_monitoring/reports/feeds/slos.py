"""Service levels in reports, and those that are in danger among the insights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.errors import MonitoringError
from otel_monitoring.model.labels import Labels
from otel_monitoring.reports.insights.insight import Evidence, Insight
from otel_monitoring.reports.insights.score import ScorePart
from otel_monitoring.reports.summary.model import Column, Figure, Section, Table
from otel_monitoring.reports.summary.source import without_data

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.reports.slos.desk import SlosDesk
    from otel_monitoring.reports.slos.standing import Standing
    from otel_monitoring.reports.summary.period import Period

_DAY_MS = 86_400_000
_WEIGHT = 20.0
_TITLE = "Service levels"
_COLUMNS = (
    Column("Service level"),
    Column("State"),
    Column("Target", "1"),
    Column("Good", "1"),
    Column("Budget left", "1"),
    Column("Events"),
)
_ADVICE = {
    "exhausted": "Put what makes it reliable before what is new until the budget is there again.",
    "burning": "Find what spends the budget: otel-monitoring slo show, and the slowest or failing endpoints.",
}
_WHY = {
    "exhausted": "The promise of this window cannot be kept any more; each further failure makes it worse.",
    "burning": "At this pace the promise will be broken before the window is over.",
}


class SlosFeed:
    """The section of service levels, and insights about those in danger.

    Args:
        desk: Knows how they stand.
    """

    name = "slos"

    def __init__(self, desk: SlosDesk) -> None:
        self._desk = desk

    def section(self, period: Period) -> Section | None:
        """Return how they stand; ``None`` of a time long ago, and where none is stated."""
        try:
            found = self._desk.list()
        except MonitoringError as error:
            return without_data(self.name, _TITLE, f"the question could not be answered: {error}")
        newest_ms = max((one.end_ms for one in found), default=0)
        if not found or newest_ms - period.end_ms > _DAY_MS:
            return None
        kept = sum(one.state in ("met", "burning") for one in found)
        known = sum(one.state != "no data" for one in found)
        figures = (Figure("Kept", kept / known if known else None, "1", better="more"),)
        rows = tuple(
            (one.slo.name, one.state, one.slo.target, one.ratio, one.remaining, one.events) for one in found
        )
        notes = tuple(f"{one.slo.name} {note}." for one in found for note in one.notes)
        return Section(self.name, _TITLE, figures, (Table("How they stand", _COLUMNS, rows),), notes=notes)

    def part(self, now_ms: int) -> ScorePart | None:  # noqa: ARG002 - standings are of now
        """Return their part of the score: the budget that is left where least is; ``None`` without any."""
        known = [one for one in self._desk.list() if one.remaining is not None]
        if not known:
            return None
        worst = min(known, key=lambda one: one.remaining or 0.0)
        left = max(0.0, min(worst.remaining or 0.0, 1.0))
        return ScorePart(self.name, 100.0 * left, _WEIGHT, worst.remaining or 0.0, "1", worst.sentence)

    def insights(self, now_ms: int) -> Sequence[Insight]:
        """Return those whose budget is spent, or soon will be."""
        return [_insight(one, now_ms) for one in self._desk.list() if one.state in _ADVICE]


def _insight(one: Standing, now_ms: int) -> Insight:
    return Insight(
        rule=f"slo_{one.state}",
        labels=Labels.of(slo=one.slo.name),
        sentence=one.sentence,
        evidence=Evidence(
            value=one.remaining if one.remaining is not None else 0.0,
            values={"events": one.events, "bad_events": one.bad_events},
            window_s=(one.end_ms - one.start_ms) / 1000,
            at_ms=now_ms,
        ),
        effect=0.95 if one.state == "exhausted" else 0.8,
        kind="slo",
        advice=_ADVICE[one.state],
        why=_WHY[one.state],
    )
