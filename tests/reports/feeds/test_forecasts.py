"""What is running out, in reports and among the insights."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from otel_monitoring.model.labels import Labels
from otel_monitoring.reports.feeds.forecasts import ForecastsFeed
from otel_monitoring.reports.forecasts.limits import Limit
from otel_monitoring.reports.forecasts.standing import Standing
from otel_monitoring.reports.summary.period import Period
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from datetime import tzinfo

    from otel_monitoring.reports.forecasts.desk import ForecastsDesk

NOW_MS = 1_700_006_400_000
DAY_S = 86_400.0
DISK = Limit("disk", "disk", 1.0, unit="1", title="Disk")


def full_in(days: float | None) -> Standing:
    return Standing(
        limit=DISK,
        labels=Labels.of(system_filesystem_mountpoint="/"),
        at_ms=NOW_MS,
        newest=0.8,
        horizon_s=90 * DAY_S,
        outcome="not within the horizon" if days is None else "expected",
        low_s=None if days is None else 0.8 * days * DAY_S,
        expected_s=None if days is None else days * DAY_S,
        high_s=None if days is None else 1.2 * days * DAY_S,
    )


def feed(*standings: Standing, zone: tzinfo = UTC) -> ForecastsFeed:
    fake = SimpleNamespace(clock=FakeClock(NOW_MS), standings=lambda: standings)
    return ForecastsFeed(cast("ForecastsDesk", fake), zone=zone)


def test_a_report_says_when_what_is_full() -> None:
    section = feed(full_in(10)).section(Period.ending("weekly", NOW_MS))

    assert section is not None
    ((what, now, limit, when),) = section.tables[0].rows
    assert (what, now, limit) == ("Disk /", "80%", "100%")
    assert "10 days (8 to 12)" in str(when)


def test_what_is_not_known_of_a_limit_yet_is_left_out() -> None:
    section = feed(replace(full_in(None), newest=math.nan)).section(Period.ending("weekly", NOW_MS))

    assert section is not None
    assert section.tables[0].rows[0][1] is None


def test_without_limits_and_of_a_time_long_ago_there_is_no_section() -> None:
    assert feed().section(Period.ending("weekly", NOW_MS)) is None
    assert feed(full_in(10)).section(Period.ending("weekly", NOW_MS - 10 * 86_400_000)) is None


def test_days_are_those_of_the_zone() -> None:
    new_york = ZoneInfo("America/New_York")

    (there,) = feed(full_in(2), zone=new_york).insights(NOW_MS)
    (here,) = feed(full_in(2)).insights(NOW_MS)

    assert ("on Friday" in here.sentence, "on Thursday" in there.sentence) == (True, True)


def test_what_is_full_within_a_month_is_an_insight_and_the_sooner_the_more_it_matters() -> None:
    soon, later = feed(full_in(2), full_in(20), full_in(60), full_in(None)).insights(NOW_MS)

    assert soon.effect > later.effect
    assert soon.evidence.values["seconds_left"] == 2 * DAY_S
    assert soon.labels.get("resource") == "disk"
    assert soon.sentence.startswith("Disk / reaches 100% in ")
