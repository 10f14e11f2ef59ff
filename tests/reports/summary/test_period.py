"""Days, weeks and months of the calendar, in whatever zone and across the change of clocks."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from otel_monitoring.reports.errors import AnalysisError
from otel_monitoring.reports.summary.period import KINDS, Period, kind_of

HOUR_MS = 3_600_000


def at(text: str, zone: str = "UTC") -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("kind", "start", "end"),
    [
        ("daily", "2026-03-10", "2026-03-11"),
        ("weekly", "2026-03-02", "2026-03-09"),
        ("monthly", "2026-02-01", "2026-03-01"),
    ],
)
def test_the_last_complete_period_ends_at_a_midnight(kind: str, start: str, end: str) -> None:
    found = Period.complete(kind_of(kind), at("2026-03-11 07:00"))

    assert (found.start_ms, found.end_ms) == (at(start), at(end))


def test_a_day_on_which_the_clocks_change_is_a_whole_day() -> None:
    found = Period.complete("daily", at("2026-03-30 07:00", "Europe/Berlin"), zone="Europe/Berlin")

    assert found.length_ms == 23 * HOUR_MS


def test_a_month_ends_on_the_same_day_of_the_month_or_on_its_last() -> None:
    found = Period.ending("monthly", at("2026-03-31"))

    assert found.start_ms == at("2026-02-28")


@pytest.mark.parametrize("kind", KINDS)
def test_the_time_before_is_as_long_and_ends_where_it_begins(kind: str) -> None:
    found = Period.ending(kind_of(kind), at("2026-03-11 10:07"))

    assert found.before.end_ms == found.start_ms
    assert found.before.length_ms == found.length_ms
    assert len(found.with_before.times_ms) == 2 * found.steps


@pytest.mark.parametrize("end_ms", [-1, 0, 10**18])
def test_a_time_out_of_the_calendar_is_refused(end_ms: int) -> None:
    with pytest.raises(AnalysisError, match="1971"):
        Period.ending("daily", end_ms)


def test_what_is_no_kind_or_no_zone_is_refused() -> None:
    with pytest.raises(AnalysisError, match="yearly"):
        kind_of("yearly")
    with pytest.raises(AnalysisError, match="Mars"):
        Period.ending("daily", at("2026-03-11"), zone="Mars/Olympus")
