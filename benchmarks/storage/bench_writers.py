"""Many processes append to one file; and what appending costs beside a Prometheus that scrapes the same.

``OTEL_MONITORING_SCALE`` stretches the intervals: 1 for those of the issue, 0.1 by default.
"""

from __future__ import annotations

import contextlib
import http.server
import json
import multiprocessing
import os
import re
import statistics
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
import pytest

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.samples.log import SampleLog
from otel_monitoring.storage.samples.sources import Source
from otel_monitoring.storage.writer import Writer
from tests.integration.servers import eventually, free_ports, program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.queues import Queue
    from pathlib import Path

SCALE = float(os.environ.get("OTEL_MONITORING_SCALE", "0.1"))
INTERVAL_S = 5.0 * SCALE
PROCESSES, SERIES, ROUNDS = 8, 2_000, 40
SCRAPED, SCRAPES = 10_000, 20

pytestmark = pytest.mark.timeout(900)


def test_eight_processes_append_to_one_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Budget: never "database is locked"; the wait's 99th percentile is under a tenth of the interval."""
    url = f"sqlite:///{tmp_path}/storage.db"
    context = multiprocessing.get_context("spawn")
    answers: Queue[dict[str, Any]] = context.Queue()
    children = [context.Process(target=_append, args=(url, number, answers)) for number in range(PROCESSES)]
    for child in children:
        child.start()
    found = [answers.get(timeout=300) for _ in children]
    for child in children:
        child.join(60)

    waits_s = np.array([wait_s for one in found for wait_s in one["waits_s"]])
    p99_s = float(np.quantile(waits_s, 0.99))
    with capsys.disabled():
        print(
            f"\n{PROCESSES} processes, {SERIES} series each {INTERVAL_S:g} s: wait p50 "
            f"{np.median(waits_s) * 1000:.1f} ms, p99 {p99_s * 1000:.1f} ms, "
            f"most {waits_s.max() * 1000:.1f} ms"
        )
    assert len(waits_s) == PROCESSES * ROUNDS
    assert not any(one["locked"] for one in found)
    assert all(one["written"] == ROUNDS for one in found)
    assert p99_s < INTERVAL_S / 10


def test_appending_costs_no_more_than_prometheus_takes_to_scrape(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Budget: at most the CPU of a Prometheus that scrapes and appends the same 10,000 series."""
    with _scraped(tmp_path) as prometheus:
        theirs_s = _cpu_of_scrapes(prometheus)
    ours_s = _cpu_of_appends(f"sqlite:///{tmp_path}/storage.db")

    with capsys.disabled():
        print(f"\n{SCRAPED} series: {ours_s * 1000:.2f} ms of CPU, Prometheus {theirs_s * 1000:.2f} ms")
    assert ours_s <= theirs_s


def _append(url: str, number: int, answers: Queue[dict[str, Any]]) -> None:
    """Append on a grid of times; tell how long each transaction took, waiting for others included."""
    database = Database(url=url, clock=SystemClock())
    writer = Writer(database=database, clock=SystemClock())
    log = SampleLog(database=database, writer=writer, source=Source(f"process-{number}"))
    labels, values = _labels(SERIES), np.arange(SERIES, dtype=np.float64)
    eventually(database.ensure, what="the database")
    waits_s, locked = [], 0
    due_s = time.monotonic() + 1.0
    for _ in range(ROUNDS):
        time.sleep(max(0.0, due_s - time.monotonic()))
        due_s += INTERVAL_S
        values += 1
        before_s = time.perf_counter()
        log.append(Batch("self", int(time.time() * 1000), labels, values))
        while not writer.flush(30):
            locked += 1
        waits_s.append(time.perf_counter() - before_s)
    stats = writer.stats()
    database.close()
    answers.put({"waits_s": waits_s, "locked": locked + stats["failed"], "written": stats["written"]})


def _cpu_of_appends(url: str) -> float:
    """Return the CPU of one collection in seconds, of the whole process."""
    database = Database(url=url, clock=SystemClock())
    assert database.ensure(), database.state
    writer = Writer(database=database, clock=SystemClock())
    log = SampleLog(database=database, writer=writer, source=Source("one"))
    labels, values = _labels(SCRAPED), np.arange(SCRAPED, dtype=np.float64)
    spent_s = []
    for number in range(SCRAPES + 1):
        values += 1
        before_s = time.process_time()
        log.append(Batch("self", number + 1, labels, values))
        assert writer.flush(30)
        spent_s.append(time.process_time() - before_s)
    database.close()
    return statistics.mean(spent_s[1:])  # the first one brings the label sets, as the first scrape does


def _cpu_of_scrapes(prometheus: str) -> float:
    """Return the CPU of one scrape in seconds, less what the server takes without."""

    def look() -> tuple[float, float]:
        text = httpx.get(f"{prometheus}/metrics", timeout=10).text
        return _value(text, "process_cpu_seconds_total"), _value(
            text, "prometheus_tsdb_head_samples_appended_total"
        )

    eventually(lambda: look()[1] >= SCRAPED * 2, what="the first scrapes")
    cpu_s, samples = look()
    eventually(lambda: look()[1] >= samples + SCRAPED * SCRAPES, timeout_s=120, what="further scrapes")
    then_s, later = look()
    return (then_s - cpu_s) / ((later - samples) / SCRAPED)


def _value(text: str, name: str) -> float:
    found = re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE)
    return sum(float(one) for one in found)


@contextlib.contextmanager
def _scraped(folder: Path) -> Iterator[str]:
    """Run a Prometheus that scrapes the same series each half second; yield its address."""
    (port,) = free_ports(1)
    with _exposing() as target:
        config = {
            "scrape_configs": [
                {
                    "job_name": "same",
                    "scrape_interval": "500ms",
                    "scrape_timeout": "500ms",
                    "static_configs": [{"targets": [target]}],
                }
            ]
        }
        path = folder / "prometheus.json"
        path.write_text(json.dumps(config), encoding="utf-8")  # JSON is YAML
        command = [
            str(program("prometheus")),
            f"--config.file={path}",
            f"--storage.tsdb.path={folder / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=error",
        ]
        with (folder / "prometheus.log").open("wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            eventually(lambda: _is_ready(url), what="Prometheus")
            yield url
        finally:
            process.terminate()
            process.wait(30)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/-/ready", timeout=2).is_success
    except httpx.TransportError:
        return False


@contextlib.contextmanager
def _exposing() -> Iterator[str]:
    """Serve the series, each value one more than the last time; yield the address."""
    heads = [f"{_pairs(labels)} " for labels in _labels(SCRAPED)]
    count = 0

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            nonlocal count
            count += 1
            body = "\n".join([f"{head}{at + count}" for at, head in enumerate(heads)] + [""]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Keep the output clean."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def _pairs(labels: Labels) -> str:
    known = labels.as_dict()
    name = known.pop("__name__")
    return name + "{" + ",".join(f'{key}="{text}"' for key, text in known.items()) + "}"


def _labels(count: int) -> tuple[Labels, ...]:
    name = "http_server_request_duration_seconds_bucket"
    return tuple(
        Labels.of(__name__=name, route=f"/r{number // 20}", le=str(number % 20)) for number in range(count)
    )
