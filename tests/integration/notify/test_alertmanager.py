"""Alerts sent to a real Alertmanager."""

from __future__ import annotations

import json
import random
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.labels import Labels
from otel_monitoring.notify.channels.alertmanager import AlertmanagerSender
from tests.integration.notify import prometheus_sender
from tests.integration.routing.play import Start, Told, webhooks
from tests.integration.routing.play import alertmanager as running
from tests.integration.servers import eventually, free_ports, program
from tests.notify.receiver import make_notice

if TYPE_CHECKING:
    from pathlib import Path

    from otel_monitoring.model.alert import SentAlert
    from tests.integration.servers import Alertmanager

pytestmark = pytest.mark.integration


def known(alertmanager: Alertmanager, labels: Labels) -> list[Any]:
    """Return the alerts of these labels that are active there."""
    wanted = [f'{name}="{value}"' for name, value in labels]
    answer = httpx.get(f"{alertmanager.url}/api/v2/alerts", params={"filter": wanted}, trust_env=False)
    answer.raise_for_status()
    found: list[Any] = answer.json()
    return found


def test_an_alert_is_known_there_until_it_resolves(alertmanager: Alertmanager) -> None:
    """S8.2."""
    clock = SystemClock()
    now_ms = clock.now_ms()
    alert = replace(
        make_notice().alerts[0],
        labels=Labels.of(alertname="SentByUs", job=f"{random.random()}"),
        starts_at_ms=now_ms - 60_000,
        ends_at_ms=now_ms + 240_000,
    )
    sender = AlertmanagerSender([alertmanager.url], clock=clock, shield=nullcontext, chance=random.random)

    sender.send([alert])
    assert sender.flush(10)
    firing = known(alertmanager, alert.labels)
    sender.send([replace(alert, ends_at_ms=now_ms - 1000, is_resolved=True)])
    assert sender.flush(10)
    after = known(alertmanager, alert.labels)
    sender.stop(5)

    assert [one["annotations"]["summary"] for one in firing] == ["CPU is at 97%"]
    assert firing[0]["generatorURL"] == "http://m/graph"
    assert after == []


CONFIG = """
route: {receiver: ops, group_by: [alertname], group_wait: 1s, group_interval: 1s, repeat_interval: 1h}
receivers: [{name: ops, webhook_configs: [{url: 'URL/0'}]}]
"""
GROUP = ("ops", "0", '{}:{alertname="Slow"}')


def alerts(*jobs: str, resolved: bool = False) -> list[SentAlert]:
    now_ms = SystemClock().now_ms()
    return [
        replace(
            make_notice().alerts[0],
            labels=Labels.of(alertname="Slow", job=job),
            starts_at_ms=now_ms - 2,
            ends_at_ms=now_ms - 1 if resolved else now_ms + 240_000,
            is_resolved=resolved,
        )
        for job in jobs
    ]


def sending(*urls: str) -> AlertmanagerSender:
    return AlertmanagerSender(urls, clock=SystemClock(), shield=nullcontext, chance=lambda: 0.5)


def members(told: Told) -> list[list[tuple[str, str]]]:
    """Return the state and job of the alerts of each message about the group."""
    bodies = [json.loads(body) for body in told.bodies().get(GROUP, ())]
    return [sorted((one["status"], one["labels"]["job"]) for one in body["alerts"]) for body in bodies]


def test_it_groups_our_alerts_tells_them_and_tells_their_end(tmp_path: Path) -> None:
    """S8.2; an Alertmanager of the same cluster that is down keeps nothing from the other."""
    told, (nobody,) = Told(), free_ports(1)
    with (
        webhooks(told, Start()) as url,
        running(program("alertmanager"), CONFIG.replace("URL", url), tmp_path) as api,
    ):
        sender = sending(f"http://127.0.0.1:{nobody}", api)
        sender.send(alerts("a", "b"))
        eventually(lambda: members(told), what="the webhook")
        sender.send(alerts("b", resolved=True))
        eventually(lambda: members(told)[1:], what="the second webhook")
        sender.send(alerts("a", resolved=True))
        eventually(lambda: members(told)[2:], what="the third webhook")
        stats = sender.stats()
        sender.stop(0)

    assert members(told) == [
        [("firing", "a"), ("firing", "b")],
        [("firing", "a"), ("resolved", "b")],
        [("resolved", "a")],
    ]
    assert [(one["sent"], one["failed"]) for one in stats.values()] == [(0, 0), (4, 0)]


def test_what_happened_while_it_was_down_arrives_as_it_stands(tmp_path: Path) -> None:
    """S8.1."""
    told, (port,) = Told(), free_ports(1)
    sender = sending(f"http://127.0.0.1:{port}")
    sender.send(alerts("a", "b", "c"))
    sender.send(alerts("b", resolved=True))
    config = CONFIG.replace("group_wait: 1s", "group_wait: 3s")

    with (
        webhooks(told, Start()) as url,
        running(program("alertmanager"), config.replace("URL", url), tmp_path, port=port),
    ):
        assert sender.flush(30)
        eventually(lambda: members(told), what="the webhook")
    sender.stop(1)

    assert members(told) == [[("firing", "a"), ("firing", "c"), ("resolved", "b")]]


@pytest.mark.timeout(240)
def test_what_we_send_is_what_prometheus_sends(tmp_path: Path) -> None:
    """S8.1 to S8.3: the same rule file, the same alerts, at the same seconds, in the same words."""
    theirs, start_s = prometheus_sender.theirs(tmp_path, periods=2)

    ours = prometheus_sender.ours(start_s=start_s, periods=2)

    assert len(theirs) > 10
    assert ours == theirs
