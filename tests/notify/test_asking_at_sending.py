"""What backs a message up is asked by the thread that sends it, at every try (P20, P11)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.model.evidence import Evidence
from otel_monitoring.notify.channels.function import FunctionChannel
from otel_monitoring.notify.channels.log import LogChannel
from otel_monitoring.notify.channels.webhook import WebhookChannel
from otel_monitoring.notify.delivery.retry import Deliver
from otel_monitoring.notify.message import Backing
from otel_monitoring.testing import FakeClock
from tests.notify.receiver import make_notice

if TYPE_CHECKING:
    from otel_monitoring.model.alert import SentAlert
    from otel_monitoring.notify.channel import Channel
    from otel_monitoring.notify.message import Message


def test_a_channel_gets_what_was_asked_on_its_own_thread() -> None:
    got: list[Message] = []
    asking: list[str] = []

    def ask(_: SentAlert) -> Evidence:
        asking.append(threading.current_thread().name)
        return Evidence(value_text="97%")

    channel = FunctionChannel("mine", got.append)
    deliver = Deliver(
        receivers={"ops": {"mine": channel}},
        clock=FakeClock(1_700_000_000_000),
        backing=Backing(evidence=ask),
    )

    deliver(make_notice())
    assert deliver.flush(10)
    deliver.stop(5)

    assert asking == ["otel-monitoring-ops/mine"] * 2
    assert [alert.evidence and alert.evidence.value_text for alert in got[0].alerts] == ["97%", "97%"]


@pytest.mark.parametrize("channel", [LogChannel(), WebhookChannel("http://127.0.0.1:9/", clock=FakeClock(0))])
def test_nobody_asks_for_a_channel_that_tells_facts_alone(channel: Channel) -> None:
    """A body of Alertmanager's and a line of the log have no place for evidence."""
    asked: list[SentAlert] = []
    deliver = Deliver(
        receivers={"ops": {"mine": channel}},
        clock=FakeClock(1_700_000_000_000),
        backing=Backing(evidence=asked.append),
    )

    deliver(make_notice())
    deliver.stop(5)

    assert asked == []
