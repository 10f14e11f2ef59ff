"""When reports are due."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from otel_monitoring.reports.errors import AnalysisError
from otel_monitoring.reports.summary.schedule import schedule

BERLIN = "Europe/Berlin"


def at(text: str, zone: str = BERLIN) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("given", "now", "due", "end"),
    [
        ({"daily": "07:00"}, "2026-03-10 07:00", "2026-03-10 07:00", "2026-03-10"),
        ({"daily": "07:00"}, "2026-03-10 06:59", "2026-03-09 07:00", "2026-03-09"),
        ({"weekly": "mon 07:00"}, "2026-03-10 06:59", "2026-03-09 07:00", "2026-03-09"),
        ({"weekly": "Sun 23:30"}, "2026-03-10 06:59", "2026-03-08 23:30", "2026-03-02"),
        ({"weekly": "tue 07:00"}, "2026-03-10 06:59", "2026-03-03 07:00", "2026-03-02"),
        ({"monthly": "1 07:00"}, "2026-03-10 06:59", "2026-03-01 07:00", "2026-03-01"),
        ({"monthly": "31 07:00"}, "2026-03-10 06:59", "2026-02-28 07:00", "2026-02-01"),
        ({"monthly": "31 07:00"}, "2026-04-30 07:01", "2026-04-30 07:00", "2026-04-01"),
        ({"daily": "07:00"}, "2026-03-29 08:00", "2026-03-29 07:00", "2026-03-29"),
    ],
)
def test_a_report_is_due_on_the_clock_of_its_zone(
    given: dict[str, str], now: str, due: str, end: str
) -> None:
    (one,) = schedule(given)

    assert one.last_ms(at(now), zone=BERLIN) == at(due)
    assert one.period(at(now), zone=BERLIN).end_ms == at(end)


@pytest.mark.parametrize(
    "given",
    [
        {"daily": "7"},
        {"daily": "mon 07:00"},
        {"daily": "25:00"},
        {"weekly": "07:00"},
        {"weekly": "xyz 07:00"},
        {"monthly": "07:00"},
        {"monthly": "32 07:00"},
        {"monthly": "0 07:00"},
        {"yearly": "07:00"},
    ],
)
def test_what_is_no_time_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(AnalysisError, match="expected"):
        schedule(given)
