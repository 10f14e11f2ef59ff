"""A storm of alerts: 10,000 at once, grouped and handed to the channels, beside a real Alertmanager."""

from __future__ import annotations

import json
import time
import tracemalloc
from typing import TYPE_CHECKING

import httpx
import pytest

from otel_monitoring.alerts.routing.alertmanager.load import parse_routing
from otel_monitoring.alerts.routing.dispatch import Dispatcher
from otel_monitoring.alerts.routing.plain import plain_config
from otel_monitoring.guard import Guard
from otel_monitoring.model.alert import SentAlert
from otel_monitoring.model.labels import Labels
from otel_monitoring.notify.channels.alertmanager import as_json
from otel_monitoring.notify.message import message_of, rfc3339
from otel_monitoring.testing import FakeClock
from tests.integration.routing.play import Start, Told, alertmanager, webhooks
from tests.integration.servers import eventually, program

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from otel_monitoring.alerts.routing.config import RoutingConfig
    from otel_monitoring.model.alert import Notice

ALERTS = 10_000
AT_MOST_S = 2.0
FAR_AWAY = "2100-01-01T00:00:00Z"
AT_MOST_BYTES_PER_ALERT = 4096
TREE = """
route:
  receiver: ops
  group_by: [alertname, team]
  group_wait: 0s
  routes:
    - {receiver: ops, matchers: [severity="page", 'team=~"web|api|db"'], continue: true, group_by: ['...']}
    - {receiver: ops, matchers: ['team=~"t[0-9]+"']}
inhibit_rules:
  - {source_matchers: [severity="page"], target_matchers: [severity="info"], equal: [instance]}
receivers: [{name: ops, webhook_configs: [{url: 'http://localhost/'}]}]
"""
MUTUAL = """
route: {receiver: ops, group_wait: 0s}
inhibit_rules: [{source_matchers: [job="node"], target_matchers: [job="node"]}]
receivers: [{name: ops, webhook_configs: [{url: 'http://localhost/'}]}]
"""

CONFIGS = {
    "each by itself": plain_config(),
    "all together": plain_config(group_by=()),
    "a tree": parse_routing(TREE, source="alertmanager.yml"),
    "all could inhibit all": parse_routing(MUTUAL, source="alertmanager.yml"),
}


def storm(count: int, *, is_resolved: bool = False) -> list[SentAlert]:
    end_ms = FakeClock().now_ms() + (0 if is_resolved else 10**9)
    return [
        SentAlert(
            labels=Labels.of(
                alertname=f"Rule{at % 50}",
                severity=("page", "warning", "info")[at % 3],
                team=f"t{at % 20}",
                instance=f"host-{at}:9100",
                job="node",
            ),
            annotations={"summary": f"host-{at} is slow"},
            value=float(at),
            starts_at_ms=1000,
            ends_at_ms=end_ms,
            is_resolved=is_resolved,
        )
        for at in range(count)
    ]


class Counter:
    """A delivery that counts the alerts of the notices and takes all."""

    def __init__(self) -> None:
        self.alerts = 0

    def __call__(self, notice: Notice, done: Callable[[bool], None]) -> None:
        """Take a notice."""
        self.alerts += len(notice.alerts)
        done(True)  # noqa: FBT003 - the protocol of ``done``


def dispatcher(config: RoutingConfig, counter: Counter) -> Dispatcher:
    return Dispatcher(deliver=counter, clock=FakeClock(), guard=Guard("bench"), config=config)


@pytest.mark.parametrize("name", CONFIGS)
def test_groups_and_hands_over_10000_alerts(name: str) -> None:
    """Budget: 2 s of CPU from the evaluator's hand to the channels, and again for their resolution."""
    counter = Counter()
    desk = dispatcher(CONFIGS[name], counter)
    spent_s = []
    for alerts in (storm(ALERTS), storm(ALERTS, is_resolved=True)):
        start_s = time.process_time()
        desk.put(alerts)
        desk.flush()
        spent_s.append(time.process_time() - start_s)

    print(f"{name}: firing {spent_s[0]:.2f} s, resolved {spent_s[1]:.2f} s of CPU")
    assert counter.alerts >= ALERTS
    assert max(spent_s) < AT_MOST_S


