"""A desk over six hours in which a queue filled up, and calls became slow and rare."""

from __future__ import annotations

import numpy as np

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import STALE, Batch, Metadata
from otel_monitoring.promql.engine import Engine
from otel_monitoring.reports.correlations.desk import Alerted, CorrelationsDesk
from otel_monitoring.reports.subjects import Subjects
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock

START_MS = 1_767_225_600_000
STEP_MS = 60_000
MINUTES, BEGAN, NOTICED = 480, 440, 446
END_MS = START_MS + (MINUTES - 1) * STEP_MS
NOTICED_MS = START_MS + NOTICED * STEP_MS
METADATA = {
    one.name: one
    for one in (
        Metadata("queue_depth", "gauge", "", "{message}"),
        Metadata("lag_seconds", "gauge", "", "s"),
        Metadata("calls_total", "counter", "", "{call}"),
        Metadata("temperature", "gauge", "", "Cel"),
        Metadata("otel_monitoring_anomaly_score", "gauge", "", "1"),
    )
}


def store(*, minutes: int = MINUTES, rooms: int = 6, seldom: int = 0) -> SeriesStore:
    """Return a store with the last so many minutes of it."""
    rng = np.random.default_rng(3)
    depth = 10 + rng.standard_normal(MINUTES)
    depth[BEGAN:] += 60
    lag = 0.5 + 0.05 * rng.standard_normal(MINUTES)
    lag[BEGAN + 3 :] += 1.0
    rate = 300 + 5 * rng.standard_normal(MINUTES)
    rate[BEGAN + 4 :] -= 200
    rows = {
        Labels.of(__name__="queue_depth", queue="mail"): depth,
        Labels.of(__name__="lag_seconds"): lag,
        Labels.of(__name__="calls_total", route="/pay"): np.cumsum(rate),
        Labels.of(__name__="otel_monitoring_anomaly_score", of="queue_depth"): (depth > 30).astype(float),
    }
    for room in range(rooms):
        rows[Labels.of(__name__="temperature", room=str(room))] = 20 + rng.standard_normal(MINUTES)
    for room in range(seldom):
        there = (np.arange(MINUTES) % 20 == room % 20) | (np.arange(MINUTES) >= BEGAN - 30)
        values = np.where(there, 20 + rng.standard_normal(MINUTES), STALE)
        rows[Labels.of(__name__="temperature", room=f"seldom {room}")] = values
    kept = SeriesStore(retention_s=86_400, interval_s=60)
    labels, values = list(rows), np.array(list(rows.values()))
    for minute in range(MINUTES - minutes, MINUTES):
        at_ms = START_MS + minute * STEP_MS
        kept.append(Batch(source="self", time_ms=at_ms, labels=labels, values=values[:, minute]))
    return kept


def desk(*, minutes: int = MINUTES, seldom: int = 0) -> CorrelationsDesk:
    """Return a desk that stands at the end of it."""
    return CorrelationsDesk(
        query=Engine(store(minutes=minutes, seldom=seldom)),
        subjects=Subjects(metadata=lambda: METADATA),
        clock=FakeClock(END_MS),
        metadata=lambda: METADATA,
        alerts=lambda text: ALERT if text in ("SlowCalls", "85bb05e1e7f5a9ba") else None,
        interval_s=60.0,
    )


ALERT = Alerted("SlowCalls", Labels.of(alertname="SlowCalls", route="/pay"), NOTICED_MS)
