"""The watch for anomalies as it ships, over three made-up days of a shop: what it finds, and what besides."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from otel_monitoring.analytics.anomaly.bank import AnomalyBank
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.reports.anomalies.findings import Anomaly
from otel_monitoring.reports.anomalies.watch import AnomalyWatch, Outlets
from otel_monitoring.reports.anomalies.watched import golden_signals
from otel_monitoring.stores.series import SeriesStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

START_MS = 1_700_006_400_000
MINUTE_MS, DAY_MINUTES, DAYS = 60_000, 1440, 3
RANGE_MS = 240_000
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
DURATION = "http_server_request_duration_seconds"
ROUTES = 12
FOUND_WITHIN_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong for a while.

    Attributes:
        day: When it begins, in days from the start.
        hours: How long it lasts.
        signal: What is watched and shows it.
        route: Where; empty for the process.
    """

    day: float
    hours: float
    signal: str
    route: str = ""

    def holds(self, day: float) -> bool:
        return self.day <= day < self.day + self.hours / 24

    def shows(self, found: Anomaly) -> bool:
        """Tell whether a finding is about it, from its beginning to an hour after its end."""
        day = (found.since_ms - START_MS) / (MINUTE_MS * DAY_MINUTES)
        is_here = (
            found.name in (self.signal, "system.memory") and found.labels.get("http_route") == self.route
        )
        return is_here and self.day <= day < self.day + (self.hours + 1) / 24


FAULTS = (
    Fault(1.6, 1, "http.p95", "/r3"),
    Fault(1.9, 1, "http.error_ratio", "/r5"),
    Fault(2.2, 1, "http.request_rate", "/r1"),
    Fault(2.6, 3, "process.memory"),
)


