"""Channels that hang, refuse, answer 500 or 429, or die half-way: what they miss comes later, once (P11)."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.notify.channels.webhook import WebhookChannel
from otel_monitoring.notify.delivery.retry import Deliver, Patience
from otel_monitoring.notify.transport.http import HttpOptions
from otel_monitoring.testing import FakeClock
from tests.notify.delivery.test_lane import wake
from tests.notify.delivery.test_retry import wait_until
from tests.notify.receiver import make_notice, receiving

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.integration

tick = threading.Event()

PATIENCE = Patience(deadline_s=60, first_s=0.01, longest_s=0.05)


LONG_S, SHORT_S = 30.0, 0.2


def hook(url: str, *, timeout_s: float = LONG_S) -> WebhookChannel:
    return WebhookChannel(url, clock=SystemClock(), http=HttpOptions(timeout_s=timeout_s))


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


def drip(connection: socket.socket) -> None:
    """Answer a byte at a time, without an end."""
    connection.recv(65_536)
    with suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"x")
            tick.wait(0.01)


def reset(connection: socket.socket) -> None:
    """Break off with bytes unread."""
    connection.recv(1)


@pytest.mark.parametrize("behave", [hang, cut_off, refuse, drip, reset])
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
        channel = hook(f"http://127.0.0.1:{broken.getsockname()[1]}/", timeout_s=SHORT_S)
        deliver = deliver_to(broken=channel, free=hook(free.url))
        deliver(make_notice(), told.append)
        assert tried.wait(10)
        free.wait()
        told_too_early = list(told)
        channel._url = late.url  # the server is back, elsewhere, and has the time that a busy machine takes
        channel._poster._options = HttpOptions(timeout_s=LONG_S)

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


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 302])
def test_answers_that_no_patience_helps_are_not_asked_for_again(status: int) -> None:
    told: list[bool] = []
    with receiving() as strict, receiving() as free:
        strict.statuses = [status]
        deliver = deliver_to(strict=hook(strict.url), free=hook(free.url))

        deliver(make_notice(), told.append)

        assert deliver.flush(30)
        deliver.stop(5)
    assert told == [False]
    assert (len(strict.bodies), len(free.bodies)) == (1, 1)
    (failed,) = [one for one in deliver.log() if one.outcome == "failed"]
    assert (failed.channel, failed.attempts) == ("strict", 1)
    assert failed.error.endswith(f"answered {status}")


def test_a_date_to_come_back_at_is_kept_to() -> None:
    clock = FakeClock(1_700_000_300_000)
    with receiving() as busy:
        busy.statuses, busy.headers = [429], {"Retry-After": "Tue, 14 Nov 2023 22:18:50 GMT"}  # in 30 s
        channel = WebhookChannel(busy.url, clock=clock)
        deliver = Deliver(receivers={"ops": {"busy": channel}}, clock=clock, chance=lambda: 0.0)
        deliver(make_notice())
        busy.wait()
        assert wait_until(lambda: deliver.stats()["ops/busy"]["retried"] == 1)
        clock.advance(29)
        wake(deliver)
        tries_before = len(busy.bodies)
        clock.advance(2)
        wake(deliver)
        assert deliver.flush(30)
        deliver.stop(5)
    assert tries_before == 1
    assert len(busy.bodies) == 2


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
