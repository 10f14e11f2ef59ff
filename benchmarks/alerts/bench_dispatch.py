"""A storm of alerts: 10,000 at once, grouped and handed to the channels."""

from __future__ import annotations

import time
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.alerts.routing.alertmanager.load import parse_routing
from otel_monitoring.alerts.routing.dispatch import Dispatcher
from otel_monitoring.alerts.routing.plain import plain_config
from otel_monitoring.guard import Guard
from otel_monitoring.model.alert import SentAlert
from otel_monitoring.model.labels import Labels
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.alerts.routing.config import RoutingConfig
    from otel_monitoring.model.alert import Notice

ALERTS = 10_000
AT_MOST_S = 2.0
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

CONFIGS = {
    "each by itself": plain_config(),
    "all together": plain_config(group_by=()),
    "a tree": parse_routing(TREE, source="alertmanager.yml"),
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
    """Budget: 4 KiB per alert, at 1,000 and at 10,000 alerts."""
    per_alert = [_bytes_per_alert(CONFIGS[name], count) for count in (1000, ALERTS)]

    print(f"{name}: {per_alert[0]:.0f} and {per_alert[1]:.0f} bytes per alert")
    assert max(per_alert) < AT_MOST_BYTES_PER_ALERT
    assert per_alert[1] < per_alert[0] * 1.5


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
