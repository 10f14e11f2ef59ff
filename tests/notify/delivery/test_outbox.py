"""What waits survives the end of a process: sent at least once, under one key, and never forgotten."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.delivery.outbox import MemoryOutbox
from otel_monitoring.notify.delivery.retry import Deliver
from otel_monitoring.testing import FakeClock
from tests.notify.delivery.test_retry import ChannelFake, later
from tests.notify.receiver import make_notice

if TYPE_CHECKING:
    from otel_monitoring.notify.message import Message


class LastingOutbox(MemoryOutbox):
    """An outbox that is on a disk, as far as a lane can tell."""

    is_lasting = True


class Network:
    """Where messages arrive; on the way the process may die."""

    def __init__(self) -> None:
        self.fate = "arrives"
        self.arrived: list[str] = []

    def send(self, message: Message, /) -> None:
        """Let the message arrive, unless something comes between."""
        if self.fate == "refused":
            msg = "busy"
            raise NotifyError(msg, retry_after_s=0)
        if self.fate == "dies before":
            raise SystemExit
        self.arrived.append(message.key)
        if self.fate == "dies after":
            raise SystemExit


def process(outbox: LastingOutbox, network: Network) -> Deliver:
    return Deliver(receivers={"ops": {"c": network}}, clock=FakeClock(), outbox=outbox, chance=lambda: 0.0)


def end_of_thread(deliver: Deliver) -> None:
    """Wait until the thread of the lane has ended, by itself or because the process died in it."""
    for lane in deliver._all():
        thread = lane._thread
        if thread is not None:
            thread.join(10)
            assert not thread.is_alive()


class Crashes(RuleBasedStateMachine):
    """Messages are put, processes die at every point, others take over."""

    def __init__(self) -> None:
        super().__init__()
        self.outbox, self.network = LastingOutbox(), Network()
        self.deliver = process(self.outbox, self.network)
        self.put: list[str] = []
        self.confirmed: list[str] = []
        self.is_dead = False

    @precondition(lambda self: not self.is_dead)
    @rule(group=st.integers(0, 2))
    def tell(self, group: int) -> None:
        """Put a message, which arrives."""
        self._tell("arrives", group)
        assert self.deliver.flush(10)

    @precondition(lambda self: not self.is_dead)
    @rule(group=st.integers(0, 2), fate=st.sampled_from(["dies before", "dies after"]))
    def tell_and_die(self, group: int, fate: str) -> None:
        """Put a message; the process dies before or after it is on the network."""
        self._tell(fate, group)
        end_of_thread(self.deliver)
        self.is_dead = True

    @precondition(lambda self: not self.is_dead)
    @rule(group=st.integers(0, 2))
    def tell_and_stop(self, group: int) -> None:
        """Put a message that is refused until the process stops in good order."""
        self._tell("refused", group)
        self.deliver.stop(10)
        self.is_dead = True

    @precondition(lambda self: self.is_dead)
    @rule(fate=st.sampled_from(["arrives", "dies before", "dies after"]))
    def start_again(self, fate: str) -> None:
        """Begin a process that takes over; it may die at once as well."""
        self.network.fate = fate
        self.deliver = process(self.outbox, self.network)
        self.deliver.resume()
        end_of_thread(self.deliver)
        left = self.outbox.claim("ops/c")
        self.is_dead = bool(left) and fate != "arrives"

    @invariant()
    def nothing_is_lost(self) -> None:
        """What has not arrived is in the outbox; while all goes well nothing is in it."""
        left = [entry.message.key for entry in self.outbox.claim("ops/c")]
        assert set(self.put) <= set(self.network.arrived) | set(left)
        if not self.is_dead:
            assert left == []

    @invariant()
    def a_key_stands_for_one_message(self) -> None:
        """A receiver that knows keys has every message once, and none that nobody put."""
        assert set(self.network.arrived) <= set(self.put)
        assert len(set(self.put)) == len(self.put)

    @invariant()
    def what_was_confirmed_does_not_come_again(self) -> None:
        """A message is sent again only where its fate was unknown."""
        for key in self.confirmed:
            assert self.network.arrived.count(key) == 1

    def _tell(self, fate: str, group: int) -> None:
        self.network.fate = fate
        notice = replace(make_notice(f"n{len(self.put)}"), group_key=f"g{group}")
        key = ""

        def told(*, arrived: bool) -> None:
            if arrived:
                self.confirmed.append(key)

        before = {entry.message.key for entry in self.outbox.claim("ops/c")}
        outbox_put = self.outbox.put

        def note(entry: object) -> None:
            nonlocal key
            outbox_put(entry)  # type: ignore[arg-type]
            key = next(one.message.key for one in self.outbox.claim("ops/c") if one.message.key not in before)
            self.put.append(key)

        self.outbox.put = note  # type: ignore[method-assign]
        self.deliver(notice, lambda arrived: told(arrived=arrived))
        self.outbox.put = outbox_put  # type: ignore[method-assign]


Crashes.TestCase.settings = settings(max_examples=30, stateful_step_count=12)
TestCrashes = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")(
    Crashes.TestCase
)


def test_what_waits_at_a_stop_is_left_to_the_next_process() -> None:
    outbox, first, second = LastingOutbox(), ChannelFake(*[later()] * 9), ChannelFake()
    told: list[bool] = []
    before = Deliver(receivers={"ops": {"c0": first}}, clock=FakeClock(), outbox=outbox, chance=lambda: 1.0)
    before(make_notice(), told.append)

    before.stop(10)
    after = Deliver(receivers={"ops": {"c0": second}}, clock=FakeClock(), outbox=outbox)
    after.resume()

    assert after.flush(10)
    assert told == []
    assert len(second.taken) == 1
    assert outbox.claim("ops/c0") == []


def test_a_test_message_is_left_to_nobody() -> None:
    outbox, release = LastingOutbox(), threading.Event()
    channel = ChannelFake(on_send=lambda: release.wait(10))
    deliver = Deliver(receivers={"ops": {"c0": channel}}, clock=FakeClock(), outbox=outbox)

    outcomes = deliver.test("ops", timeout_s=0.01)

    assert outcomes["c0"].outcome == "waiting"
    assert outbox.claim("ops/c0") == []
    release.set()
    assert deliver.flush(10)


def test_an_outbox_that_fails_keeps_no_message_from_its_receiver() -> None:
    class BrokenOutbox(MemoryOutbox):
        def put(self, entry: object) -> None:
            msg = f"disk full: {entry!r:.5}"
            raise OSError(msg)

    channel = ChannelFake()
    deliver = Deliver(receivers={"ops": {"c0": channel}}, clock=FakeClock(), outbox=BrokenOutbox())

    with suppress(OSError):
        deliver(make_notice())

    assert deliver.flush(10)
    assert len(channel.taken) == 1
