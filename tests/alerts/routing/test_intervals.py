"""Time intervals."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime

import pytest

from otel_monitoring.alerts.routing.alertmanager.load import parse_routing
from tests.alerts.routing.alertmanager.files import HEAD
from tests.alerts.routing.desk import Desk, alert


def contains(interval: str, moment: str) -> bool:
    text = f"route: {{receiver: ops}}\ntime_intervals: [{{name: x, time_intervals: [{interval}]}}]\n{HEAD}"
    when = datetime.fromisoformat(moment + "+00:00")
    (found,) = parse_routing(text, source="am.yml").time_intervals["x"]
    return found.contains(round(when.timestamp() * 1000))


@pytest.mark.parametrize(
    ("interval", "inside", "outside"),
    [
        ("{times: [{start_time: '09:00', end_time: '17:00'}]}", "2030-01-02T09:00", "2030-01-02T17:00"),
        ("{times: [{start_time: '17:00', end_time: '24:00'}]}", "2030-01-02T23:59", "2030-01-02T00:00"),
        ("{weekdays: ['monday:friday']}", "2030-01-04T12:00", "2030-01-05T12:00"),
        ("{weekdays: [sunday]}", "2030-01-06T12:00", "2030-01-05T12:00"),
        ("{days_of_month: ['1:5']}", "2030-02-05T12:00", "2030-02-06T12:00"),
        ("{days_of_month: ['-3:-1']}", "2028-02-27T12:00", "2028-02-26T12:00"),
        ("{days_of_month: ['31']}", "2030-01-31T12:00", "2030-02-28T12:00"),
        ("{days_of_month: ['20:31']}", "2030-02-28T12:00", "2030-02-19T12:00"),
        ("{days_of_month: ['10:-1']}", "2030-02-10T12:00", "2030-02-09T12:00"),
        ("{days_of_month: ['-1'], location: Europe/Paris}", "2030-03-31T12:00", "2030-03-30T12:00"),
        ("{months: ['march:5']}", "2030-05-31T23:59", "2030-06-01T00:00"),
        ("{years: ['2030']}", "2030-12-31T23:59", "2031-01-01T00:00"),
        ("{years: ['2030'], months: [may]}", "2030-05-01T00:00", "2030-06-01T00:00"),
        (
            "{times: [{start_time: '09:00', end_time: '10:00'}], location: Asia/Tokyo}",
            "2030-01-02T00:30",
            "2030-01-02T09:30",
        ),
        (
            "{times: [{start_time: '09:00', end_time: '10:00'}], location: Europe/Paris}",
            "2030-07-02T07:30",
            "2030-01-02T07:30",
        ),
    ],
)
def test_holds_when_every_field_does(interval: str, inside: str, outside: str) -> None:
    assert contains(interval, inside)
    assert not contains(interval, outside)


@pytest.mark.parametrize(("field", "is_told_first"), [("mute", False), ("active", True)])
def test_a_muted_or_inactive_route_tells_nothing_and_catches_up_later(
    field: str, *, is_told_first: bool
) -> None:
    """S9.8."""
    text = (
        "route: {receiver: ops, routes: ["
        f"{{{field}_time_intervals: [night], group_wait: 0s, group_interval: 10s}}]}}\n"
        "time_intervals: [{name: night, time_intervals:"
        " [{times: [{start_time: '22:00', end_time: '22:30'}]}]}]\n" + HEAD
    )
    desk = Desk(config=parse_routing(text, source="am.yml"))
    # The fake clock starts at 22:13:20.
    fired = replace(alert(job="a"), starts_at_ms=1)

    assert bool(desk.see(fired)) is is_told_first
    assert bool(desk.wait(1800)) is not is_told_first


def test_a_field_without_ranges_never_holds() -> None:
    assert not contains("{weekdays: []}", "2030-01-02T09:00")
    assert contains("{weekdays: null}", "2030-01-02T09:00")


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of the machine cannot be set here")
def test_local_is_the_time_zone_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    nine = "{times: [{start_time: '09:00', end_time: '10:00'}], location: Local}"
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert contains(nine, "2030-01-02T00:30")
        assert not contains(nine, "2030-01-02T09:30")
    finally:
        monkeypatch.undo()
        time.tzset()
