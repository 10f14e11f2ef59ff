"""Flapping alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.alerts.routing import flapping as flapping_module
from otel_monitoring.alerts.routing.flapping import ANNOTATION, Flapping
from tests.alerts.routing.desk import Desk, alert, flap

if TYPE_CHECKING:
    import pytest


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


def test_trims_what_does_not_matter_any_more() -> None:
    flapping = Flapping(most_changes=1, window_s=60)
    flapping.changed(alert(job="a").labels, is_firing=False, at_s=0)
    flapping.changed(alert(job="b").labels, is_firing=False, at_s=50)

    flapping.trim(70)

    assert list(flapping._changes) == [alert(job="b").labels]


def test_what_flaps_goes_on_flapping_in_another_process() -> None:
    before, after = Flapping(most_changes=2, window_s=600), Flapping(most_changes=2, window_s=600)
    labels = alert(job="a").labels
    for at_s in (100, 110, 120):
        before.changed(labels, is_firing=True, at_s=at_s)
    (record,) = before.state(now_s=130)

    after.restore([{**record, "age_s": record["age_s"] + 60}], now_s=5000)

    assert after.flaps(labels, 5000)
    assert not after.flaps(labels, 5000 + 531)
    assert after.state(5000)[0]["age_s"] == 70
