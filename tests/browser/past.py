"""Four hours that the shop has behind it: two processes, both gone, the second slower than the first.

What needs hours of samples has something to say of them, and none of it changes any more.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from otel_monitoring.analytics.anomaly.verdict import Reason
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.record import EVENT, Record
from otel_monitoring.model.sample import Batch, Metadata
from otel_monitoring.reports.anomalies.findings import EVENT_NAME, Anomaly
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.ends import STOPPED
from otel_monitoring.storage.recording.records import RecordLog
from otel_monitoring.storage.samples.log import SampleLog
from otel_monitoring.storage.samples.sources import Source
from otel_monitoring.storage.service import Service
from otel_monitoring.storage.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator

MINUTE_MS: Final = 60_000
ROUTE: Final = "/products/{number}"
"""What these processes served, and the shop of now does not."""

WAITING: Final = "orders_waiting"
OLD, NEW = "web-old", "web-new"

_STEP_MS, _EACH_STEP = 15_000, 8
_STEPS, _RELEASED = 960, 720
_ENDED_AGO_MS = 10 * MINUTE_MS
_BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, math.inf)
_USUAL_S, _SLOW_S = 0.04, 0.3
_DURATION = "http_server_request_duration_seconds"
_METADATA = (
    Metadata("target_info", "gauge", "", ""),
    Metadata(WAITING, "gauge", "Orders that wait", "{order}"),
    Metadata(_DURATION, "histogram", "Duration of HTTP server requests.", "s"),
)


def remember(url: str, now_ms: int) -> None:
    """Write that past into the storage of a shop that has not started yet.

    Args:
        url: Of the storage.
        now_ms: When the shop starts, Unix milliseconds.
    """
    database = Database(url=url, clock=SystemClock())
    assert database.ensure(), database.state
    writer = Writer(database=database, clock=SystemClock())
    begins_ms = now_ms - _ENDED_AGO_MS - _STEPS * _STEP_MS
    released_ms = begins_ms + _RELEASED * _STEP_MS
    old = Source(OLD, Service("shop"), host="web", version="1.3.0", started_ms=begins_ms)
    new = Source(NEW, Service("shop"), host="web", version="1.4.0", started_ms=released_ms)
    for source, steps in ((old, range(_RELEASED)), (new, range(_RELEASED, _STEPS))):
        log = SampleLog(database=database, writer=writer, source=source)
        for batch in _collected(source, steps, begins_ms):
            log.append(batch)
        log.end(at_ms=begins_ms + steps.stop * _STEP_MS, reason=STOPPED)
    records = RecordLog(database=database, writer=writer, source=lambda: new)
    records.append([_told(_anomaly(released_ms))])
    while writer.write_once():
        pass
    database.close()


def _collected(source: Source, steps: range, begins_ms: int) -> Iterator[Batch]:
    for step in steps:
        served = (step - steps.start + 1) * _EACH_STEP
        slow = served // 4 if source.instance == NEW else 0
        values = {
            _labels(source, "target_info", service_version=source.version): 1.0,
            _labels(source, WAITING): _waiting(step),
            **_durations(source, served, slow),
        }
        yield Batch(source.instance, begins_ms + step * _STEP_MS, [*values], [*values.values()], _METADATA)


def _waiting(step: int) -> float:
    """Return about three orders before the release, and more and more after it."""
    return 3.0 + math.sin(step * 1.7) / 2 + math.sin(step * 0.61) / 3 + max(0, step - _RELEASED) / 20


def _durations(source: Source, served: int, slow: int) -> dict[Labels, float]:
    of = {"http_request_method": "GET", "http_route": ROUTE, "http_response_status_code": "200"}
    found = {
        _labels(source, f"{_DURATION}_bucket", le="+Inf" if math.isinf(bound) else f"{bound:g}", **of): float(
            (served - slow) * (bound >= _USUAL_S) + slow * (bound >= _SLOW_S)
        )
        for bound in _BOUNDS_S
    }
    total_s = (served - slow) * _USUAL_S + slow * _SLOW_S
    count, total = (_labels(source, f"{_DURATION}_{end}", **of) for end in ("count", "sum"))
    return {**found, count: float(served), total: total_s}


def _labels(source: Source, name: str, **more: str) -> Labels:
    return Labels.of(__name__=name, job="shop", instance=source.instance, **more)


def _anomaly(released_ms: int) -> Anomaly:
    """Return what was found when the release made the products slow."""
    buckets = f"rate({_DURATION}_bucket[1m])"
    by = "sum by (job, http_request_method, http_route, le)"
    return Anomaly(
        name="http.p95",
        labels=Labels.of(job="shop", http_request_method="GET", http_route=ROUTE),
        unit="s",
        expr=f"histogram_quantile(0.95, {by} ({buckets}))",
        since_ms=released_ms + 2 * MINUTE_MS,
        until_ms=released_ms + 32 * MINUTE_MS,
        peak_ms=released_ms + 10 * MINUTE_MS,
        value=0.4625,
        expected_low=0.0312,
        expected_high=0.0575,
        score=0.93,
        rarity_hours=400.0,
        reason=Reason.LEVEL_SHIFT,
    )


def _told(anomaly: Anomaly) -> Record:
    said = {"body": anomaly.sentence(), "attributes": anomaly.attributes()}
    return Record(EVENT, anomaly.since_ms, EVENT_NAME, said)
