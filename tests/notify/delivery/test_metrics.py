"""Numbers of delivery for the toolkit's own metrics."""

from __future__ import annotations

import random
from contextlib import nullcontext

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.channels.alertmanager import AlertmanagerSender
from otel_monitoring.notify.delivery.metrics import METRICS, alertmanager_rows, channel_rows
from otel_monitoring.testing import FakeClock
from tests.notify.delivery.test_retry import ChannelFake, delivery, later, wait_until
from tests.notify.receiver import make_notice


def test_every_metric_has_rows_with_the_attributes_that_it_names() -> None:
    deliver = delivery(ChannelFake(later()), ChannelFake(NotifyError("answered 400")))
    deliver(make_notice())
    assert deliver.flush(10)
    sender = AlertmanagerSender(
        ["http://127.0.0.1:9"], clock=FakeClock(), shield=nullcontext, chance=random.random
    )

    rows = {**channel_rows(deliver.receivers), **alertmanager_rows(sender.stats)}

    assert set(rows) == {metric.name for metric in METRICS}
    for metric in METRICS:
        found = list(rows[metric.name]())
        assert found
        assert {tuple(attributes) for _, attributes in found} == {metric.attributes}


def test_messages_are_counted_by_channel_and_outcome() -> None:
    deliver = delivery(ChannelFake(later()), ChannelFake(NotifyError("answered 400")))
    deliver(make_notice())
    assert deliver.flush(10)

    rows = channel_rows(deliver.receivers)

    messages = rows["otel_monitoring.notify.messages"]()
    assert {(one["channel"], one["outcome"]) for value, one in messages if value == 1} == {
        ("c0", "delivered"),
        ("c1", "failed"),
    }
    assert sum(value for value, _ in rows["otel_monitoring.notify.messages"]()) == 2
    assert [value for value, _ in rows["otel_monitoring.notify.retries"]()] == [1, 0]


def test_what_waits_is_counted_and_its_age_told() -> None:
    clock = FakeClock()
    deliver = delivery(ChannelFake(NotifyError("busy", retry_after_s=600)), clock=clock)
    deliver(make_notice())
    assert wait_until(lambda: deliver.stats()["ops/c0"]["retried"] == 1)
    clock.advance(40)

    rows = channel_rows(deliver.receivers)

    assert [value for value, _ in rows["otel_monitoring.notify.queue.size"]()] == [1]
    assert [value for value, _ in rows["otel_monitoring.notify.queue.age"]()] == [40]
    deliver.stop(10)
