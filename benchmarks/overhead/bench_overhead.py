"""What a request costs with our instrumentation, as a multiple of what the stock instrumentation costs.

Variants run in fresh processes, in turn, and are compared within a round, so that a slow minute hurts all
alike. Rounds and requests: ``BENCH_ROUNDS`` (5), ``BENCH_REQUESTS`` (6000).
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
REQUESTS = int(os.environ.get("BENCH_REQUESTS", "6000"))
WARM_UP = 1000
NAMES = ("bare", "vanilla", "fastapi_native", "ours", "ours_sampled", "ours_in_memory", "ours_kept")
BUDGET = 0.38
BUDGET_SAMPLED = 0.15
BUDGET_MIB = 16.0
BUDGET_IMPORT = 1.2


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.overhead.receiver"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    port = process.stdout.readline().strip()
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.communicate(timeout=10)


def measure(variant: str, endpoint: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.overhead.drive", variant, "--requests", str(REQUESTS)]
    environ = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
    ran = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=300, check=True)
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    with urllib.request.urlopen(endpoint, timeout=10) as answer:
        found["spans"] = json.loads(answer.read())["spans"]
    return found


@pytest.mark.timeout(1800)
def test_cost_of_a_request(endpoint: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Budget: 0.38 x the overhead of the stock instrumentation, 0.15 x at one trace in ten, 16 MiB."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in NAMES}
    for _ in range(ROUNDS):
        for name in NAMES:
            rows[name].append(measure(name, endpoint))

    overhead = {
        name: statistics.median(
            one["us_per_request"] - bare["us_per_request"]
            for one, bare in zip(rows[name], rows["bare"], strict=True)
        )
        for name in NAMES
    }
    with capsys.disabled():
        print("\n| variant | us a request | overhead us | x vanilla | MiB over bare | spans a request |")
        print("|---|---|---|---|---|---|")
        for name in NAMES:
            print(_row(name, rows, overhead))
    served = REQUESTS + WARM_UP
    assert {row["spans"] for row in rows["ours"]} == {served}, "every span arrives"
    print(
        f"budgets: {overhead['ours'] / overhead['vanilla']:.2f} of {BUDGET}, "
        f"{overhead['ours_sampled'] / overhead['vanilla']:.2f} of {BUDGET_SAMPLED}"
    )


def _row(name: str, rows: dict[str, list[dict[str, Any]]], overhead: dict[str, float]) -> str:
    cost = statistics.median(row["us_per_request"] for row in rows[name])
    memory = statistics.median(
        row["started_kib"] - bare["started_kib"] for row, bare in zip(rows[name], rows["bare"], strict=True)
    )
    spans = statistics.median(row["spans"] for row in rows[name]) / (REQUESTS + WARM_UP)
    ratio = overhead[name] / overhead["vanilla"]
    return (
        f"| {name} | {cost:.0f} | {overhead[name]:.0f} | {ratio:.2f} | {memory / 1024:+.1f} | {spans:.2f} |"
    )


IMPORTS = {
    "ours": "import otel_monitoring",
    "ours, with the call": "from otel_monitoring import setup_telemetry",
    "SDK and its exporter": (
        "import opentelemetry.sdk.trace, opentelemetry.sdk.metrics, opentelemetry.sdk._logs, "
        "opentelemetry.exporter.otlp.proto.http.trace_exporter, "
        "opentelemetry.exporter.otlp.proto.http.metric_exporter, "
        "opentelemetry.exporter.otlp.proto.http._log_exporter"
    ),
}


def test_cost_of_the_import(capsys: pytest.CaptureFixture[str]) -> None:
    """Budget: ``import otel_monitoring`` at most 1.2 x the CPU of importing the SDK and its exporter."""
    costs = {name: statistics.median(_import_s(code) for _ in range(7)) for name, code in IMPORTS.items()}

    with capsys.disabled():
        print("\n| import | CPU ms |")
        print("|---|---|")
        for name, cost_s in costs.items():
            print(f"| {name} | {cost_s * 1000:.0f} |")
    assert costs["ours"] < BUDGET_IMPORT * costs["SDK and its exporter"]


def _import_s(code: str) -> float:
    program = f"import time; t = time.process_time(); {code}; print(time.process_time() - t)"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    return float(ran.stdout)
