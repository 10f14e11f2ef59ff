"""Make reports: each section by its source, and one that fails takes nothing else along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.guard import Guard
from otel_monitoring.reports.summary import requests
from otel_monitoring.reports.summary.alerts import AlertSection
from otel_monitoring.reports.summary.asker import Asker
from otel_monitoring.reports.summary.brief import brief
from otel_monitoring.reports.summary.capacity import capacity
from otel_monitoring.reports.summary.clean import cleaned
from otel_monitoring.reports.summary.markdown import markdown
from otel_monitoring.reports.summary.model import Report, Section
from otel_monitoring.reports.summary.page import html
from otel_monitoring.reports.summary.period import Period
from otel_monitoring.reports.summary.plain import as_json
from otel_monitoring.reports.summary.shelf import Kept, Shelf
from otel_monitoring.reports.summary.source import AskedSection, without_data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.promql.query import Query
    from otel_monitoring.reports.summary.alerts import Episode
    from otel_monitoring.reports.summary.period import Kind
    from otel_monitoring.reports.summary.source import SectionSource

ORDER = (
    *("health", "traffic", "errors", "latency", "endpoints", "alerts", "slos", "anomalies", "releases"),
    *("trends", "capacity", "forecasts", "advice"),
)
"""The order of sections; others come before the advice."""

_TITLES = {"daily": "Daily report", "weekly": "Weekly report", "monthly": "Monthly report"}


class ReportsDesk:
    """Make reports on demand.

    Args:
        query: Who answers PromQL.
        clock: Tells now.
        service: What the reports are about; empty where it has no name.
        zone: The time zone of days, weeks and months.
        episodes: Returns what fired between two Unix times in milliseconds; ``None`` where nobody knows.
        sources: Who else writes sections; one of the name of a section of ours takes its place.
        shelf: Where reports lie that were sent.
        redact: Applied to every text of a report.
    """

    def __init__(
        self,
        query: Query,
        clock: Clock,
        *,
        service: str = "",
        zone: str = "UTC",
        episodes: Callable[[int, int], Sequence[Episode]] | None = None,
        sources: Iterable[SectionSource] = (),
        shelf: Shelf | None = None,
        redact: Callable[[str], str] = str,
    ) -> None:
        self._redact = redact
        self.shelf = shelf or Shelf()
        self.clock = clock
        self.zone = zone
        self._query = query
        self._service = service
        self._guard = Guard("reports")
        self._sources: dict[str, SectionSource] = {one.name: one for one in _own(query)}
        if episodes is not None:
            self.add(AlertSection(episodes))
        for source in sources:
            self.add(source)

    def add(self, source: SectionSource) -> None:
        """Let somebody write a section of every report from now on."""
        self._sources = {**self._sources, source.name: source}

    def sources(self) -> list[SectionSource]:
        """Return who writes sections, in their order."""
        places = {name: at for at, name in enumerate(ORDER)}
        last = places["advice"] - 0.5
        return sorted(self._sources.values(), key=lambda one: places.get(one.name, last))

    def report(self, kind: Kind, *, end_ms: int | None = None) -> Report:
        """Return the report of the day, the seven days or the month up to a time.

        Args:
            kind: Which of them.
            end_ms: Unix time in milliseconds; ``None`` for now.

        Raises:
            AnalysisError: The time is out of the calendar.
        """
        now_ms = self.clock.now_ms()
        return self.about(Period.ending(kind, now_ms if end_ms is None else end_ms, zone=self.zone))

    def about(self, period: Period) -> Report:
        """Return the report of a period."""
        asker = Asker(self._query, period)
        written = (self._section(source, asker) for source in self.sources())
        title = f"{_TITLES[period.kind]}: {self._service}" if self._service else _TITLES[period.kind]
        sections = tuple(cleaned(section, self._redact) for section in written if section is not None)
        return Report(title, period, self.clock.now_ms(), sections)

    def kept(self, kind: Kind, *, end_ms: int | None = None) -> Kept:
        """Return a report in all its forms: the one that was sent, where that is about the same time.

        Raises:
            AnalysisError: The time is out of the calendar.
        """
        found = None if end_ms is None else self.shelf.find(kind, end_ms)
        return found or written(self.report(kind, end_ms=end_ms))

    def after_fork(self) -> None:
        """Begin anew in a child process."""
        self._guard.after_fork()
        self.shelf.after_fork()

    def _section(self, source: SectionSource, asker: Asker) -> Section | None:
        with self._guard:
            return source.asked(asker) if isinstance(source, AskedSection) else source.section(asker.period)
        reason = "writing this section failed; the log says more"
        return without_data(source.name, source.name.capitalize(), reason)


def written(report: Report) -> Kept:
    """Return a report in all its forms."""
    return Kept(
        kind=report.period.kind,
        title=report.title,
        start_ms=report.period.start_ms,
        end_ms=report.period.end_ms,
        generated_at_ms=report.generated_at_ms,
        html=html(report),
        markdown=markdown(report),
        lines=brief(report),
        document=as_json(report),
    )


def _own(query: Query) -> list[SectionSource]:
    return [
        AskedSection("traffic", "Traffic", query, requests.traffic),
        AskedSection("errors", "Errors", query, requests.errors),
        AskedSection("latency", "Latency", query, requests.latency),
        AskedSection("endpoints", "Slowest endpoints", query, requests.endpoints),
        AskedSection("capacity", "Capacity", query, capacity),
    ]
