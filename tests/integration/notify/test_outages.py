"""Channels that hang, refuse, answer 500 or 429, or die half-way: what they miss comes later, once (P11)."""

from __future__ import annotations

import socket
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.notify.channels.http import HttpOptions
from otel_monitoring.notify.channels.webhook import WebhookChannel
from otel_monitoring.notify.delivery.retry import Deliver, Patience
from tests.notify.receiver import make_notice, receiving

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.integration

PATIENCE = Patience(deadline_s=60, first_s=0.01, longest_s=0.05)


def hook(url: str) -> WebhookChannel:
    return WebhookChannel(url, clock=SystemClock(), http=HttpOptions(timeout_s=0.2))


def deliver_to(**channels: Any) -> Deliver:
    return Deliver(receivers={"ops": channels}, clock=SystemClock(), patience=PATIENCE)


def hang(connection: socket.socket) -> None:
    """Say nothing until the other side has gone."""
    connection.settimeout(10)
    while connection.recv(65_536):
        pass


def cut_off(connection: socket.socket) -> None:
    connection.recv(65_536)
    connection.sendall(b"HTTP/1.1 2")


def refuse(connection: socket.socket) -> None:
    connection.close()


@pytest.mark.parametrize("behave", [hang, cut_off, refuse])
def test_a_server_that_fails_delays_no_other_and_gets_what_it_missed_later_once(
    behave: Callable[[socket.socket], None],
) -> None:
    told: list[bool] = []
    with receiving() as free, receiving() as late:
        broken = socket.create_server(("127.0.0.1", 0))
        tried = threading.Event()

        def serve() -> None:
            connection, _ = broken.accept()
            tried.set()
            with connection:
                behave(connection)
            broken.close()

        threading.Thread(target=serve, daemon=True).start()
        channel = hook(f"http://127.0.0.1:{broken.getsockname()[1]}/")
        deliver = deliver_to(broken=channel, free=hook(free.url))
        deliver(make_notice(), told.append)
        assert tried.wait(10)
        free.wait()
        told_too_early = list(told)
        channel._url = late.url  # the server is back, elsewhere

        assert deliver.flush(30)
        deliver.stop(5)

    assert told_too_early == []
    assert told == [True]
    assert (len(late.bodies), len(free.bodies)) == (1, 1)


@pytest.mark.parametrize("statuses", [[500, 502, 503], [429]])
def test_answers_that_ask_for_patience_get_it_with_the_same_key(statuses: list[int]) -> None:
    with receiving() as busy:
        busy.statuses = list(statuses)
        deliver = deliver_to(busy=hook(busy.url))

        deliver(make_notice())

        assert deliver.flush(30)
        deliver.stop(5)
    assert len(busy.bodies) == len(statuses) + 1
    assert len({request["idempotency-key"] for request in busy.requests}) == 1
    assert deliver.log()[-1].attempts == len(statuses) + 1


def test_a_hundred_messages_for_a_channel_that_was_down_arrive_once_each() -> None:
    with receiving() as back:
        back.statuses = [503] * 30
        deliver = deliver_to(back=hook(back.url))

        for number in range(100):
            deliver(replace(make_notice(f"k{number}"), group_key=f"g{number}"), lambda _: None)

        assert deliver.flush(60)
        deliver.stop(5)
    assert deliver.stats()["ops/back"]["delivered"] == 100
    taken = [request["idempotency-key"] for request in back.requests[30:]]
    assert len(taken) == len(set(taken)) == 100
