"""The same promises with the real Collector, over both protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.lifecycle.load import run_load, run_load_into_sigterm
from tests.integration.lifecycle.processes import FLUSH_S
from tests.integration.servers import eventually, json_lines, recording_to

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.integration.conftest import StartCollector
    from tests.integration.lifecycle.conftest import Serve

DURATION = "http.server.request.duration"
UVICORN = ("uvicorn", "--host", "127.0.0.1", "--port", "PORT", "--no-access-log", "APPS.shop:app")
GUNICORN = ("gunicorn", "-k", "uvicorn.workers.UvicornWorker", "-b", "127.0.0.1:PORT", "APPS.shop:app")
ENDED_AFTER = 500
PROTOCOLS = ["grpc", "http/protobuf"]


def trace_ids(folder: Path) -> set[str]:
    """Return the traces that the Collector has written down."""
    return {
        span["traceId"]
        for document in json_lines(folder / "traces.jsonl")
        for of_resource in document["resourceSpans"]
        for scope in of_resource["scopeSpans"]
        for span in scope["spans"]
    }


def counts(folder: Path) -> dict[str, int]:
    """Return how many requests each instance has counted, as the Collector last heard."""
    found: dict[str, int] = {}
    for instance, point in points(folder):
        found[instance] = max(found.get(instance, 0), int(point["count"]))
    return found


def points(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for document in json_lines(folder / "metrics.jsonl"):
        for of_resource in document["resourceMetrics"]:
            attributes = {one["key"]: one["value"] for one in of_resource["resource"]["attributes"]}
            for scope in of_resource["scopeMetrics"]:
                for metric in scope["metrics"]:
                    if metric["name"] == DURATION:
                        for point in metric["histogram"]["dataPoints"]:
                            yield attributes["service.instance.id"]["stringValue"], point


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_sigterm_in_the_middle_of_the_load_loses_no_span(
    serve: Serve, start_collector: StartCollector, tmp_path: Path, protocol: str
) -> None:
    collector = start_collector(recording_to(tmp_path))
    endpoint = collector.otlp_grpc if protocol == "grpc" else collector.otlp_http
    server = serve(
        *UVICORN,
        endpoint=endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL=protocol,
        OTEL_MONITORING_TELEMETRY__FLUSH_TIMEOUT_S=FLUSH_S,
    )

    answers = run_load_into_sigterm(server, after=ENDED_AFTER)

    assert len(answers.trace_ids) == answers.answered >= ENDED_AFTER
    assert eventually(lambda: not answers.trace_ids - trace_ids(tmp_path), what="every trace")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_sums_over_preloaded_workers_are_exact(
    serve: Serve, start_collector: StartCollector, tmp_path: Path, protocol: str
) -> None:
    collector = start_collector(recording_to(tmp_path))
    endpoint = collector.otlp_grpc if protocol == "grpc" else collector.otlp_http
    command = (*GUNICORN, "-w", "4", "--preload")
    server = serve(
        *command,
        endpoint=endpoint,
        workers=4,
        OTEL_EXPORTER_OTLP_PROTOCOL=protocol,
        OTEL_MONITORING_TELEMETRY__FLUSH_TIMEOUT_S=FLUSH_S,
    )

    answers = run_load(server.port, requests=4000, connections=32)
    server.terminate()

    assert answers.statuses == {200: 4000}
    assert eventually(lambda: sum(counts(tmp_path).values()) == 4000, what="every request")
    assert len(counts(tmp_path)) == 4
