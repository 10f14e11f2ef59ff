"""Run beside callbacks, exporters and channels that raise, are slow and hang; print what went on, as JSON.

Arguments: the URL of a webhook, the path of a rule file.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from opentelemetry import metrics, trace
from opentelemetry.metrics import Observation
from opentelemetry.sdk.trace import SpanProcessor

from otel_monitoring import setup_telemetry

if TYPE_CHECKING:
    from collections.abc import Callable

FOR_EVER = threading.Event()
LONGEST_S = 30.0
LINES: list[str] = []


class Lines(logging.Handler):
    """Keep what the toolkit says."""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        LINES.append(record.getMessage())


class Hanging(SpanProcessor):
    """An exporter of the application's own that hangs when it is flushed."""

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Hang."""
        return FOR_EVER.wait()


def raising(_options: Any) -> list[Observation]:
    """Raise."""
    msg = "no database"
    raise ConnectionError(msg)


def slow(_options: Any) -> list[Observation]:
    """Take a while."""
    time.sleep(1.5)
    return [Observation(1)]


def hanging(_options: Any) -> list[Observation]:
    """Hang."""
    FOR_EVER.wait()
    return []


def eventually(look: Callable[[], bool]) -> bool:
    """Return whether ``look`` came true before long."""
    deadline_s = time.monotonic() + LONGEST_S
    while time.monotonic() < deadline_s:
        if look():
            return True
        time.sleep(0.05)
    return False


def main() -> None:
    """Set up, let everything misbehave, and look what goes on."""
    logging.getLogger("otel_monitoring").addHandler(Lines())
    monitoring = setup_telemetry(
        service_name="misbehaving",
        telemetry={"collect_interval_s": 0.2, "export_interval_s": 0.2},
        alerts={"interval_s": 0.2, "rule_files": [sys.argv[2]], "default_rules": False},
        notify={"channels": [sys.argv[1]], "timeout_s": 20, "allow_private": True},
    )
    provider: Any = trace.get_tracer_provider()
    provider.add_span_processor(Hanging())
    meter = metrics.get_meter("shop")
    for name, callback in (("raising", raising), ("slow", slow), ("hanging", hanging)):
        meter.create_observable_gauge(name, [callback])
    meter.create_observable_gauge("good", [lambda _options: [Observation(7)]])
    with trace.get_tracer("shop").start_as_current_span("work"):
        pass
    muted = eventually(lambda: monitoring_muted(monitoring) == ["hanging", "raising", "slow"])
    runs = {job.name: job.runs for job in monitoring.loop.jobs}
    goes_on = eventually(lambda: all(job.runs > runs[job.name] + 3 for job in busy(monitoring)))
    print(json.dumps({"muted": muted, "goes_on": goes_on, "lines": LINES, "end_s": time.monotonic()}))
    sys.stdout.flush()


def busy(monitoring: Any) -> list[Any]:
    """Return the jobs that run all the time."""
    return [job for job in monitoring.loop.jobs if job.name in ("collect", "evaluate")]


def monitoring_muted(monitoring: Any) -> list[str]:
    """Return what the metric of muted callbacks says."""
    found: list[str] = []
    (pipeline,) = monitoring.exports.of("metrics")
    put = pipeline.put

    def look(data: Any) -> None:
        put(data)
        for scope in data.resource_metrics[0].scope_metrics:
            for metric in scope.metrics:
                if metric.name == "otel_monitoring.callbacks.muted":
                    found.extend(str(point.attributes["metric"]) for point in metric.data.data_points)

    pipeline.put = look
    monitoring._collect(5.0, export_now=True)
    pipeline.put = put
    return sorted(set(found))


main()
