"""The desk that compares releases, and the watch that does so without being asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.bootstrap.analytics.beside import beside
from otel_monitoring.reports.releases.desk import ReleasesDesk
from otel_monitoring.reports.releases.watch import RegressionWatch

if TYPE_CHECKING:
    from otel_monitoring.bootstrap.analytics.desks import Desks
    from otel_monitoring.settings import Settings


def regression_watch(settings: Settings, desks: Desks) -> RegressionWatch:
    """Return what looks at new releases."""
    return RegressionWatch(
        query=desks.query,
        desk=ReleasesDesk(
            query=desks.query, clock=desks.clock, interval_s=settings.telemetry.collect_interval_s
        ),
        record=desks.record,
        tell=desks.found.tell,
        kept=desks.learned(RegressionWatch.name),
        is_speaking=desks.is_speaking,
        beside=beside(RegressionWatch.name),
    )


def releases_desk(settings: Settings, desks: Desks, watch: RegressionWatch) -> ReleasesDesk:
    """Return who answers about releases."""
    return ReleasesDesk(
        query=desks.query,
        clock=desks.clock,
        regressions=watch.found,
        interval_s=settings.telemetry.collect_interval_s,
    )
