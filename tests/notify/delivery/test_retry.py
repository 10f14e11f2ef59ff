"""Delivery: lanes, retries, deadlines (P11)."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.channels.log import LogChannel
from otel_monitoring.notify.delivery import ledger
from otel_monitoring.notify.delivery.retry import Deliver, Patience
from otel_monitoring.testing import FakeClock
from tests.notify.receiver import make_notice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from otel_monitoring.notify.channel import Channel
    from otel_monitoring.notify.message import Message


class ChannelFake:
    """Take messages, after failing as told; on the way do what a test wants done."""

    def __init__(self, *failures: Exception, on_send: Callable[[], object] = lambda: None) -> None:
        self.failures = list(failures)
        self.on_send = on_send
        self.tries = 0
        self.taken: list[Message] = []

    def send(self, message: Message, /) -> None:
        self.tries += 1
        self.on_send()
        if self.failures:
            raise self.failures.pop(0)
        self.taken.append(message)


def later() -> NotifyError:
    return NotifyError("busy", retry_after_s=0)


def delivery(*channels: Channel, clock: FakeClock | None = None, **options: object) -> Deliver:
    names = {f"c{number}": channel for number, channel in enumerate(channels)}
    return Deliver(receivers={"ops": names}, clock=clock or FakeClock(), chance=lambda: 0.0, **options)  # type: ignore[arg-type]


def test_every_channel_of_the_receiver_gets_the_message_under_a_key_of_its_own() -> None:
    first, second = ChannelFake(), ChannelFake()
    deliver = delivery(first, second, external_url="http://m")

    deliver(make_notice())

    assert deliver.flush(10)
    assert [first.taken[0].receiver, first.taken[0].external_url] == ["ops", "http://m"]
    assert first.taken[0].key != second.taken[0].key
    assert deliver.stats()["ops/c0"] == {
        "delivered": 1,
        "failed": 0,
        "refused": 0,
        "retried": 0,
        "superseded": 0,
        "waiting": 0,
    }


def test_a_receiver_that_does_not_exist_is_refused() -> None:
    with pytest.raises(NotifyError, match="receiver 'dev': expected one of ops"):
        delivery()(make_notice(receiver="dev"))


def test_the_same_key_is_delivered_once() -> None:
    channel = ChannelFake()
    deliver = delivery(channel)

    for key in ("k", "k", "other", "k"):
        deliver(make_notice(key))

    assert deliver.flush(10)
    assert len(channel.taken) == 2


def test_tries_again_until_it_is_taken() -> None:
    channel = ChannelFake(later(), OSError("broken"), later())
    deliver = delivery(channel)

    deliver(make_notice())

    assert deliver.flush(10)
    assert (len(channel.taken), channel.tries) == (1, 4)
    (only,) = deliver.log()
    assert (only.outcome, only.attempts, only.channel, only.status) == ("delivered", 4, "c0", "firing")
    assert deliver.stats()["ops/c0"]["retried"] == 3


def test_what_cannot_be_delivered_goes_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """P11."""
    channel = ChannelFake(NotifyError("answered 400"))
    deliver = delivery(channel)

    deliver(make_notice())

    assert deliver.flush(10)
    assert channel.tries == 1
    assert (deliver.log()[0].outcome, deliver.log()[0].error) == ("failed", "answered 400")
    said = [record.getMessage() for record in caplog.records]
    assert "a message for ops/c0 was not delivered: answered 400" in said
    assert any(text.startswith("alert firing: HighCpu - CPU is at 97%") for text in said)


def test_gives_up_at_the_deadline() -> None:
    clock = FakeClock()
    channel = ChannelFake(*[later() for _ in range(9)], on_send=lambda: clock.advance(100))
    deliver = delivery(channel, clock=clock, patience=Patience(deadline_s=250))

    deliver(make_notice())

    assert deliver.flush(10)
    assert channel.tries == 3
    assert deliver.log()[0].outcome == "failed"


def test_does_not_wait_longer_than_the_deadline_allows() -> None:
    channel = ChannelFake(NotifyError("busy", retry_after_s=600))
    deliver = delivery(channel, patience=Patience(deadline_s=500))

    deliver(make_notice())

    assert deliver.flush(10)
    assert channel.tries == 1


def test_a_channel_that_hangs_delays_no_other_and_refuses_what_does_not_fit() -> None:
    """P11."""
    release, entered = threading.Event(), threading.Event()

    def hang() -> None:
        entered.set()
        release.wait(10)

    stuck, free = ChannelFake(on_send=hang), ChannelFake()
    deliver = delivery(stuck, free, capacity=2)
    deliver(make_notice("0"))
    assert entered.wait(10)

    others_done = []
    for count, key in enumerate(("1", "2", "3"), start=2):
        deliver(make_notice(key))
        others_done.append(wait_until(lambda expected=count: len(free.taken) == expected))  # type: ignore[misc]
    refused = deliver.stats()["ops/c0"]["refused"]
    release.set()

    assert all(others_done)
    assert refused == 2
    assert deliver.flush(10)
    assert len(stuck.taken) == 2


def wait_until(condition: Callable[[], bool]) -> bool:
    """Let other threads run until ``condition`` holds, for ten seconds at most."""
    tick = threading.Event()
    return any(condition() or tick.wait(0.001) for _ in range(10_000))


def test_stopping_cuts_waiting_short_and_logs_what_is_left(caplog: pytest.LogCaptureFixture) -> None:
    tried = threading.Event()
    channel = ChannelFake(*[NotifyError("busy", retry_after_s=100) for _ in range(2)], on_send=tried.set)
    deliver = delivery(channel)
    deliver(make_notice("a"))
    deliver(make_notice("b"))
    assert tried.wait(10)

    deliver.stop(10)
    deliver(make_notice("c"))

    assert [(one.outcome, one.error) for one in deliver.log()] == [
        ("failed", "busy"),
        ("failed", "busy"),
        ("refused", "the process ends"),
    ]
    assert len([record for record in caplog.records if "was not delivered" in record.getMessage()]) == 3


def test_stopping_does_not_wait_for_a_channel_that_hangs() -> None:
    release, entered = threading.Event(), threading.Event()

    def hang() -> None:
        entered.set()
        release.wait(10)

    deliver = delivery(ChannelFake(on_send=hang))
    deliver(make_notice())
    assert entered.wait(10)

    deliver.stop(0.01)
    release.set()

    assert deliver.log()[0].error == "the process ended"


def test_texts_are_redacted_before_any_channel_sees_them() -> None:
    """P13."""
    channel = ChannelFake()
    deliver = delivery(channel, redact=lambda text: text.replace("97%", "***"))

    deliver(make_notice())

    assert deliver.flush(10)
    assert channel.taken[0].alerts[0].annotations["summary"] == "CPU is at ***"


def test_every_send_is_shielded() -> None:
    """P8."""
    inside: list[bool] = []
    depth = [0]

    @contextmanager
    def shield_fake() -> Iterator[None]:
        depth[0] += 1
        yield
        depth[0] -= 1

    deliver = delivery(ChannelFake(on_send=lambda: inside.append(depth[0] == 1)), shield=shield_fake)

    deliver(make_notice())

    assert deliver.flush(10)
    assert inside == [True]
    assert depth == [0]


def test_no_thread_lives_while_there_is_nothing_to_send() -> None:
    deliver = delivery(ChannelFake())
    before = threading.active_count()

    deliver(make_notice())

    assert deliver.flush(10)
    assert wait_until(lambda: threading.active_count() <= before)


def test_a_child_process_begins_anew() -> None:
    channel = ChannelFake()
    deliver = delivery(channel)
    deliver(make_notice())
    deliver.flush(10)

    deliver.after_fork()
    deliver(make_notice())

    assert deliver.flush(10)
    assert len(channel.taken) == 2
    assert len(deliver.log()) == 1


@given(st.integers(1, 10_000), st.floats(0, 1), st.floats(0, 10_000))
def test_waits_between_nothing_and_the_longest_but_never_less_than_asked(
    attempt: int, chance: float, at_least_s: float
) -> None:
    wait_s = Patience(first_s=1, longest_s=60).wait_s(attempt, at_least_s=at_least_s, chance=chance)

    assert at_least_s <= wait_s <= max(at_least_s, 60)


def test_a_log_that_refuses_is_not_asked_again(caplog: pytest.LogCaptureFixture) -> None:
    deliver = delivery(LogChannel(), capacity=0)

    deliver(make_notice())

    said = [record.getMessage() for record in caplog.records]
    assert said == ["a message for ops/c0 was not delivered: too many messages wait"]


def test_where_no_thread_can_be_made_nothing_is_queued(monkeypatch: pytest.MonkeyPatch) -> None:
    channel = ChannelFake()
    deliver = delivery(channel)

    def refuse(_: threading.Thread) -> None:
        msg = "can't start new thread"
        raise RuntimeError(msg)

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        deliver(make_notice("first"))
    deliver(make_notice("second"))

    assert deliver.flush(10)
    assert len(channel.taken) == 1
    assert [(one.outcome, one.error) for one in deliver.log()] == [
        ("refused", "no thread could be started"),
        ("delivered", ""),
    ]


def test_remembers_a_bounded_number_of_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "_REMEMBERED", 2)
    channel = ChannelFake()
    deliver = delivery(channel)

    for key in ("a", "b", "c", "a", "c"):
        deliver(make_notice(key))
        assert deliver.flush(10)

    assert len(channel.taken) == 4


def test_waits_double() -> None:
    patience = Patience(first_s=1, longest_s=60)

    assert [patience.wait_s(n, at_least_s=0, chance=1) for n in (1, 2, 3, 7)] == [1, 2, 4, 60]
