"""A channel that is down for an hour while 10,000 notices come: bounded, and as it stands then afterwards."""

from __future__ import annotations

import json
import logging
import os
import threading
import warnings
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.delivery.retry import Deliver, _key
from otel_monitoring.notify.patience import Patience
from otel_monitoring.testing import FakeClock
from tests.notify.delivery.test_lane import wake
from tests.notify.delivery.test_retry import ChannelFake, delivery, wait_until
from tests.notify.receiver import make_notice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.notify.message import Message

NOTICES = 10_000
GROUPS = 100
HOUR_S = 3600


class Down:
    """A channel that takes nothing before it is up."""

    def __init__(self) -> None:
        self.is_up = False
        self.threads: set[int] = set()
        self.taken: list[Message] = []

    def send(self, message: Message, /) -> None:
        """Take the message, or not."""
        self.threads.add(threading.active_count())
        if not self.is_up:
            msg = "gave no answer"
            raise NotifyError(msg, retry_after_s=0)
        self.taken.append(message)


@pytest.fixture
def quiet_log() -> Iterator[None]:
    """Say nothing of what was given up: there is much of it."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def pass_time(deliver: Deliver, clock: FakeClock, seconds: float) -> bool:
    """Let time pass; return whether nothing waits any more."""
    clock.advance(seconds)
    wake(deliver)
    return deliver.flush(0)


def test_each_group_is_told_once_how_it_stands_after_the_outage() -> None:
    clock, channel, told = FakeClock(), Down(), Counter[bool]()
    threads = threading.active_count()
    deliver = Deliver(
        receivers={"ops": {"c": channel}}, clock=clock, patience=Patience(deadline_s=2 * HOUR_S)
    )
    most_waiting = 0

    for number in range(NOTICES):
        group = number % GROUPS
        deliver(replace(make_notice(f"n{number}"), group_key=f"g{group}"), lambda ok: told.update([ok]))
        if group == 0:
            pass_time(deliver, clock, HOUR_S * GROUPS / NOTICES)
            most_waiting = max(most_waiting, deliver.stats()["ops/c"]["waiting"])
    channel.is_up = True
    assert wait_until(lambda: pass_time(deliver, clock, 60))

    newest = [f"n{number}" for number in range(NOTICES - GROUPS, NOTICES)]
    assert sorted(message.key for message in channel.taken) == sorted(_key(one, "ops/c") for one in newest)
    assert told == {True: GROUPS, False: NOTICES - GROUPS}
    assert most_waiting <= GROUPS + 1  # one of them on its way
    assert max(channel.threads) <= threads + 1


def test_more_groups_than_may_wait_are_refused_and_the_others_arrive(quiet_log: None) -> None:
    clock, channel, told = FakeClock(), Down(), Counter[bool]()
    threads = threading.active_count()
    deliver = Deliver(
        receivers={"ops": {"c": channel}},
        clock=clock,
        capacity=1000,
        patience=Patience(deadline_s=2 * HOUR_S),
    )

    for number in range(NOTICES):
        deliver(replace(make_notice(f"n{number}"), group_key=f"g{number}"), lambda ok: told.update([ok]))
    during = deliver.stats()["ops/c"]
    log_size = len(deliver.log())
    channel.is_up = True
    assert wait_until(lambda: pass_time(deliver, clock, 60))

    assert (during["waiting"], during["refused"]) == (1000, 9000)
    assert log_size <= 1000 + 200
    assert told == {True: 1000, False: 9000}
    assert len({message.key for message in channel.taken}) == len(channel.taken) == 1000
    assert max(channel.threads) <= threads + 1
    assert deliver.stats()["ops/c"]["waiting"] == 0


def test_a_quiet_that_is_longer_than_patience_is_kept_all_the_same() -> None:
    """A Retry-After of an hour: the message is given up, and no other is tried before."""
    clock = FakeClock()
    channel = ChannelFake(NotifyError("busy", retry_after_s=HOUR_S))
    deliver = delivery(channel, clock=clock)
    deliver(replace(make_notice("a"), group_key="a"))
    assert wait_until(lambda: deliver.stats()["ops/c0"]["failed"] == 1)

    deliver(replace(make_notice("b"), group_key="b"))
    wake(deliver)
    tries_during = channel.tries
    pass_time(deliver, clock, HOUR_S + 1)

    assert deliver.flush(10)
    assert tries_during == 1
    assert len(channel.taken) == 1


def test_numbers_tell_how_a_channel_does() -> None:
    clock = FakeClock()
    channel = ChannelFake(NotifyError("busy", retry_after_s=100), on_send=lambda: clock.advance(2))
    deliver = delivery(channel, clock=clock)
    start_ms = clock.now_ms()
    deliver(make_notice())
    assert wait_until(lambda: deliver.stats()["ops/c0"]["retried"] == 1)
    clock.advance(10)

    (during,) = deliver.receivers()[0].channels
    pass_time(deliver, clock, 100)
    assert deliver.flush(10)
    (after,) = deliver.receivers()[0].channels

    assert (during.last_try_ms, during.last_try_s, during.last_error) == (start_ms, 2, "busy")
    assert (during.waiting_s, during.counts["waiting"]) == (12, 1)
    assert (after.last_error, after.waiting_s, after.counts["delivered"]) == ("", 0, 1)


class Place(ChannelFake):
    """A channel that says where it leads."""

    kind = "place"
    succeeded: object = None
    is_closed = False

    def __repr__(self) -> str:
        return "place://one"

    def succeed(self, older: object) -> None:
        """Take the place of another."""
        self.succeeded = older

    def close(self) -> None:
        """Close connections."""
        self.is_closed = True


def test_a_channel_of_a_new_configuration_takes_over_what_waits_for_the_same_place() -> None:
    clock = FakeClock()
    old, new = Place(NotifyError("busy", retry_after_s=100)), Place()
    deliver = delivery(old, clock=clock)
    deliver(make_notice("delivered"))
    assert wait_until(lambda: deliver.stats()["ops/c0"]["retried"] == 1)

    deliver.use({"ops": {"c0": new}})
    pass_time(deliver, clock, 101)

    assert deliver.flush(10)
    assert (len(old.taken), len(new.taken)) == (0, 1)
    assert new.succeeded is old


def test_a_channel_that_is_replaced_while_idle_is_closed() -> None:
    old, new = Place(), Place()
    deliver = delivery(old)

    deliver.use({"ops": {"c0": new}})
    deliver(make_notice())

    assert deliver.flush(10)
    assert (old.is_closed, new.is_closed) == (True, False)
    assert (len(old.taken), len(new.taken)) == (0, 1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_real_child_sends_its_own_messages_and_none_of_its_parent() -> None:
    """Forked while a lane's thread is sending and holds messages."""
    release, entered = threading.Event(), threading.Event()

    def hang() -> None:
        entered.set()
        release.wait(20)

    channel = ChannelFake(on_send=hang)
    deliver = delivery(channel)
    for name in ("sending", "waiting"):
        deliver(replace(make_notice(name), group_key=name))
    assert entered.wait(10)
    reader, writer = os.pipe()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads run, which is the point
        child = os.fork()
    if child == 0:
        channel.on_send = lambda: None
        deliver.after_fork()
        deliver(replace(make_notice("own"), group_key="own"))
        deliver.flush(10)
        os.write(writer, json.dumps([one.group_key for one in channel.taken]).encode())
        os._exit(0)
    os.waitpid(child, 0)
    told_by_child = json.loads(os.read(reader, 1000))
    os.close(reader)
    os.close(writer)
    release.set()

    assert deliver.flush(10)
    assert told_by_child == ["own"]
    assert [one.group_key for one in channel.taken] == ["sending", "waiting"]
