"""Releases and performance budgets: in reports, and what got worse among the insights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.errors import MonitoringError
from otel_monitoring.model.labels import NAME, Labels
from otel_monitoring.reports.anomalies.words import moment
from otel_monitoring.reports.insights.insight import Evidence, Insight
from otel_monitoring.reports.releases.findings import SERIES
from otel_monitoring.reports.summary.model import Column, Section, Table
from otel_monitoring.reports.summary.source import without_data
from otel_monitoring.reports.values import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from otel_monitoring.reports.budgets.desk import BudgetsDesk, BudgetStanding
    from otel_monitoring.reports.releases.desk import ReleasesDesk
    from otel_monitoring.reports.releases.findings import Regression
    from otel_monitoring.reports.summary.period import Period

_TITLE = "Releases and budgets"
_DAY_MS = 86_400_000
_MOST_ROWS = 15
_LEAST_KEPT = 0.99
_RELEASES = (Column("Release"), Column("Service"), Column("First seen"))
_REGRESSIONS = (Column("Found"), Column("Release"), Column("What got worse"))
_BUDGETS = (
    Column("Endpoint"),
    Column("Figure"),
    Column("Budget"),
    Column("At worst"),
    Column("Time within", "1"),
)
_RELEASE_ADVICE = "Compare the traces of both releases: otel-monitoring releases shows every endpoint."
_RELEASE_WHY = "It began with the release: what changed then is a short list."
_BUDGET_ADVICE = "Find what the time goes into in a slow trace of the endpoint, or give it another budget."
_BUDGET_WHY = "A budget that is not kept and not changed says nothing any more."


class ReleasesFeed:
    """The section of releases, regressions and budgets, and insights about them.

    Args:
        releases: Knows the releases, and what got worse with them.
        budgets: Knows how endpoints stand to their budgets.
    """

    name = "releases"

    def __init__(self, releases: ReleasesDesk, budgets: BudgetsDesk) -> None:
        self._releases = releases
        self._budgets = budgets

    def section(self, period: Period) -> Section | None:
        """Return what was released and what got worse; ``None`` where there is nothing of either."""
        try:
            tables = tuple(self._tables(period))
        except MonitoringError as error:
            return without_data(self.name, _TITLE, f"the question could not be answered: {error}")
        return Section(self.name, _TITLE, tables=tables) if tables else None

    def insights(self, now_ms: int) -> Sequence[Insight]:
        """Return what got worse within a day, and budgets that are not kept now."""
        recent = [one for one in self._releases.regressions() if now_ms - one.found_ms <= _DAY_MS]
        over = [] if not self._budgets.budgets else self._budgets.standings(span_ms=_DAY_MS, end_ms=now_ms)
        broken = [one for one in over if not one.is_kept and one.kept < _LEAST_KEPT]
        return [*map(_regressed, recent), *(_over(one, now_ms) for one in broken)]

    def _tables(self, period: Period) -> Iterator[Table]:
        new = [
            one
            for one in self._releases.releases()
            if period.start_ms <= one.first_ms < period.end_ms and not one.is_first
        ]
        if new:
            rows = tuple((one.version, one.job, moment(one.first_ms)) for one in new[:_MOST_ROWS])
            yield Table("New releases", _RELEASES, rows)
        worse = [
            one for one in self._releases.regressions() if period.start_ms <= one.found_ms < period.end_ms
        ]
        if worse:
            rows = tuple((moment(one.found_ms), one.version, one.text) for one in worse[:_MOST_ROWS])
            yield Table("What got worse with a release", _REGRESSIONS, rows)
        if self._budgets.budgets:
            span_ms = period.end_ms - period.start_ms
            found = self._budgets.standings(span_ms=span_ms, end_ms=period.end_ms)
            if found:
                yield Table("Budgets", _BUDGETS, tuple(map(_budget_row, found[:_MOST_ROWS])))


def _budget_row(one: BudgetStanding) -> tuple[str | float | None, ...]:
    budget = one.budget
    return (
        f"{one.method} {one.route}".strip(),
        budget.figure,
        shown(budget.most, budget.unit),
        shown(one.worst, budget.unit),
        one.kept,
    )


def _regressed(one: Regression) -> Insight:
    return Insight(
        rule="regression",
        labels=one.labels.with_({NAME: ""}),
        sentence=one.text,
        evidence=Evidence(expr=SERIES, value=one.size, at_ms=one.found_ms),
        effect=min(0.6 + 0.3 * abs(one.size), 0.9),
        kind="errors" if one.what == "errors" else "latency",
        advice=_RELEASE_ADVICE,
        why=_RELEASE_WHY,
        since_ms=one.since_ms,
    )


def _over(one: BudgetStanding, now_ms: int) -> Insight:
    return Insight(
        rule="budget",
        labels=Labels.of(
            job=one.job, http_request_method=one.method, http_route=one.route, figure=one.budget.figure
        ),
        sentence=one.sentence(),
        evidence=Evidence(
            value=one.value,
            values={"budget": one.budget.most, "worst": one.worst, "kept": one.kept},
            window_s=_DAY_MS / 1000,
            at_ms=now_ms,
        ),
        effect=0.4 + 0.4 * (1 - one.kept),
        kind="latency",
        advice=_BUDGET_ADVICE,
        why=_BUDGET_WHY,
    )
