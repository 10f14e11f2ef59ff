"""Cooldown after a resolution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.alerts.routing import cooldown as cooldown_module
from otel_monitoring.alerts.routing.cooldown import Cooldown
from tests.alerts.routing.desk import Desk, alert, flap

if TYPE_CHECKING:
    import pytest


def test_an_alert_that_returns_within_its_cooldown_is_told_when_that_is_over() -> None:
    cooldown = Cooldown(lambda _: 300)
    desk = Desk(stages=[cooldown], watchers=[cooldown])
    desk.see(alert(job="a"))
    desk.see(alert(job="a", resolved=True))

    assert desk.see(alert(job="a", starts_at_ms=5000)) == []
    assert desk.wait(290) == []
    assert desk.wait(30) == [("firing", ["a"])]


def test_what_comes_and_goes_within_its_cooldown_is_not_told_and_does_not_prolong_it() -> None:
    cooldown = Cooldown(lambda _: 300)
    desk = Desk(stages=[cooldown], watchers=[cooldown])
    told = flap(desk, 1)
    told += flap(desk, 3)

    assert told == [("firing", ["a"]), ("resolved", ["a"])]
    assert desk.wait(200) == []
    assert desk.see(alert(job="a", starts_at_ms=9000)) == [("firing", ["a"])]


def test_the_cooldown_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cooldown_module, "_MOST", 2)
    cooldown = Cooldown(lambda _: 300, longest_s=100)
    for number, job in enumerate("abcd"):
        cooldown.changed(alert(job=job).labels, is_firing=False, at_s=number * 60)

    assert [labels.get("job") for labels in cooldown._ended_s] == ["b", "c", "d"][-2:]


def test_forgets_what_ended_too_long_ago() -> None:
    cooldown = Cooldown(lambda _: 30, longest_s=60)
    cooldown.changed(alert(job="a").labels, is_firing=False, at_s=0)
    cooldown.changed(alert(job="b").labels, is_firing=False, at_s=50)

    cooldown.trim(70)

    assert list(cooldown._ended_s) == [alert(job="b").labels]


def test_remembers_nothing_of_alerts_that_were_not_sent_again() -> None:
    cooldown = Cooldown(lambda _: 30)
    desk = Desk(stages=[cooldown], watchers=[cooldown])
    desk.see(alert(job="a", ends_at_ms=desk.clock.now_ms() + 60_000))

    desk.wait(120)

    assert cooldown._began_s == {}


def test_each_alert_may_have_a_cooldown_of_its_own() -> None:
    cooldown = Cooldown(lambda one: 300 if one.labels.get("job") == "a" else 0)
    desk = Desk(stages=[cooldown], watchers=[cooldown])
    for job in "ab":
        desk.see(alert(job=job))
        desk.see(alert(job=job, resolved=True))

    assert desk.see(alert(job="a", starts_at_ms=5000), alert(job="b", starts_at_ms=5000)) == [
        ("firing", ["b"])
    ]


def test_a_cooldown_goes_on_in_another_process() -> None:
    before, after = Cooldown(lambda _: 300), Cooldown(lambda _: 300)
    ended = Desk(stages=[before], watchers=[before])
    ended.see(alert(job="a"))
    ended.see(alert(job="a", resolved=True))
    records = before.state(ended.clock.monotonic_s())
    desk = Desk(stages=[after], watchers=[after])
    after.restore([{**one, "age_s": 200.0} for one in records], desk.clock.monotonic_s())

    early = desk.see(alert(job="a", starts_at_ms=5000))

    assert early == []
    assert desk.wait(120) == [("firing", ["a"])]
