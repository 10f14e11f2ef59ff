"""Acknowledging, resolving by hand, escalation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.alerts.routing import acknowledge as module
from otel_monitoring.alerts.routing.acknowledge import Acknowledgements
from otel_monitoring.alerts.routing.config import Route, RoutingConfig, Timing
from otel_monitoring.alerts.routing.errors import RoutingError
from otel_monitoring.alerts.routing.escalate import Escalation, Step
from otel_monitoring.model.receiver import ChannelSpec, ReceiverSpec
from otel_monitoring.testing import FakeClock
from tests.alerts.routing.desk import Desk, alert

if TYPE_CHECKING:
    from otel_monitoring.model.action import Action

A = alert(job="a")
CHANNELS = (ChannelSpec(name="webhook[0]", kind="webhook"),)


class Watch(Desk):
    """A desk whose alerts can be acknowledged."""

    def __init__(self, *, steps: tuple[Step, ...] = (), repeat_s: float = 600, interval_s: float = 0) -> None:
        self.words = Acknowledgements(clock=FakeClock())
        names = ("ops", *(step.receiver for step in steps))
        super().__init__(
            config=RoutingConfig(
                route=Route(receiver="ops", group_by=None, timing=Timing(0, interval_s, repeat_s)),
                receivers=tuple(ReceiverSpec(name=name, channels=CHANNELS) for name in names),
            ),
            stages=[self.words],
            watchers=[self.words],
            is_quiet=self.words.is_quiet,
            escalation=Escalation(steps, is_quiet=self.words.is_quiet),
        )
        self.words._clock = self.clock

    def heard(self) -> list[tuple[str, bool]]:
        return [(notice.receiver, notice.is_firing) for notice in self.notices]


def test_an_acknowledged_alert_brings_no_reminders_until_that_runs_out() -> None:
    watch = Watch()
    watch.see(A)
    watch.words.acknowledge(A.labels, actor="kim", comment="on it", for_s=1800)

    assert watch.wait(1790) == []
    assert watch.wait(60) == [("firing", ["a"])]


def test_the_resolution_of_an_acknowledged_alert_is_told_and_ends_it() -> None:
    watch = Watch()
    watch.see(A)
    watch.words.acknowledge(A.labels, actor="kim")

    assert watch.see(alert(job="a", resolved=True)) == [("resolved", ["a"])]
    assert watch.words.all() == []


def test_an_alert_resolved_by_hand_is_told_as_resolved_and_again_if_it_still_holds_later() -> None:
    watch = Watch()
    watch.see(A)
    watch.words.resolve(A.labels, actor="kim", for_s=600)

    assert watch.wait(590) == [("resolved", ["a"])]
    assert watch.wait(60) == [("firing", ["a"])]


def test_an_alert_resolved_by_hand_that_stops_is_not_told_twice() -> None:
    watch = Watch()
    watch.see(A)
    watch.words.resolve(A.labels, actor="kim", for_s=600)
    told = watch.wait(60)
    told += watch.see(alert(job="a", resolved=True))
    told += watch.wait(900)

    assert told == [("resolved", ["a"])]


@pytest.mark.parametrize(
    ("said", "message"),
    [({"actor": " "}, "expected an actor"), ({"actor": "kim", "for_s": 0}, "expected more than 0")],
)
def test_refuses_nobody_and_no_time(said: dict[str, Any], message: str) -> None:
    words = Acknowledgements(clock=FakeClock())

    with pytest.raises(RoutingError, match=message):
        words.acknowledge(A.labels, **said)


def test_refuses_more_than_it_can_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", 1)
    clock = FakeClock()
    words = Acknowledgements(clock=clock)
    words.acknowledge(A.labels, actor="kim", for_s=60)

    with pytest.raises(RoutingError, match="silence the alerts instead"):
        words.acknowledge(alert(job="b").labels, actor="kim")
    clock.advance(61)
    words.acknowledge(alert(job="b").labels, actor="kim")

    assert [word.labels.get("job") for word in words.all()] == ["b"]


def test_what_was_said_survives_as_plain_records_with_the_time_that_is_left() -> None:
    clock, later = FakeClock(), FakeClock()
    words, others = Acknowledgements(clock=clock), Acknowledgements(clock=later)
    words.acknowledge(A.labels, actor="kim", for_s=100)
    clock.advance(40)

    others.restore(json.loads(json.dumps(words.state())))

    later.advance(59)
    assert others.is_quiet(A.labels)
    later.advance(2)
    assert not others.is_quiet(A.labels)


def test_can_be_taken_back_and_begins_with_a_free_lock_in_a_child() -> None:
    words = Acknowledgements(clock=FakeClock())
    words.acknowledge(A.labels, actor="kim")
    words._lock.acquire()
    words.after_fork()

    words.withdraw(A.labels, actor="kim")

    assert words.all() == []


@pytest.mark.parametrize("interval_s", [0, 3600])
def test_what_nobody_acknowledges_goes_to_the_next_receivers_in_time(interval_s: float) -> None:
    watch = Watch(steps=(Step(300, "lead"), Step(900, "boss")), repeat_s=1e9, interval_s=interval_s)
    watch.see(A)

    watch.wait(280)
    assert watch.heard() == [("ops", True)]
    watch.wait(40)
    assert watch.heard() == [("ops", True), ("lead", True)]
    watch.wait(620)
    assert watch.heard() == [("ops", True), ("lead", True), ("boss", True)]


def test_an_acknowledged_alert_goes_no_further() -> None:
    watch = Watch(steps=(Step(300, "lead"), Step(900, "boss")), repeat_s=1e9)
    watch.see(A)
    watch.wait(400)
    watch.words.acknowledge(A.labels, actor="kim")

    watch.wait(3600)

    assert watch.heard() == [("ops", True), ("lead", True)]


def test_who_was_told_by_escalation_hears_of_the_resolution_and_nobody_else_does() -> None:
    watch = Watch(steps=(Step(300, "lead"), Step(900, "boss")), repeat_s=1e9)
    watch.see(A)
    watch.wait(400)

    watch.see(alert(job="a", resolved=True))

    assert watch.heard()[2:] == [("ops", False), ("lead", False)]


def test_the_steps_begin_anew_with_what_was_mute_meanwhile() -> None:
    watch = Watch(steps=(Step(300, "lead"), Step(900, "boss")), repeat_s=1e9, interval_s=30)
    watch.see(A)
    watch.wait(100)
    watch.words.resolve(A.labels, actor="kim", for_s=1200)

    watch.wait(1260)
    assert watch.heard() == [("ops", True), ("ops", False), ("ops", True)]
    watch.wait(330)
    assert watch.heard()[3:] == [("lead", True)]
    watch.wait(600)

    assert watch.heard()[4:] == [("boss", True)]


def test_refuses_steps_that_cannot_be() -> None:
    with pytest.raises(RoutingError, match="expected more than 0"):
        Escalation([Step(0, "lead")])
    with pytest.raises(RoutingError, match="one receiver"):
        Escalation([Step(1, "lead"), Step(2, "lead")])
    with pytest.raises(
        RoutingError, match="undefined receiver 'lead' in escalation: expected one of default"
    ):
        Desk(escalation=Escalation([Step(1, "lead")]))


def test_what_was_never_said_cannot_be_taken_back() -> None:
    words = Acknowledgements(clock=FakeClock())

    with pytest.raises(RoutingError, match="neither acknowledged nor resolved by hand"):
        words.withdraw(A.labels, actor="kim")
    with pytest.raises(RoutingError, match="expected an actor"):
        words.withdraw(A.labels, actor=" ")


def test_every_word_is_told_with_what_was_said_before() -> None:
    actions: list[Action] = []
    clock = FakeClock()
    words = Acknowledgements(clock=clock, audit=actions.append)

    words.acknowledge(A.labels, actor="kim")
    words.acknowledge(A.labels, actor="ada", comment="mine")
    words.resolve(A.labels, actor="ada")
    words.withdraw(A.labels, actor="kim")

    assert [(one.name, one.actor) for one in actions] == [
        ("alert.acknowledged", "kim"),
        ("alert.acknowledged", "ada"),
        ("alert.resolved", "ada"),
        ("alert.acknowledged.withdrawn", "kim"),
        ("alert.resolved.withdrawn", "kim"),
    ]
    assert {one.target for one in actions} == {repr(A.labels)}
    second, last = actions[1], actions[-1]
    assert (second.before["actor"], second.after["comment"]) == ("kim", "mine")
    assert (last.before["kind"], last.after) == ("resolved", {})


def test_what_ends_by_itself_is_nobodys_doing() -> None:
    actions: list[Action] = []
    words = Acknowledgements(clock=FakeClock(), audit=actions.append)
    words.acknowledge(A.labels, actor="kim")

    words.changed(A.labels, is_firing=False, at_s=1.0)

    assert words.all() == []
    assert len(actions) == 1
