"""10,000 alerts at once, clocks that jump, a process that stands still: each is told, and once."""

from __future__ import annotations

from collections import Counter

import pytest

from otel_monitoring.alerts.routing.alertmanager.load import parse_routing
from tests.alerts.routing.desk import Desk, alert

ALERTS = 10_000
HOUR_S = 3600.0
CONFIG = """
route:
  receiver: ops
  group_by: [team]
  group_wait: 30s
  routes:
    - {receiver: log, matchers: ['part="3"'], continue: true, group_by: ['...']}
receivers:
  - {name: ops, webhook_configs: [{url: 'http://localhost/'}]}
  - {name: log, webhook_configs: [{url: 'http://localhost/'}]}
"""


def told(desk: Desk, receiver: str) -> Counter[tuple[str, bool]]:
    """Count how often each alert was news to a receiver: what it was told of an alert before is left out."""
    found: Counter[tuple[str, bool]] = Counter()
    known: dict[str, bool] = {}
    for notice in desk.notices:
        for one in notice.alerts if notice.receiver == receiver else ():
            job = one.labels.get("job")
            if known.get(job) != one.is_resolved:
                found[job, one.is_resolved] += 1
            known[job] = one.is_resolved
    return found


def put(desk: Desk, *, resolved: bool = False) -> None:
    now_ms = desk.clock.now_ms()
    desk.dispatcher.put(
        alert(
            job=str(number),
            team=str(number % 20),
            part=str(number % 10),
            starts_at_ms=now_ms,
            ends_at_ms=now_ms + (0 if resolved else 240_000),
            resolved=resolved,
        )
        for number in range(ALERTS)
    )


@pytest.mark.parametrize("trouble", ["none", "clock forward", "clock back", "standing still", "outage"])
def test_everything_is_told_once_as_firing_and_once_as_resolved(trouble: str) -> None:
    """S9.4 to S9.7: nothing sent twice, nothing lost."""
    desk = Desk(config=parse_routing(CONFIG, source="am.yml"))
    put(desk)
    desk.wait(60, step_s=30)
    if trouble.startswith("clock"):
        desk.clock.step_wall_clock(HOUR_S if trouble == "clock forward" else -HOUR_S)
    elif trouble == "standing still":
        desk.clock.advance(HOUR_S)
    elif trouble == "outage":
        desk.answers = False
    desk.dispatcher.flush()
    put(desk)
    desk.wait(60, step_s=30)
    put(desk, resolved=True)
    desk.wait(400, step_s=50)
    desk.end(taken=True)
    desk.answers = True
    desk.wait(400, step_s=50)

    for receiver, count in (("ops", 9 * ALERTS // 10), ("log", ALERTS // 10)):
        times = told(desk, receiver)
        assert len(times) == 2 * count
        assert set(times.values()) == {1}
    assert len({notice.key for notice in desk.notices}) == len(desk.notices)
    assert desk.dispatcher.stats()["alerts"] == 0
