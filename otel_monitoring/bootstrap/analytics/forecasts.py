"""The watch over limits and the desk that looks ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.reports.forecasts.desk import ForecastsDesk
from otel_monitoring.reports.forecasts.limits import DEFAULTS, limit_of
from otel_monitoring.reports.forecasts.watch import CapacityWatch

if TYPE_CHECKING:
    from otel_monitoring.bootstrap.analytics.desks import Desks
    from otel_monitoring.settings import Settings


def capacity_watch(settings: Settings, desks: Desks) -> CapacityWatch:
    """Return what looks after limits.

    Raises:
        AnalysisError: A limit of the settings is none.
    """
    analytics = settings.analytics
    return CapacityWatch(
        query=desks.query,
        subjects=desks.subjects,
        clock=desks.clock,
        limits=(*DEFAULTS, *map(limit_of, analytics.capacity)),
        record=desks.record,
        is_speaking=desks.is_speaking,
        interval_s=analytics.capacity_interval_s,
    )


def forecasts_desk(desks: Desks, watch: CapacityWatch) -> ForecastsDesk:
    """Return who looks ahead."""
    return ForecastsDesk(
        query=desks.query, subjects=desks.subjects, clock=desks.clock, standings=watch.standings
    )
