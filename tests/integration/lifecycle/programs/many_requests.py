"""Drive an application through many requests in this process and print what became of its memory, as JSON.

Arguments: requests to warm up with, twice; requests to measure.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path
from typing import Any

from opentelemetry import metrics
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from otel_monitoring import setup_telemetry

PAGE_BYTES = 4096
SCOPE = {
    "type": "http",
    "method": "GET",
    "scheme": "http",
    "http_version": "1.1",
    "server": ("127.0.0.1", 80),
    "client": ("127.0.0.1", 5000),
    "root_path": "",
    "query_string": b"",
    "headers": [(b"host", b"shop")],
}


class Lines(logging.Handler):
    """Keep what the toolkit says about its exports."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        self.lines.append(record.getMessage())


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer, and log a line with every other answer."""
    if scope["path"][-1] in "02468":
        logging.getLogger("shop").warning("looked at %s", scope["path"])
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


def rss_bytes() -> int:
    """Return the memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES


def dropped() -> dict[str, float]:
    """Return ``otel_monitoring.export.dropped`` by signal."""
    reader = InMemoryMetricReader()
    provider: Any = metrics.get_meter_provider()
    provider.add_metric_reader(reader)
    found: dict[str, float] = {}
    data: Any = reader.get_metrics_data()
    for scope in data.resource_metrics[0].scope_metrics:
        for metric in scope.metrics:
            if metric.name == "otel_monitoring.export.dropped":
                for point in metric.data.data_points:
                    signal = point.attributes["signal"]
                    found[signal] = found.get(signal, 0) + point.value
    return found


async def drive(app: Any, requests: int) -> int:
    """Send requests; return how many were answered with 200."""
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    for number in range(requests):
        path = f"/items/{number % 1000}"
        await app({**SCOPE, "path": path, "raw_path": path.encode(), "state": {}}, receive, send)
        if number % 1000 == 0:
            await asyncio.sleep(0)
    return statuses.count(200)


def main() -> None:
    """Warm up, measure, end."""
    warm_up, measured = int(sys.argv[1]), int(sys.argv[2])
    logging.getLogger("shop").addHandler(logging.NullHandler())
    lines = Lines()
    logging.getLogger("otel_monitoring.telemetry.pipeline").addHandler(lines)
    monitoring = setup_telemetry(application, service_name="many")
    answered = 0
    for _ in range(2):  # what the first collection sets going is in use with the second
        answered += asyncio.run(drive(monitoring.app, warm_up))
        monitoring.collect()
    before = rss_bytes()
    answered += asyncio.run(drive(monitoring.app, measured))
    monitoring.collect()
    after = rss_bytes()
    said = [line for line in lines.lines if "are not exported" in line]
    print(json.dumps({"answered": answered, "growth": after - before, "dropped": dropped(), "said": said}))


main()
