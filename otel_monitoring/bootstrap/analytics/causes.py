"""The desk that answers about causes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from otel_monitoring.reports.correlations.desk import Alerted, CorrelationsDesk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.alerts.history import AlertHistory
    from otel_monitoring.bootstrap.analysis import Analysis
    from otel_monitoring.bootstrap.analytics.desks import Desks
    from otel_monitoring.model.sample import Metadata
    from otel_monitoring.settings import Settings


def correlations_desk(settings: Settings, analysis: Analysis, desks: Desks) -> CorrelationsDesk:
    """Return who answers about causes."""

    def metadata() -> Mapping[str, Metadata]:
        return analysis.store.metadata()

    return CorrelationsDesk(
        query=desks.query,
        subjects=desks.subjects,
        clock=desks.clock,
        metadata=metadata,
        alerts=partial(_alerted, analysis),
        interval_s=settings.telemetry.collect_interval_s,
    )


def _alerted(analysis: Analysis, text: str) -> Alerted | None:
    """Return the last time that an alert fired, by its fingerprint or by the name of its rule."""
    from otel_monitoring.notify.message import fingerprint

    history: AlertHistory = analysis.history  # which comes after the desks are made
    for episode in history.find():
        if text in (episode.rule, fingerprint(episode.labels)):
            return Alerted(episode.rule, episode.labels, episode.started_at_ms)
    return None
