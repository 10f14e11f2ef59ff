"""What the desks tell reports and insights of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from otel_monitoring.reports.feeds.anomalies import AnomaliesFeed
from otel_monitoring.reports.feeds.forecasts import ForecastsFeed
from otel_monitoring.reports.feeds.releases import ReleasesFeed
from otel_monitoring.reports.feeds.slos import SlosFeed
from otel_monitoring.reports.feeds.trends import TrendsFeed
from otel_monitoring.reports.insights.insight import InsightSource
from otel_monitoring.reports.summary.source import SectionSource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo

    from otel_monitoring.bootstrap.analytics.desks import Desks
    from otel_monitoring.reports.anomalies.watched import Watched


class _Feed(SectionSource, InsightSource, Protocol):
    """What writes a section and has insights."""


def feed(desks: Desks, watched: Callable[[], Sequence[Watched]], zone: tzinfo) -> None:
    """Let each desk write its section of reports, and have its say among the insights and in the score.

    Args:
        desks: All of them.
        watched: Returns the signals that matter.
        zone: The zone of the days that are named.
    """
    slos = SlosFeed(desks.slos)
    desks.score.add(slos)
    feeds: list[_Feed] = [
        AnomaliesFeed(desks.anomalies),
        slos,
        ReleasesFeed(desks.releases, desks.budgets),
        ForecastsFeed(desks.forecasts, zone=zone),
        TrendsFeed(desks.trends, watched),
    ]
    for one in feeds:
        desks.reports.add(one)
        desks.insights.add(one)
