"""Alerts as they are held, and groups."""

from __future__ import annotations

from dataclasses import replace

from otel_monitoring.alerts.routing.config import Route, Timing
from otel_monitoring.alerts.routing.groups import LOOK_AGAIN_S, Group, Held
from otel_monitoring.model.labels import Labels
from tests.alerts.routing.desk import alert


def held(job: str) -> Held:
    return Held(alert(job=job), expires_s=100.0)


def group(interval_s: float, *, next_s: float = 10.0) -> Group:
    route = Route(receiver="ops", timing=Timing(0, interval_s, 1e9))
    return Group(route=route, labels=Labels.of(), key="{}:{}", next_s=next_s)


def test_an_alert_is_over_when_it_was_not_sent_again() -> None:
    """S9.1."""
    one = held("a")

    assert [one.is_resolved(now_s) for now_s in (99.0, 100.0)] == [False, True]
    assert [one.seen(now_s).is_resolved for now_s in (99.0, 100.0)] == [False, True]


def test_what_fires_anew_after_its_end_begins_anew() -> None:
    """S9.1."""
    one = held("a")
    one.told_s = 5.0
    ended = alert(job="a", resolved=True, ends_at_ms=2000)
    one.hear(ended, expires_s=50.0, is_timed=False, now_s=50.0)

    one.hear(alert(job="a", starts_at_ms=3000), expires_s=200.0, is_timed=False, now_s=60.0)

    assert one.alert.starts_at_ms == 3000
    assert [one.told_s] == [None]


def test_what_fires_anew_as_of_before_its_end_never_ended() -> None:
    """S9.1."""
    one = held("a")
    one.hear(alert(job="a", resolved=True, ends_at_ms=4000), expires_s=50.0, is_timed=False, now_s=50.0)

    one.hear(alert(job="a", starts_at_ms=3000), expires_s=200.0, is_timed=False, now_s=60.0)

    assert one.alert.starts_at_ms == 1000


def test_the_later_of_two_ends_is_told() -> None:
    """S9.1."""
    one = held("a")
    for ends_at_ms in (5000, 4000):
        ended = alert(job="a", resolved=True, ends_at_ms=ends_at_ms)
        one.hear(ended, expires_s=50.0, is_timed=False, now_s=50.0)

    assert one.alert.ends_at_ms == 5000


def test_the_next_look_is_on_the_grid_and_never_in_the_past() -> None:
    """S9.5."""
    on_time, late = group(300), group(300)

    on_time.schedule_next(12.0)
    late.schedule_next(1000.0)

    assert (on_time.next_s, late.next_s) == (310.0, 1300.0)


def test_a_group_without_an_interval_is_looked_at_when_something_changes() -> None:
    one, gridded = group(0), group(300)
    for each in (one, gridded):
        each.schedule_next(10.0)

    assert one.next_s == 10.0 + LOOK_AGAIN_S
    assert (one.touch(12.0), one.next_s) == (True, 12.0)
    assert not gridded.touch(12.0)


def test_what_was_told_as_resolved_goes_unless_it_fires_again() -> None:
    """S9.7."""
    one = group(300)
    gone, back, began_later = held("gone"), held("back"), held("later")
    for each in (gone, back, began_later):
        one.insert(each)
        one.insert(each)
    one.leaving = {labels: replace(each.alert, is_resolved=True) for labels, each in one.held.items()}
    gone.expires_s = began_later.expires_s = 0.0
    began_later.alert = alert(job="later", starts_at_ms=9000)

    assert one.settle(50.0) == [gone]
    assert set(one.held) == {back.alert.labels, began_later.alert.labels}
    assert (gone.groups, back.groups) == (0, 1)
