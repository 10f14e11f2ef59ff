"""Flapping alerts and cooldown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.alerts.routing import cooldown as cooldown_module
from otel_monitoring.alerts.routing import flapping as flapping_module
from otel_monitoring.alerts.routing.cooldown import Cooldown
from otel_monitoring.alerts.routing.flapping import ANNOTATION, Flapping
from tests.alerts.routing.desk import Desk, alert

if TYPE_CHECKING:
    import pytest

    from tests.alerts.routing.desk import Told


def flap(desk: Desk, times: int, *, every_s: float = 20) -> list[Told]:
    """Let an alert begin and end some times; return what was told."""
    told = []
    for number in range(times):
        told += desk.see(alert(job="a", starts_at_ms=1000 + number))
        told += desk.wait(every_s)
        told += desk.see(alert(job="a", starts_at_ms=1000 + number, resolved=True))
        told += desk.wait(every_s)
    return told


def test_an_alert_that_flaps_is_told_once_as_flapping_and_then_when_it_settles() -> None:
    flapping = Flapping(most_changes=4, window_s=600)
    desk = Desk(stages=[flapping], watchers=[flapping])

    told = flap(desk, 8)

    assert told == [*[("firing", ["a"]), ("resolved", ["a"])] * 2, ("firing", ["a"])]
    assert desk.notices[-1].alerts[0].annotations == {ANNOTATION: "changed more than 4 times within 600 s"}
    assert desk.wait(660) == [("resolved", ["a"])]
    assert desk.dispatcher.stats()["alerts"] == 0


def test_a_flapping_alert_that_settles_as_firing_is_not_told_again() -> None:
    flapping = Flapping(most_changes=4, window_s=600)
    desk = Desk(stages=[flapping], watchers=[flapping])
    flap(desk, 4)

    assert desk.see(alert(job="a", starts_at_ms=9000)) == []
    assert desk.wait(660) == []
    assert desk.see(alert(job="a", starts_at_ms=9000, resolved=True)) == [("resolved", ["a"])]


def test_slow_changes_do_not_count_as_flapping() -> None:
    flapping = Flapping(most_changes=4, window_s=60)
    desk = Desk(stages=[flapping], watchers=[flapping])

    assert len(flap(desk, 5)) == 10


def test_flapping_can_be_switched_off_and_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flapping_module, "_MOST", 1)
    switched_off, small = Flapping(most_changes=0), Flapping(most_changes=1, window_s=60)
    for flapping in (switched_off, small):
        for job in "ab":
            for at_s in (0, 1, 2):
                flapping.changed(alert(job=job).labels, is_firing=True, at_s=at_s)

    assert not switched_off.flaps(alert(job="a").labels, 3)
    assert [small.flaps(alert(job=job).labels, 3) for job in "ab"] == [True, False]
    small.changed(alert(job="b").labels, is_firing=True, at_s=100)
    assert list(small._changes) == [alert(job="b").labels]


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


def test_trims_what_does_not_matter_any_more() -> None:
    flapping, cooldown = Flapping(most_changes=1, window_s=60), Cooldown(lambda _: 30, longest_s=60)
    for watcher in (flapping, cooldown):
        watcher.changed(alert(job="a").labels, is_firing=False, at_s=0)
        watcher.changed(alert(job="b").labels, is_firing=False, at_s=50)
        watcher.trim(70)

    assert list(flapping._changes) == list(cooldown._ended_s) == [alert(job="b").labels]


def test_the_cooldown_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cooldown_module, "_MOST", 2)
    cooldown = Cooldown(lambda _: 300, longest_s=100)
    for number, job in enumerate("abcd"):
        cooldown.changed(alert(job=job).labels, is_firing=False, at_s=number * 60)

    assert [labels.get("job") for labels in cooldown._ended_s] == ["b", "c", "d"][-2:]
