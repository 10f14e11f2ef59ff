"""Alerts sent to a real Alertmanager."""

from __future__ import annotations

import random
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.labels import Labels
from otel_monitoring.notify.channels.alertmanager import AlertmanagerSender
from tests.notify.receiver import make_notice

if TYPE_CHECKING:
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
