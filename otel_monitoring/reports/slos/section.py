"""Service levels in the daily, weekly and monthly reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.analytics.slos.budget import remaining
from otel_monitoring.errors import QueryError
from otel_monitoring.reports.slos.counting import Counting
from otel_monitoring.reports.slos.standing import measured, percent
from otel_monitoring.reports.summary.model import Column, Figure, Section, Table
from otel_monitoring.reports.summary.source import without_data

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otel_monitoring.promql.query import Query
    from otel_monitoring.reports.slos.slo import SLO
    from otel_monitoring.reports.summary.model import Cell
    from otel_monitoring.reports.summary.period import Period

_TITLE = "Service levels"
_COLUMNS = (
    Column("Service level"),
    Column("Target"),
    Column("Good"),
    Column("Bad events"),
    Column("Budget left at the end", "1"),
)


class SlosSection:
    """Write of each service level whether it was kept, and what of its budget was left.

    Args:
        query: Who answers PromQL.
        slos: Returns the service levels in force.
    """

    name = "slos"

    def __init__(self, query: Query, slos: Callable[[], Sequence[SLO]]) -> None:
        self._counting = Counting(query)
        self._slos = slos

    def section(self, period: Period) -> Section | None:
        """Return the section about a period; ``None`` where no service level is stated."""
        slos = self._slos()
        if not slos:
            return None
        try:
            rows = [self._row(slo, period) for slo in slos]
            kept, kept_before = (self._kept(slos, one) for one in (period, period.before))
        except QueryError as error:
            return without_data(self.name, _TITLE, f"the question could not be answered: {error}")
        figures = (
            Figure("Kept", kept, "", kept_before, "more"),
            Figure("Not kept", len(slos) - kept, "", len(slos) - kept_before, "less"),
        )
        note = "Those without events count as kept. What is left of a budget is that of its own window."
        return Section(self.name, _TITLE, figures, (Table(_TITLE, _COLUMNS, tuple(rows)),), notes=(note,))

    def _kept(self, slos: Sequence[SLO], period: Period) -> int:
        """Return how many were kept; one without events broke no promise."""
        left = (
            remaining(self._counting.hours(slo, period.start_ms, period.end_ms), slo.budget_ratio)
            for slo in slos
        )
        return sum(one is None or one >= 0 for one in left)

    def _row(self, slo: SLO, period: Period) -> tuple[Cell, ...]:
        counted = self._counting.hours(slo, period.start_ms, period.end_ms)
        window = self._counting.hours(slo, period.end_ms - slo.window_ms, period.end_ms)
        ratio = counted.error_ratio
        return (
            slo.name,
            f"{percent(slo.target)} over {slo.window}",
            "no events" if ratio is None else measured(1 - ratio),
            counted.bad_events,
            remaining(window, slo.budget_ratio),
        )
