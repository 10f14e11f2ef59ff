"""Measure with as many attribute values as a user id has, and print what became of it, as JSON.

Arguments: values on a counter, values on a histogram.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from pathlib import Path
from typing import Any

from opentelemetry import metrics

from otel_monitoring import setup_telemetry

PAGE_BYTES = 4096
QUIET_S = 5.0
LINES: list[str] = []


class Lines(logging.Handler):
    """Keep what the toolkit says."""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        LINES.append(record.getMessage())


def rss_bytes() -> int:
    """Return the memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES


def settled_bytes() -> int:
    """Return the memory once whatever begins with the start has begun: tables, first looks, imports."""
    grew_s, most = time.monotonic(), rss_bytes()
    while time.monotonic() - grew_s < QUIET_S:
        time.sleep(QUIET_S / 10)
        if rss_bytes() > most + PAGE_BYTES * 100:
            grew_s, most = time.monotonic(), rss_bytes()
    return rss_bytes()


def main() -> None:
    """Count and record."""
    counted, recorded = int(sys.argv[1]), int(sys.argv[2])
    logging.getLogger("otel_monitoring.ingest.aggregations").addHandler(Lines())
    monitoring = setup_telemetry(service_name="cardinality")
    meter = metrics.get_meter("shop")
    counter, histogram = meter.create_counter("shop.logins"), meter.create_histogram("shop.seconds")
    counter.add(1, {"user": "first", "kind": "a"})
    histogram.record(1.0, {"session": "first"})
    monitoring.collect()
    before = settled_bytes()
    for number in range(1, counted):
        counter.add(1, {"user": f"user-{number}", "kind": "ab"[number % 2]})
    for number in range(1, recorded):
        histogram.record(1.0, {"session": f"session-{number}"})
    monitoring.collect()
    print(json.dumps({"growth": rss_bytes() - before, "lines": LINES, **seen(monitoring)}))


def seen(monitoring: Any) -> dict[str, Any]:
    """Return what the exporters would get."""
    found: dict[str, Any] = {}
    for part in monitoring.exports.of("metrics"):
        part.put = lambda data: found.update(points(data))
    monitoring.force_flush()
    return found


def points(data: Any) -> dict[str, Any]:
    """Return totals, numbers of points and what is said to overflow."""
    by_name = {
        metric.name: metric.data.data_points
        for scope in data.resource_metrics[0].scope_metrics
        for metric in scope.metrics
    }
    return {
        "counted": sum(point.value for point in by_name["shop.logins"]),
        "recorded": sum(point.count for point in by_name["shop.seconds"]),
        "series": [len(by_name["shop.logins"]), len(by_name["shop.seconds"])],
        "overflows": [
            sum("otel.metric.overflow" in point.attributes for point in by_name[name])
            for name in ("shop.logins", "shop.seconds")
        ],
        "named": sorted(
            [point.attributes["metric"], point.attributes["attribute"]]
            for point in by_name["otel_monitoring.cardinality.overflow"]
        ),
    }


main()
