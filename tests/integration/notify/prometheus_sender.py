"""What a real Prometheus and our evaluator send to an Alertmanager for the same rule file."""

from __future__ import annotations

import math
import random
import subprocess
import time
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

import httpx

from otel_monitoring.alerts.evaluation.asking import Asking
from otel_monitoring.alerts.evaluation.evaluator import Evaluator
from otel_monitoring.alerts.rules.rulefile import parse_rules
from otel_monitoring.guard import Guard
from otel_monitoring.notify.channels.alertmanager import AlertmanagerSender
from otel_monitoring.promql.engine import Engine
from otel_monitoring.promql.language.parse import parse
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.templates.texts import table_link
from otel_monitoring.testing import FakeClock
from tests.integration.servers import eventually, free_ports, missed_evaluations, program
from tests.notify.receiver import receiving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Sent: TypeAlias = tuple[str, int, int, str, str, str]
"""Name, start and end in whole seconds, labels, annotations and generator URL of an alert as it was sent."""

PERIOD_S = 10
_MOST_TRIES = 3
"""How often it may say itself that it has left out evaluations, as where the machine stood still."""
RESEND_S = 2
EXTERNAL_URL = "http://monitoring.example.org/base"
EXTERNAL_LABELS = {"site": "here", "severity": "none"}
RULES = """
groups:
- name: made up
  interval: 1s
  rules:
  - alert: AtOnce
    expr: floor(vector(time())) % 10 < 4
    labels: {severity: page, empty: ""}
    annotations: {summary: "at {{ $value }}"}
  - alert: Held
    expr: label_replace(floor(vector(time())) % 10 < 7, "job", "a b", "", "")
    for: 2s
    keep_firing_for: 1s
    annotations: {summary: "{{ $labels.job }} of {{ $externalLabels.site }}"}
  - alert: Never
    expr: vector(0) > 1
"""


def theirs(folder: Path, *, periods: int) -> tuple[list[Sent], int]:
    """Return what Prometheus sends in some whole periods, and the Unix second at which they begin."""
    with receiving() as sink, _prometheus(folder, sink.url.removesuffix("/hook")) as url:
        eventually(lambda: _is_ready(url) or None, what="Prometheus")
        for _ in range(_MOST_TRIES):
            missed = missed_evaluations(url)
            start_s = (math.floor(time.time()) // PERIOD_S + 1) * PERIOD_S
            end_s = start_s + periods * PERIOD_S
            time.sleep(end_s + 1 - time.time())
            if missed_evaluations(url) == missed:
                break
        return _within([one for body in list(sink.bodies) for one in body], start_s, end_s), start_s


def ours(*, start_s: int, periods: int) -> list[Sent]:
    """Return what our evaluator sends in the same seconds, through the sender and over HTTP."""
    end_s = start_s + periods * PERIOD_S
    clock = FakeClock((start_s - PERIOD_S) * 1000)
    with receiving() as sink:
        sender = AlertmanagerSender(
            [sink.url.removesuffix("/hook")], clock=clock, shield=nullcontext, chance=random.random
        )
        evaluator = Evaluator(
            groups=parse_rules(RULES, source="rules.yml", check_expr=parse).groups,
            query=Asking(Engine(SeriesStore(max_series=100, max_bytes=1 << 20))),
            send=sender.send,
            record=lambda _batch: None,
            clock=clock,
            guard=Guard("differential"),
            resend_delay_s=RESEND_S,
            external_labels=EXTERNAL_LABELS,
            external_url=EXTERNAL_URL,
            generator_url=lambda expr: EXTERNAL_URL + table_link(expr),
        )
        while clock.now_ms() < (end_s + 1) * 1000:
            clock.advance(1)
            evaluator.tick(clock.now_ms())
            assert sender.flush(5)
        sender.stop(1)
        return _within([one for body in sink.bodies for one in body], start_s, end_s)


def _within(alerts: list[dict[str, Any]], start_s: int, end_s: int) -> list[Sent]:
    """Return what began, and was sent, between two seconds; sorted."""
    sent = [
        (
            one["labels"]["alertname"],
            _second(one["startsAt"]),
            _second(one["endsAt"]),
            repr(sorted(one["labels"].items())),
            repr(sorted(one["annotations"].items())),
            one["generatorURL"],
        )
        for one in alerts
    ]
    return sorted(one for one in sent if start_s <= one[1] and one[2] <= end_s)


def _second(text: str) -> int:
    return math.floor(datetime.fromisoformat(text).timestamp())


@contextmanager
def _prometheus(folder: Path, sink: str) -> Iterator[str]:
    (port,) = free_ports(1)
    target = sink.removeprefix("http://")
    (folder / "rules.yml").write_text(RULES)
    (folder / "prometheus.yml").write_text(
        "global: {evaluation_interval: 1s, external_labels: {site: here, severity: none}}\n"
        "rule_files: [rules.yml]\n"
        f"alerting: {{alertmanagers: [{{static_configs: [{{targets: ['{target}']}}]}}]}}\n"
    )
    command = [
        str(program("prometheus")),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        f"--web.external-url={EXTERNAL_URL}",
        "--web.route-prefix=/",
        f"--rules.alert.resend-delay={RESEND_S}s",
    ]
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=60)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/-/ready", timeout=30).is_success
    except httpx.TransportError:
        return False
