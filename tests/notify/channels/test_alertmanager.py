"""Alerts for a real Alertmanager."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.errors import NotifyError
from otel_monitoring.model.labels import Labels
from otel_monitoring.notify.channels import alertmanager
from otel_monitoring.notify.channels.alertmanager import AlertmanagerSender
from otel_monitoring.testing import FakeClock
from tests.notify.receiver import make_notice, receiving

if TYPE_CHECKING:
    from otel_monitoring.model.alert import SentAlert
    from tests.notify.receiver import Receiver


def sender(*urls: str, clock: FakeClock | None = None) -> AlertmanagerSender:
    return AlertmanagerSender(urls, clock=clock or FakeClock(), shield=nullcontext, chance=lambda: 0.0)


def base(receiver: Receiver) -> str:
    return receiver.url.removesuffix("/hook")


def alerts() -> tuple[SentAlert, ...]:
    return make_notice().alerts


def test_posts_alerts_as_the_api_takes_them(receiver: Receiver) -> None:
    """S8.2."""
    to = sender(base(receiver).replace("http://", "http://me:pw@") + "/am/")

    to.send(alerts())

    assert to.flush(10)
    to.stop(1)
    ((firing, resolved),) = receiver.bodies
    assert firing == {
        "labels": {"alertname": "HighCpu", "job": "a", "severity": "critical"},
        "annotations": {"summary": "CPU is at 97%", "team": "web"},
        "startsAt": "2023-11-14T22:13:20.5Z",
        "endsAt": "2023-11-14T22:17:20.5Z",
        "generatorURL": "http://m/graph",
    }
    assert resolved["endsAt"] == "2023-11-14T22:14:20Z"
    assert (receiver.requests[0]["path"], receiver.requests[0]["authorization"]) == (
        "/am/api/v2/alerts",
        "Basic bWU6cHc=",
    )


def test_every_alertmanager_of_a_cluster_is_told_and_none_waits_for_another(receiver: Receiver) -> None:
    with receiving() as broken:
        broken.statuses = [400]
        to = sender(base(receiver), base(broken))

        to.send(alerts())

        assert to.flush(10)
        to.stop(1)
    counts = list(to.stats().values())
    assert [(one["sent"], one["failed"]) for one in counts] == [(2, 0), (0, 2)]


def test_what_could_not_be_sent_is_sent_later_as_it_stands_then(receiver: Receiver) -> None:
    receiver.statuses = [503]
    first, second = alerts()
    entered, release = threading.Event(), threading.Event()

    def wait_fake() -> float:
        entered.set()
        release.wait(10)
        return 0.0

    to = AlertmanagerSender([base(receiver)], clock=FakeClock(), shield=nullcontext, chance=wait_fake)
    to.send([first, second])
    assert entered.wait(10)
    to.send([replace(first, ends_at_ms=first.ends_at_ms + 1000)])
    release.set()

    assert to.flush(10)
    to.stop(1)
    refused, taken = receiver.bodies
    assert [one["endsAt"] for one in refused] == ["2023-11-14T22:17:20.5Z", "2023-11-14T22:14:20Z"]
    assert [one["endsAt"] for one in taken] == ["2023-11-14T22:17:21.5Z", "2023-11-14T22:14:20Z"]


def test_only_a_bounded_number_waits(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alertmanager, "_CAPACITY", 2)
    first = alerts()[0]
    to = sender(base(receiver))

    to.send([replace(first, labels=Labels.of(n=str(number))) for number in range(5)])

    assert to.flush(10)
    to.stop(1)
    (counts,) = to.stats().values()
    assert (counts["sent"], counts["dropped"]) == (2, 3)


def test_stopping_gives_up_what_cannot_be_sent(receiver: Receiver) -> None:
    receiver.statuses = [503] * 9
    receiver.headers = {"Retry-After": "600"}
    to = sender(base(receiver))
    to.send(alerts())
    receiver.wait()

    to.stop(10)

    (counts,) = to.stats().values()
    assert (counts["failed"], counts["waiting"]) == (2, 0)


def test_a_child_process_begins_anew(receiver: Receiver) -> None:
    to = sender(base(receiver))
    to.send(alerts())
    assert to.flush(10)

    to.after_fork()
    to.send(alerts())

    assert to.flush(10)
    to.stop(1)
    assert len(receiver.bodies) == 2
    assert [one["sent"] for one in to.stats().values()] == [2]


@pytest.mark.parametrize("urls", [(), ("ftp://h",), ("h:9093",)])
def test_what_is_no_address_is_refused(urls: tuple[str, ...]) -> None:
    with pytest.raises(NotifyError, match="alertmanager"):
        sender(*urls)