@pytest.mark.parametrize("name", CONFIGS)
def test_sending_10000_alerts_again_is_cheaper_still(name: str) -> None:
    """Budget: 1 s of CPU per minute for a storm that goes on."""
    counter = Counter()
    desk = dispatcher(CONFIGS[name], counter)
    alerts = storm(ALERTS)
    desk.put(alerts)
    desk.flush()
    before = counter.alerts

    start_s = time.process_time()
    desk.put(alerts)
    desk.flush()
    spent_s = time.process_time() - start_s

    print(f"{name}: {spent_s:.2f} s of CPU")
    assert counter.alerts == before
    assert spent_s < AT_MOST_S / 2


@pytest.mark.parametrize("name", CONFIGS)
def test_memory_per_alert_does_not_depend_on_their_number(name: str) -> None:
    """Budget: 4 KiB per alert, at 10,000 and at 40,000 alerts."""
    per_alert = [_bytes_per_alert(CONFIGS[name], count) for count in (ALERTS, 4 * ALERTS)]

    print(f"{name}: {per_alert[0]:.0f} and {per_alert[1]:.0f} bytes per alert")
    assert max(per_alert) < AT_MOST_BYTES_PER_ALERT
    assert per_alert[1] < per_alert[0] * 1.5


def test_a_storm_costs_less_than_on_alertmanager(tmp_path: Path) -> None:
    """Budget: less CPU than Alertmanager takes for the same storm, the bodies of the webhooks included.

    Alertmanager also reads the alerts as JSON and posts the bodies; both are a small part of what it spends.
    """
    told, bodies, alerts = Told(), Bodies(), storm(ALERTS)
    times = {"startsAt": rfc3339(round(time.time() * 1000) + 60_000), "endsAt": FAR_AWAY}
    with webhooks(told, Start()) as url, alertmanager(program("alertmanager"), _tree(url), tmp_path) as api:
        before_s = _cpu_s(api)
        for first in range(0, ALERTS, 1000):
            posted = [{**as_json(alert), **times} for alert in alerts[first : first + 1000]]
            httpx.post(f"{api}/api/v2/alerts", json=posted, timeout=30).raise_for_status()
        eventually(lambda: _alerts_told(told) >= ALERTS, timeout_s=60, what="the webhooks")
        theirs_s = _cpu_s(api) - before_s

    desk = Dispatcher(
        deliver=bodies, clock=FakeClock(), guard=Guard("bench"), config=parse_routing(TREE, source="tree.yml")
    )
    start_s = time.process_time()
    desk.put(alerts)
    desk.flush()
    ours_s = time.process_time() - start_s

    print(f"ours {ours_s:.2f} s, Alertmanager {theirs_s:.2f} s of CPU")
    assert bodies.alerts == ALERTS
    assert ours_s < theirs_s


class Bodies:
    """A delivery that makes the body of each webhook."""

    def __init__(self) -> None:
        self.alerts = 0

    def __call__(self, notice: Notice, done: Callable[[bool], None]) -> None:
        """Take a notice."""
        self.alerts += len(notice.alerts)
        json.dumps(message_of(notice).as_json())
        done(True)  # noqa: FBT003 - the protocol of ``done``


def _tree(url: str) -> str:
    patient = TREE.replace("group_wait: 0s", "group_wait: 6s\n  group_interval: 6s")
    return patient.replace("http://localhost/", f"{url}/0")


def _alerts_told(told: Told) -> int:
    bodies = [json.loads(body) for bodies in told.bodies().values() for body in bodies]
    return len({one["fingerprint"] for body in bodies for one in body["alerts"]})


def _cpu_s(api: str) -> float:
    lines = httpx.get(f"{api}/metrics").text.splitlines()
    return float(next(line for line in lines if line.startswith("process_cpu_seconds_total")).split()[1])


def _bytes_per_alert(config: RoutingConfig, count: int) -> float:
    alerts = storm(count)
    tracemalloc.start()
    try:
        desk = dispatcher(config, Counter())
        desk.put(alerts)
        desk.flush()
        held, _ = tracemalloc.get_traced_memory()
        assert desk.stats()["alerts"] == count
        return held / count
    finally:
        tracemalloc.stop()
