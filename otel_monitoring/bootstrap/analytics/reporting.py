"""Insights and reports, made from the parts of an instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.reports.summary.desk import ReportsDesk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.alerts.history import Episode
    from otel_monitoring.bootstrap.analysis import Analysis
    from otel_monitoring.bootstrap.parts import Builder


def reports_desk(builder: Builder, analysis: Analysis) -> ReportsDesk:
    """Return the desk that makes reports."""

    def episodes(since_ms: int, until_ms: int) -> Sequence[Episode]:
        return analysis.history.find(since_ms=since_ms, until_ms=until_ms)

    return ReportsDesk(
        analysis.ask,
        builder.clock,
        service=str(builder.resource.attributes["service.name"]),
        zone=builder.settings.analytics.time_zone,
        episodes=episodes,
    )
