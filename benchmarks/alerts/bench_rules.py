"""A thousand rules over ten thousand series, beside a real Prometheus with the same file and samples.

Twenty services with five hundred series each; each service has fifty rules about its own series, as a team
writes them. Prometheus's cost is the processor time of its process while it does nothing but evaluate.
"""

from __future__ import annotations

import statistics
import subprocess
import time
from typing import TYPE_CHECKING

import httpx
import numpy as np
import pytest
import yaml

from otel_monitoring.alerts.evaluation.asking import Asking
from otel_monitoring.alerts.evaluation.evaluator import Evaluator
from otel_monitoring.alerts.rules.rulefile import parse_rules
from otel_monitoring.guard import Guard
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.promql.language.parse import parse
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock
from tests.integration.promql.remote_write import send
from tests.integration.servers import free_ports, program
from tests.promql.generated import Made

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

INTERVAL_S = 15
CORE_AT_MOST = 0.03
AT_LEAST = 5.0
SERVICES, RULES_EACH = 20, 50
EVALUATIONS = 20
PEER_INTERVAL_S, PEER_WAIT_S, PEER_MEASURED_S = 5, 12, 25
START_MS = 1_750_000_000_000


def rule_file() -> str:
    groups = [
        {"name": f"service-{number}", "rules": [_rule(f"s{number}", at) for at in range(RULES_EACH)]}
        for number in range(SERVICES)
    ]
    return yaml.safe_dump({"groups": groups}, sort_keys=False)


def _rule(job: str, at: int) -> dict[str, Any]:
    requests = f'http_requests_total{{job="{job}"'
    exprs = (
        f"sum by (route) (rate({requests}}}[5m])) > 1e9",
        f'sum(rate({requests},status="500"}}[5m])) / sum(rate({requests}}}[5m])) > 0.5',
        f'avg_over_time(load{{job="{job}"}}[10m]) > 1e9',
        f'max by (instance) (load{{job="{job}"}}) > 1e9',
        f'sum by (instance) (rate({requests},route="/r{at % 10}"}}[5m])) > 1e9 and on () vector(1)',
    )
    return {
        "alert": f"A{at}",
        "expr": exprs[at % len(exprs)],
        "for": "5m",
        "labels": {"severity": "page"},
        "annotations": {"summary": "{{ $labels.instance }} is at {{ $value | humanize }}"},
    }


def label_sets() -> tuple[Labels, ...]:
    """Return 10,000 series: of each service 250 counters and 250 gauges."""
    made = []
    for number in range(SERVICES):
        for at in range(250):
            shared = {"job": f"s{number}", "instance": f"host-{at % 5}"}
            more = {"route": f"/r{at // 5 % 10}", "status": str(200 + 300 * (at // 50 % 2))}
            made.append(Labels.of(__name__="http_requests_total", method=str(at // 100), **more, **shared))
            made.append(Labels.of(__name__="load", cpu=str(at // 5), **shared))
    return tuple(made)


def ours_s() -> float:
    """Return the processor seconds that one interval takes: append a collection and evaluate every rule."""
    store, clock = SeriesStore(max_series=50_000, max_bytes=1 << 30), FakeClock(START_MS)
    evaluator = Evaluator(
        groups=parse_rules(rule_file(), source="rules.yml", check_expr=parse).groups,
        query=Asking(Engine(store)),
        send=lambda _alerts: None,
        record=store.append,
        clock=clock,
        guard=Guard("benchmark"),
        interval_s=INTERVAL_S,
    )
    labels = label_sets()
    steps = np.arange(len(labels), dtype=np.float64) % 7 + 1
    taken = []
    for turn in range(45 + EVALUATIONS):
        clock.advance(INTERVAL_S)
        began_s = time.process_time()
        store.append(Batch("self", clock.now_ms(), labels, steps * turn * INTERVAL_S))
        evaluator.tick(clock.now_ms())
        taken.append(time.process_time() - began_s)
    stats = evaluator.stats()
    assert (stats["rules"], stats["rules_failing"]) == (SERVICES * RULES_EACH, 0)
    return statistics.median(taken[45:])


def theirs_s(folder: Path) -> float:
    """Return the processor seconds that Prometheus takes to evaluate the same rules once."""
    empty = "storage: {tsdb: {out_of_order_time_window: 30d}}\n"
    config = folder / "prometheus.yml"
    config.write_text(empty)
    (folder / "rules.yml").write_text(rule_file())
    port = free_ports(1)[0]
    url = f"http://127.0.0.1:{port}"
    command = [
        str(program("prometheus")),
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-remote-write-receiver",
        "--web.enable-lifecycle",
        "--log.level=error",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_ready(url)
        _load(url)
        config.write_text(
            f"global: {{evaluation_interval: {PEER_INTERVAL_S}s}}\n{empty}rule_files: [rules.yml]\n"
        )
        httpx.post(f"{url}/-/reload", timeout=30).raise_for_status()
        time.sleep(PEER_WAIT_S)
        began_s, before_s = time.monotonic(), _cpu_s(url)
        time.sleep(PEER_MEASURED_S)
        spent_s, rounds = _cpu_s(url) - before_s, (time.monotonic() - began_s) / PEER_INTERVAL_S
        groups = httpx.get(f"{url}/api/v1/rules").json()["data"]["groups"]
        assert {rule["health"] for group in groups for rule in group["rules"]} == {"ok"}
        return spent_s / rounds
    finally:
        process.terminate()
        process.wait(30)


def _load(url: str) -> None:
    """Give it the samples of the last quarter of an hour and of the next two minutes."""
    now_ms = int(time.time()) // INTERVAL_S * INTERVAL_S * 1000
    times_ms = [now_ms + turn * INTERVAL_S * 1000 for turn in range(-60, 9)]
    labels = label_sets()
    for begin in range(0, len(labels), 1000):
        part = enumerate(labels[begin : begin + 1000], begin)
        send(
            url,
            [Made(one, [(t, (at % 7 + 1) * (t - times_ms[0]) / 1000) for t in times_ms]) for at, one in part],
        )


def _wait_ready(url: str) -> None:
    for _ in range(300):
        try:
            if httpx.get(f"{url}/-/ready", timeout=2).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail("Prometheus was not ready")


def _cpu_s(url: str) -> float:
    lines = httpx.get(f"{url}/metrics").text.splitlines()
    return float(next(line for line in lines if line.startswith("process_cpu_seconds_total")).split()[1])


@pytest.mark.timeout(300)
def test_1000_rules_over_10k_series(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Budget: 3 % of a core at an interval of 15 s, and a fifth of what Prometheus takes."""
    theirs, ours = theirs_s(tmp_path), ours_s()

    with capsys.disabled():
        print(
            f"\n1,000 rules over 10,000 series, one evaluation: Prometheus {theirs * 1e3:.0f} ms, "
            f"ours {ours * 1e3:.0f} ms, {theirs / ours:.1f} x less; {ours / INTERVAL_S:.1%} of a core"
        )
    assert ours / INTERVAL_S <= CORE_AT_MOST
    assert theirs / ours >= AT_LEAST
