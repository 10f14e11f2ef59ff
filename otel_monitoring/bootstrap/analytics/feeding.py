"""What the desks tell reports and insights of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.reports.feeds.anomalies import AnomaliesFeed
from otel_monitoring.reports.feeds.forecasts import ForecastsFeed
from otel_monitoring.reports.feeds.slos import SlosFeed

if TYPE_CHECKING:
    from otel_monitoring.bootstrap.analytics.desks import Desks


def feed(desks: Desks) -> None:
    """Let each desk write its section of reports, and have its say among the insights."""
    for one in (AnomaliesFeed(desks.anomalies), SlosFeed(desks.slos), ForecastsFeed(desks.forecasts)):
        desks.reports.add(one)
        desks.insights.add(one)
