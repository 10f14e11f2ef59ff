"""Lanes: what supersedes what, who is told about it, and what is kept until then."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.delivery.outbox import Entry, KeptElsewhere, MemoryOutbox
from otel_monitoring.notify.delivery.retry import Deliver
from otel_monitoring.notify.message import message_of
from otel_monitoring.testing import FakeClock
from tests.notify.delivery.test_retry import ChannelFake, delivery, later, wait_until
from tests.notify.receiver import make_notice

if TYPE_CHECKING:
    from otel_monitoring.model.alert import Notice
    from otel_monitoring.notify.message import Message


def quiet() -> NotifyError:
    return NotifyError("busy", retry_after_s=100)


def wake(deliver: Deliver) -> None:
    """Let lanes look at the clock again."""
    for lane in deliver._all():
        with lane._changed:
            lane._changed.notify_all()


def of_group(key: str, group: str) -> Notice:
    return replace(make_notice(key), group_key=group)


def test_says_when_all_channels_have_taken_it() -> None:
    told: list[bool] = []
    deliver = delivery(ChannelFake(), ChannelFake(later()))

    deliver(make_notice(), told.append)

    assert deliver.flush(10)
    assert told == [True]


def test_says_once_that_one_channel_gave_up() -> None:
    told: list[bool] = []
    deliver = delivery(ChannelFake(), ChannelFake(NotifyError("answered 400")))

    deliver(make_notice(), told.append)

    assert deliver.flush(10)
    assert told == [False]


def test_a_receiver_without_channels_is_told_at_once() -> None:
    told: list[bool] = []

    delivery()(make_notice(), told.append)

    assert told == [True]


def test_a_notice_for_one_channel_goes_to_no_other() -> None:
    first, second = ChannelFake(), ChannelFake()
    deliver = delivery(first, second)

    deliver(replace(make_notice(), channel="c1"))

    assert deliver.flush(10)
    assert (len(first.taken), len(second.taken)) == (0, 1)


def test_a_channel_that_does_not_exist_is_refused() -> None:
    told: list[bool] = []

    with pytest.raises(NotifyError, match="channel of receiver 'ops' 'c9': expected one of c0"):
        delivery(ChannelFake())(replace(make_notice(), channel="c9"), told.append)

    assert told == []


def test_what_was_missed_during_an_outage_arrives_later_as_it_stands_then() -> None:
    """S9.6: fired and resolved while the channel refused; told once, the newest."""
    clock, told = FakeClock(), list[tuple[str, bool]]()
    tried = threading.Event()
    channel = ChannelFake(quiet(), on_send=tried.set)
    deliver = delivery(channel, clock=clock)
    deliver(make_notice("firing"), lambda ok: told.append(("firing", ok)))
    assert tried.wait(10)
    assert wait_until(lambda: deliver.stats()["ops/c0"]["retried"] == 1)

    deliver(make_notice("resolved"), lambda ok: told.append(("resolved", ok)))
    tries_before = channel.tries
    clock.advance(101)
    wake(deliver)

    assert deliver.flush(10)
    assert tries_before == 1
    assert told == [("firing", False), ("resolved", True)]
    assert len(channel.taken) == 1
    assert [one.outcome for one in deliver.log()] == ["superseded", "delivered"]


def test_a_message_on_its_way_that_fails_gives_way_to_a_newer_one() -> None:
    release, entered, told = threading.Event(), threading.Event(), list[tuple[str, bool]]()

    def hang() -> None:
        entered.set()
        release.wait(10)

    channel = ChannelFake(later(), on_send=hang)
    deliver = delivery(channel)
    deliver(make_notice("old"), lambda ok: told.append(("old", ok)))
    assert entered.wait(10)
    deliver(make_notice("new"), lambda ok: told.append(("new", ok)))
    release.set()

    assert deliver.flush(10)
    assert told == [("old", False), ("new", True)]
    assert (channel.tries, len(channel.taken)) == (2, 1)


def test_other_groups_overtake_a_message_that_waits_for_its_next_try() -> None:
    channel = ChannelFake(NotifyError("answered 500", retry_after_s=0))
    deliver = Deliver(receivers={"ops": {"c0": channel}}, clock=FakeClock(), chance=lambda: 1.0)
    deliver(of_group("a", "one"), lambda _: None)
    assert wait_until(lambda: deliver.stats()["ops/c0"]["retried"] == 1)

    deliver(of_group("b", "two"), lambda _: None)

    assert wait_until(lambda: deliver.stats()["ops/c0"]["delivered"] == 1)
    assert [message.group_key for message in channel.taken] == ["two"]
    deliver.stop(10)


def test_a_receiver_that_asks_for_quiet_gets_it_from_all_groups() -> None:
    """Retry-After holds for the whole channel."""
    clock, channel = FakeClock(), ChannelFake(quiet())
    deliver = delivery(channel, clock=clock)
    deliver(of_group("a", "one"))
    assert wait_until(lambda: deliver.stats()["ops/c0"]["retried"] == 1)
    deliver(of_group("b", "two"))
    wake(deliver)
    tries_during = channel.tries

    clock.advance(101)
    wake(deliver)

    assert deliver.flush(10)
    assert tries_during == 1
    assert len(channel.taken) == 2


def test_groups_whose_names_look_alike_once_redacted_stay_apart() -> None:
    """P13: what stands for a secret is the same for all of them."""
    channel = ChannelFake(later(), later())
    deliver = delivery(channel, redact=lambda _: "***")

    for group in ("one", "two", "three"):
        deliver(of_group(group, group), lambda _: None)

    assert deliver.flush(10)
    assert len(channel.taken) == 3
    assert {message.group_key for message in channel.taken} == {"***"}


def test_what_failed_may_be_told_again_under_the_same_key() -> None:
    told: list[bool] = []
    deliver = delivery(ChannelFake(NotifyError("answered 400")))

    deliver(make_notice("k"), told.append)
    assert deliver.flush(10)
    deliver(make_notice("k"), told.append)

    assert deliver.flush(10)
    assert told == [False, True]


def test_what_was_delivered_is_known_as_told() -> None:
    told: list[bool] = []
    channel = ChannelFake()
    deliver = delivery(channel)

    for _ in range(2):
        deliver(make_notice("k"), told.append)
        assert deliver.flush(10)

    assert told == [True, True]
    assert len(channel.taken) == 1


def test_a_callback_that_raises_stops_nothing() -> None:
    channel = ChannelFake()
    deliver = delivery(channel)

    def fail(_: bool) -> None:
        raise ValueError

    deliver(of_group("a", "one"), fail)
    deliver(of_group("b", "two"))

    assert deliver.flush(10)
    assert len(channel.taken) == 2


def test_the_log_tells_the_whole_story() -> None:
    clock = FakeClock()
    start_ms = clock.now_ms()
    deliver = delivery(ChannelFake(later(), on_send=lambda: clock.advance(5)), clock=clock)

    deliver(make_notice())

    assert deliver.flush(10)
    (only,) = deliver.log()
    assert (only.receiver, only.channel, only.group_key) == ("ops", "c0", '{}:{alertname="HighCpu"}')
    assert only.alert_names == ("HighCpu",)
    assert (only.first_try_ms, only.last_try_ms, only.at_ms) == (start_ms, start_ms + 5000, start_ms + 10_000)


def test_what_waits_stands_in_the_log_with_its_error() -> None:
    deliver = delivery(ChannelFake(quiet()))
    deliver(make_notice())
    assert wait_until(lambda: deliver.stats()["ops/c0"]["retried"] == 1)

    (only,) = deliver.log()

    assert (only.outcome, only.error, only.attempts) == ("waiting", "busy", 1)
    deliver.stop(10)


def test_the_outbox_holds_what_waits_and_nothing_else() -> None:
    outbox = MemoryOutbox()
    held: list[int] = []
    channel = ChannelFake(on_send=lambda: held.append(len(outbox.claim("ops/c0"))))
    deliver = delivery(channel, outbox=outbox)

    deliver(make_notice())

    assert deliver.flush(10)
    assert (held, outbox.claim("ops/c0")) == ([1], [])


def test_what_an_earlier_process_left_is_sent() -> None:
    outbox, channel = MemoryOutbox(), ChannelFake()
    outbox.put(Entry("ops/c0", message_of(make_notice("left")), put_ms=1))
    deliver = delivery(channel, outbox=outbox)

    deliver.resume()

    assert deliver.flush(10)
    assert [message.key for message in channel.taken] == ["left"]


def test_a_test_message_is_tried_once_and_its_outcomes_are_returned() -> None:
    broken = ChannelFake(NotifyError("busy", retry_after_s=0))
    deliver = delivery(ChannelFake(), broken)

    outcomes = deliver.test("ops", timeout_s=10)

    assert {name: (one.outcome, one.error) for name, one in outcomes.items()} == {
        "c0": ("delivered", ""),
        "c1": ("failed", "busy"),
    }
    assert broken.tries == 1


def test_a_test_of_a_channel_that_hangs_comes_back() -> None:
    release = threading.Event()
    deliver = delivery(ChannelFake(on_send=lambda: release.wait(10)))

    outcomes = deliver.test("ops", channel="c0", timeout_s=0.01)

    assert outcomes["c0"].outcome == "waiting"
    release.set()
    assert deliver.flush(10)


def test_lists_receivers_with_kinds_and_counts() -> None:
    (only,) = delivery(ChannelFake()).receivers()

    assert (only.name, only.channels[0].name, only.channels[0].kind) == ("ops", "c0", "ChannelFake")
    assert only.channels[0].counts["waiting"] == 0


def test_new_receivers_take_the_place_of_the_old_ones_which_keep_what_they_have() -> None:
    release, entered = threading.Event(), threading.Event()

    def hang() -> None:
        entered.set()
        release.wait(10)

    old, new, kept = ChannelFake(on_send=hang), ChannelFake(), ChannelFake()
    deliver = delivery(old, kept)
    deliver(make_notice("1"))
    assert entered.wait(10)

    deliver.use({"ops": {"c0": new, "c1": kept}})
    deliver(make_notice("1"))
    release.set()

    assert deliver.flush(10)
    assert (len(old.taken), len(new.taken), len(kept.taken)) == (1, 1, 1)


def test_an_outage_is_told_to_the_log_once(caplog: pytest.LogCaptureFixture) -> None:
    channel = ChannelFake(later(), later(), later())
    deliver = delivery(channel)

    deliver(make_notice("a"))
    assert deliver.flush(10)
    deliver(make_notice("b"))
    assert deliver.flush(10)

    said = [record.getMessage() for record in caplog.records]
    assert said == ["ops/c0 failed and is tried again: busy"]
    assert channel.tries == 5


class IncidentsFake(ChannelFake):
    """A channel that knows incidents."""

    def __init__(self, *failures: Exception) -> None:
        super().__init__(*failures)
        self.acknowledged: list[str] = []

    def acknowledge(self, message: Message) -> None:
        assert len(self.taken) == 1, "acknowledged before it was told"
        self.acknowledged.append(message.group_key)


def test_an_incident_is_acknowledged_after_it_was_told_and_only_where_there_are_incidents() -> None:
    incidents, other = IncidentsFake(later(), later()), ChannelFake()
    deliver = delivery(incidents, other)
    notice = make_notice()

    deliver(notice)
    told = deliver.acknowledge(notice)

    assert deliver.flush(10)
    assert told == 1
    assert incidents.acknowledged == [notice.group_key]
    assert (len(incidents.taken), len(other.taken)) == (1, 1)


def test_an_acknowledgement_is_sent_once_for_each_state_of_a_group() -> None:
    incidents = IncidentsFake()
    deliver = delivery(incidents)
    deliver(make_notice())
    assert deliver.flush(10)

    for _ in range(2):
        deliver.acknowledge(make_notice())
        assert deliver.flush(10)

    assert len(incidents.acknowledged) == 1


def test_an_acknowledgement_that_an_earlier_process_left_is_one_again() -> None:
    outbox, incidents = MemoryOutbox(), IncidentsFake()
    incidents.taken.append(message_of(make_notice()))
    outbox.put(Entry("ops/c0", message_of(make_notice("left")), put_ms=1, does="acknowledge"))
    deliver = delivery(incidents, outbox=outbox)

    deliver.resume()

    assert deliver.flush(10)
    assert len(incidents.acknowledged) == 1


def test_a_message_that_is_another_process_s_to_send_is_left_to_it() -> None:
    channel, told = ChannelFake(), list[bool]()
    deliver = delivery(channel, outbox=KeptElsewhere(), may_send=lambda: False)

    deliver(make_notice(), told.append)

    assert deliver.flush(10)
    assert (channel.tries, told) == (0, [])
    assert deliver.test("ops", timeout_s=10)["c0"].outcome == "delivered"


def test_a_firm_message_gives_way_to_none() -> None:
    clock, told = FakeClock(), list[tuple[str, bool]]()
    channel = ChannelFake(quiet())
    deliver = delivery(channel, clock=clock)
    deliver(make_notice("firing"), lambda ok: told.append(("firing", ok)), is_firm=True)
    assert wait_until(lambda: deliver.stats()["ops/c0"]["retried"] == 1)

    deliver(make_notice("resolved"), lambda ok: told.append(("resolved", ok)))
    clock.advance(101)
    wake(deliver)

    assert deliver.flush(10)
    assert told == [("firing", True), ("resolved", True)]


def test_what_waits_can_be_left_to_another_process() -> None:
    channel, told = ChannelFake(quiet()), list[bool]()
    deliver = delivery(channel, outbox=KeptElsewhere())
    deliver(make_notice(), told.append)
    assert wait_until(lambda: deliver.stats()["ops/c0"]["retried"] == 1)

    deliver.forget()

    assert deliver.flush(10)
    assert (channel.tries, told, deliver.stats()["ops/c0"]["waiting"]) == (1, [], 0)


def test_the_log_shows_what_others_delivered_and_each_message_once() -> None:
    deliver = delivery(ChannelFake())
    deliver(make_notice())
    assert deliver.flush(10)
    (own,) = deliver.log()

    deliver.recall([own, replace(own, key="theirs", at_ms=own.at_ms - 1)])

    assert [one.key for one in deliver.log()] == ["theirs", own.key]
