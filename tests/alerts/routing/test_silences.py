"""Silences (S9.10)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.alerts.routing import silences as module
from otel_monitoring.alerts.routing.errors import RoutingError
from otel_monitoring.alerts.routing.matcher import parse_matchers
from otel_monitoring.alerts.routing.silences import Silence, Silences, preview
from otel_monitoring.model.labels import Labels
from otel_monitoring.testing import FakeClock
from tests.alerts.routing.desk import Desk, alert

if TYPE_CHECKING:
    from otel_monitoring.model.action import Action

HOUR_MS = 3_600_000


class Office:
    """Silences with a clock that is moved by hand."""

    def __init__(self, **options: Any) -> None:
        self.clock = FakeClock()
        self.silences = Silences(clock=self.clock, **options)

    def silence(self, matchers: str = 'job="a"', **changes: Any) -> Silence:
        wanted = {"ends_at_ms": self.clock.now_ms() + HOUR_MS, "author": "kim", "comment": "deploy"}
        return self.silences.create(matchers=parse_matchers(matchers), **{**wanted, **changes})

    def states(self) -> list[str]:
        return [one.state(self.clock.now_ms()) for one in self.silences.all()]


def test_is_pending_then_active_then_expired() -> None:
    office = Office()
    office.silence(
        starts_at_ms=office.clock.now_ms() + HOUR_MS, ends_at_ms=office.clock.now_ms() + 2 * HOUR_MS
    )
    seen = [office.states()]
    for _ in range(2):
        office.clock.advance(3600)
        seen.append(office.states())

    assert seen == [["pending"], ["active"], ["expired"]]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ends_at_ms": None}, "without an end"),
        ({"matchers": ""}, "has no matcher"),
        ({"matchers": 'job=~".*"'}, "matches everything"),
        ({"matchers": 'job!="a"'}, "matches everything"),
        ({"ends_at_ms": 5}, "not after its start"),
        ({"ends_at_ms": 253_402_300_800_000}, "expected no year after 9999"),
        ({"ends_at_ms": 10**18}, "ends at 1000000000000000000 ms: expected no year after 9999"),
        ({"comment": "\ud800"}, "in comment: expected UTF-8"),
        ({"author": " "}, "has no author"),
        ({"comment": ""}, "has no comment"),
        ({"comment": "x" * 5000}, "at most 4096 characters"),
        ({"matchers": ",".join(f"a{number}=b" for number in range(51))}, "too many matchers"),
    ],
)
def test_refuses_what_hides_too_much_or_says_too_little(changes: dict[str, Any], message: str) -> None:
    office = Office()

    with pytest.raises(RoutingError, match=message):
        office.silence(**changes)
    assert office.silences.all() == []


def test_a_silenced_alert_is_not_told_and_other_ones_are() -> None:
    """S9.8."""
    office = Office()
    desk = Desk(silences=office.silences)
    office.silence()

    assert desk.see(alert(job="a"), alert(job="b")) == [("firing", ["b"])]


def test_what_resolves_behind_a_silence_is_not_told_and_is_news_when_it_returns() -> None:
    """S9.8."""
    office = Office()
    desk = Desk(silences=office.silences)
    told = desk.see(alert(job="a"))
    silence = office.silence()
    told += desk.see(alert(job="a", resolved=True))
    office.silences.expire(silence.id)
    told += desk.see(alert(job="a", starts_at_ms=9000))

    assert told == [("firing", ["a"]), ("firing", ["a"])]


def test_people_hear_that_an_alert_still_fires_when_its_silence_ends() -> None:
    office = Office()
    desk = Desk(silences=office.silences)
    desk.see(alert(job="a"))
    silence = office.silence()
    assert desk.wait(60) == []

    office.silences.expire(silence.id)

    assert desk.wait(60) == [("firing", ["a"])]


def test_expiring_ends_it_now_and_once() -> None:
    office = Office()
    silence = office.silence()

    office.silences.expire(silence.id)

    assert office.states() == ["expired"]
    with pytest.raises(RoutingError, match="is over already"):
        office.silences.expire(silence.id)
    with pytest.raises(RoutingError, match="'nope' does not exist"):
        office.silences.expire("nope")


def test_one_that_somebody_ended_does_not_come_back_with_the_clock() -> None:
    office = Office()
    silence = office.silence()
    office.clock.advance(1800)
    office.silences.expire(silence.id)

    office.clock.step_wall_clock(-900)

    assert office.states() == ["expired"]
    assert office.silences.silencing(Labels.of(job="a")) == []


def test_editing_keeps_the_name_unless_the_matchers_change() -> None:
    office = Office()
    silence = office.silence()

    longer = office.silences.edit(silence.id, ends_at_ms=silence.ends_at_ms + HOUR_MS)
    other = office.silences.edit(silence.id, matchers=parse_matchers('job="b"'))

    assert longer.id == silence.id
    assert other.id != silence.id
    assert office.states() == ["active", "expired"]


def test_editing_an_expired_one_makes_a_new_one() -> None:
    office = Office()
    silence = office.silences.expire(office.silence().id)

    again = office.silences.edit(silence.id, ends_at_ms=office.clock.now_ms() + HOUR_MS)

    assert again.id != silence.id
    assert office.states() == ["active", "expired"]


def test_editing_refuses_unknown_fields_and_a_missing_end() -> None:
    office = Office()
    silence = office.silence()

    with pytest.raises(RoutingError, match="no field 'end'"):
        office.silences.edit(silence.id, end=5)
    with pytest.raises(RoutingError, match="without an end"):
        office.silences.edit(silence.id, ends_at_ms=None)


def test_is_forgotten_120_hours_after_its_end() -> None:
    office = Office()
    office.silences.expire(office.silence().id)
    office.clock.advance(119 * 3600)
    office.silences.trim()
    assert office.states() == ["expired"]
    office.clock.advance(2 * 3600)

    office.silences.trim()

    assert office.states() == []


def test_a_full_list_forgets_what_is_over_and_else_refuses() -> None:
    office = Office(most=2)
    first = office.silence()
    office.silence()
    with pytest.raises(RoutingError, match="expected at most 2"):
        office.silence()

    office.silences.expire(first.id)
    office.silence()

    assert office.states() == ["active", "active"]


def test_previews_what_it_would_match() -> None:
    alerts = [alert(job="a"), alert(job="b")]

    assert preview(parse_matchers('job=~"b|c"'), alerts) == alerts[1:]


def test_tells_which_silences_an_alert() -> None:
    office = Office()
    silence = office.silence()

    assert office.silences.silencing(Labels.of(job="a")) == [silence]
    assert office.silences.silencing(Labels.of(job="b")) == []


def test_survives_as_plain_records() -> None:
    office = Office()
    silence = office.silence('job=~"a.*"')
    records = json.loads(json.dumps(office.silences.state()))
    other = Office()

    other.silences.restore(records)

    assert other.silences.all() == [silence]


def test_holds_in_a_child_process() -> None:
    office = Office()
    office.silence()
    office.silences._lock.acquire()

    office.silences.after_fork()

    assert office.states() == ["active"]


def test_every_change_is_told_with_before_and_after() -> None:
    actions: list[Action] = []
    office = Office(audit=actions.append)
    silence = office.silence()

    longer = office.silences.edit(silence.id, actor="ada", ends_at_ms=silence.ends_at_ms + HOUR_MS)
    other = office.silences.edit(silence.id, matchers=parse_matchers('job="b"'))
    office.silences.expire(other.id, actor="ada")

    assert [(one.name, one.target, one.actor) for one in actions] == [
        ("silence.created", silence.id, silence.author),
        ("silence.changed", silence.id, "ada"),
        ("silence.changed", silence.id, silence.author),
        ("silence.expired", other.id, "ada"),
    ]
    assert actions[0].before == {}
    assert actions[1].before["ends_at_ms"] == silence.ends_at_ms
    assert actions[1].after["ends_at_ms"] == longer.ends_at_ms
    assert actions[2].after["id"] == other.id


def test_a_refused_change_is_not_told() -> None:
    actions: list[Action] = []
    office = Office(audit=actions.append)

    with pytest.raises(RoutingError):
        office.silence(ends_at_ms=None)

    assert actions == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["create", "edit", "expire", "wait", "look"]),
            st.sampled_from(["a", "b", "a|b", "c.*"]),
        ),
        max_size=30,
    )
)
def test_what_was_found_before_is_found_again_only_while_it_holds(steps: list[tuple[str, str]]) -> None:
    """Whatever is done to silences, an alert is silenced by those that are active and match it now."""
    office = Office()
    alerts = [alert(job=job) for job in ("a", "b", "cc", "d")]

    for what, job in steps:
        active = [one for one in office.silences.all() if one.state(office.clock.now_ms()) == "active"]
        if what == "create":
            office.silence(f'job=~"{job}"')
        elif what == "edit" and active:
            office.silences.edit(active[0].id, matchers=parse_matchers(f'job=~"{job}"'))
        elif what == "expire" and active:
            office.silences.expire(active[-1].id)
        elif what == "wait":
            office.clock.advance(1800)
        active = [one for one in office.silences.all() if one.state(office.clock.now_ms()) == "active"]
        for each in alerts:
            matching = [one.id for one in active if all(m.matches(each.labels) for m in one.matchers)]
            assert sorted(one.id for one in office.silences.silencing(each.labels)) == sorted(matching)


def test_remembers_a_bounded_number_of_alerts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_MATCHES", 3)
    office = Office()
    silence = office.silence('job=~"job.*"')

    found = [office.silences.silencing(Labels.of(job=f"job{number}")) for number in range(10)]

    assert found == [[silence]] * 10
    assert len(office.silences._matches) <= 3
