"""The watch for anomalies and the desk that answers about them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from otel_monitoring.analytics.anomaly.bank import AnomalyBank
from otel_monitoring.reports.anomalies.desk import AnomaliesDesk
from otel_monitoring.reports.anomalies.watch import AnomalyWatch, Outlets
from otel_monitoring.reports.anomalies.watched import golden_signals, named

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otel_monitoring.bootstrap.analytics.desks import Desks
    from otel_monitoring.reports.anomalies.watched import Watched
    from otel_monitoring.settings import Settings

_COLLECTIONS = 4
_ENOUGH = 1.0
"""Weights are shares of the least traffic."""


def anomaly_watch(settings: Settings, desks: Desks) -> AnomalyWatch:
    """Return what watches series for anomalies."""
    analytics = settings.analytics
    return AnomalyWatch(
        query=desks.query,
        watched=watched(settings, desks),
        bank=partial(
            AnomalyBank,
            false_alarm_hours=analytics.anomaly_false_alarm_hours,
            method=analytics.anomaly_method,
            minimum_weight=_ENOUGH,
        ),
        outlets=Outlets(record=desks.record, tell=desks.found.tell, states=desks.learned(AnomalyWatch.name)),
        is_speaking=desks.is_speaking,
        interval_s=analytics.anomaly_interval_s,
        max_series=analytics.anomaly_max_series,
    )


def anomalies_desk(settings: Settings, desks: Desks, watch: AnomalyWatch) -> AnomaliesDesk:
    """Return who answers about anomalies."""
    analytics = settings.analytics
    return AnomaliesDesk(
        query=desks.query,
        subjects=desks.subjects,
        clock=desks.clock,
        events=desks.found.events,
        lasting=watch.lasting,
        is_watching=lambda: analytics.enabled,
        false_alarm_hours=analytics.anomaly_false_alarm_hours,
        method=analytics.anomaly_method,
        interval_s=settings.telemetry.collect_interval_s,
    )


def watched(settings: Settings, desks: Desks) -> Callable[[], Sequence[Watched]]:
    """Return what tells what is watched: the golden signals and what the user names."""
    interval_s = settings.analytics.anomaly_interval_s
    range_ms = round(1000 * max(interval_s, _COLLECTIONS * settings.telemetry.collect_interval_s))
    golden = golden_signals(range_ms)
    texts = settings.analytics.anomaly_watch
    return lambda: [*golden, *named(texts, desks.subjects, range_ms=range_ms)]