@dataclass(slots=True)
class Shop:
    """Twelve routes with a day's course, a process, and what goes wrong with them."""

    rng: np.random.Generator
    counts: dict[tuple[str, str], Any] = field(default_factory=dict)
    memory: float = 3e8
    routes: list[tuple[str, float, float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Draw how often each route is asked for, how long it takes, and how often it fails."""
        for number in range(ROUTES):
            rate, median_s = self.rng.uniform(0.2, 8), self.rng.uniform(0.01, 0.3)
            self.routes.append((f"/r{number}", rate, median_s, self.rng.choice([0, 0.001, 0.01])))

    def collect(self, minute: int) -> dict[Labels, float]:
        """Return everything that is collected at a minute."""
        day = minute / DAY_MINUTES
        season = 1 + 0.7 * math.sin(2 * math.pi * (day - 0.3)) + 0.2 * math.sin(4 * math.pi * day)
        wrong = {(one.signal, one.route) for one in FAULTS if one.holds(day)}
        found = dict(self._process(season, minute, is_leaking=("process.memory", "") in wrong))
        for route, rate, median_s, failing in self.routes:
            requests = 0 if ("http.request_rate", route) in wrong else self.rng.poisson(rate * season * 60)
            median_now_s = median_s * 4 if ("http.p95", route) in wrong else median_s
            failing_now = 0.3 if ("http.error_ratio", route) in wrong else failing
            failed = self.rng.binomial(requests, failing_now)
            durations_s = median_now_s * np.exp(0.5 * self.rng.standard_normal(requests))
            buckets = np.bincount(np.searchsorted(BOUNDS, durations_s), minlength=len(BOUNDS) + 1)
            for code, share in (("200", requests - failed), ("500", failed)):
                found.update(self._counted(route, code, buckets * (share / max(requests, 1))))
        return found

    def _counted(self, route: str, code: str, buckets: Any) -> Iterator[tuple[Labels, float]]:
        counted = self.counts.setdefault((route, code), np.zeros(len(BOUNDS) + 1))
        counted += buckets
        total = np.cumsum(counted)
        if total[-1] == 0:
            return
        labels = {"http_request_method": "GET", "http_route": route, "http_response_status_code": code}
        for bound, value in zip([*map(str, BOUNDS), "+Inf"], total.tolist(), strict=True):
            yield named(f"{DURATION}_bucket", le=bound, **labels), value
        yield named(f"{DURATION}_count", **labels), float(total[-1])

    def _process(self, season: float, minute: int, *, is_leaking: bool) -> Iterator[tuple[Labels, float]]:
        rng = self.rng
        self.memory = 0.98 * self.memory + 6e6 + rng.normal(0, 1e6) + (1e7 if is_leaking else 0.0)
        yield named("process_memory_usage_bytes"), self.memory
        yield named("otel_monitoring_memory_utilization_ratio"), self.memory / 2e9
        yield named("otel_monitoring_cpu_utilization_ratio"), 0.2 * season + 0.03 * rng.standard_normal()
        yield named("process_cpu_utilization_ratio"), 0.15 * season + 0.02 * rng.standard_normal()
        yield named("otel_monitoring_asyncio_loop_lag_seconds"), abs(rng.normal(0.002, 0.002))
        yield named("process_thread_count"), 12.0
        yield named("process_unix_file_descriptor_count"), 40.0 + rng.integers(0, 4)
        yield (
            named("system_filesystem_utilization_ratio", system_filesystem_mountpoint="/"),
            0.5 + 1e-5 * minute,
        )
        yield named("target_info", service_version="1.0"), 1.0


def named(name: str, **labels: str) -> Labels:
    return Labels.of(__name__=name, job="shop", instance="a", **labels)


def test_a_shop_over_three_days() -> None:
    """Every fault is found within half an hour; besides, at most 0.1 findings a series and day."""
    store = SeriesStore(retention_s=7200, interval_s=60)
    began: list[Anomaly] = []

    def tell(name: str, body: str, attributes: Mapping[str, Any], *, at_ms: int) -> None:  # noqa: ARG001
        found = Anomaly.read(attributes)
        if found.until_ms is None:
            began.append(found)

    watch = AnomalyWatch(
        query=Engine(store),
        watched=lambda: golden_signals(RANGE_MS),
        bank=lambda: AnomalyBank(minimum_weight=1.0),
        outlets=Outlets(record=store.append, tell=tell),
        is_speaking=lambda: True,
    )
    shop, spent_s, most_s = Shop(np.random.default_rng(3)), 0.0, 0.0
    for minute in range(DAYS * DAY_MINUTES):
        at_ms = START_MS + (minute + 1) * MINUTE_MS
        collected = shop.collect(minute)
        store.append(Batch("self", at_ms, list(collected), list(collected.values())))
        start_s = time.perf_counter()
        watch.step(at_ms)
        taken_s = time.perf_counter() - start_s
        spent_s, most_s = spent_s + taken_s, max(most_s, taken_s)
        if minute % 60 == 0:
            store.trim(at_ms)

    scores = Engine(store)("otel_monitoring_anomaly_score", at_ms).samples
    delays = [_delay_minutes(fault, began) for fault in FAULTS]
    besides = [one for one in began if not any(fault.shows(one) for fault in FAULTS)]
    rate = len(besides) / len(scores) / DAYS
    print(f"\n{len(scores)} series over {DAYS} days, a point a minute")
    for fault, delay in zip(FAULTS, delays, strict=True):
        print(f"  {fault.signal:18} {fault.route:4} found after {delay:.0f} minutes")
    print(f"  besides: {len(besides)} findings, {rate:.3f} a series and day")
    print(
        f"  a step: {1000 * spent_s / (DAYS * DAY_MINUTES):.1f} ms in the mean, {1000 * most_s:.1f} at most"
    )
    assert max(delays) <= FOUND_WITHIN_MINUTES
    assert rate <= 0.1


def _delay_minutes(fault: Fault, began: list[Anomaly]) -> float:
    fault_ms = START_MS + fault.day * DAY_MINUTES * MINUTE_MS
    return min(((one.since_ms - fault_ms) / MINUTE_MS for one in began if fault.shows(one)), default=math.inf)
