"""Times and limits in words."""

from __future__ import annotations

import math

import pytest

from otel_monitoring.model.labels import Labels
from otel_monitoring.reports.forecasts.limits import Limit
from otel_monitoring.reports.forecasts.standing import Standing
from otel_monitoring.reports.forecasts.words import sentence, span_words
from tests.reports.forecasts.filling import NOW_MS

DAY_S = 86_400.0
DISK = Limit("disk", "x", 1.0, unit="1", title="Disk")


def told(**known: object) -> str:
    """Return the sentence about a disk."""
    labels = Labels.of({"mountpoint": "/data"})
    standing = Standing(DISK, labels, NOW_MS, 0.8, 30 * DAY_S, **known)  # type: ignore[arg-type]
    return sentence(standing, now_ms=NOW_MS)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "0 seconds"), (1, "1 second"), (90, "90 seconds"), (7200, "2 hours"), (5 * 3600, "5 hours"),
     (36 * 3600, "36 hours"), (9.4 * DAY_S, "9 days")],
)  # fmt: skip
def test_lengths_are_told_in_the_largest_unit_of_which_there_are_two(seconds: float, words: str) -> None:
    assert span_words(seconds) == words


def test_a_limit_is_reached_in_days_between_others_on_a_day() -> None:
    known = {"outcome": "expected", "low_s": 7 * DAY_S, "expected_s": 9 * DAY_S, "high_s": 12 * DAY_S}

    assert told(**known) == "Disk /data reaches 100% in 9 days (7 to 12), on Saturday, 10 January 2026"


def test_within_a_week_the_name_of_the_day_is_enough() -> None:
    known = {"outcome": "expected", "low_s": 4 * DAY_S, "expected_s": 5 * DAY_S, "high_s": 6 * DAY_S}

    assert told(**known).endswith("in 5 days (4 to 6), on Tuesday")


def test_within_a_day_the_time_is_told() -> None:
    known = {"outcome": "expected", "low_s": 3600.0, "expected_s": 9000.0, "high_s": None}

    assert told(**known).endswith("in 2 hours (1 hour or later), at 02:30")


def test_what_may_be_and_what_is_not_is_said() -> None:
    assert told(outcome="reached") == "Disk /data is at its limit of 100%"
    assert told(outcome="not within the horizon") == "Disk /data does not reach 100% within 30 days"
    assert told(outcome="possible", low_s=11 * DAY_S) == (
        "Disk /data may reach 100% in 11 days, but is not expected to within 30 days"
    )
    assert told(reason="has 5 hours, needs 2 days for a daily season") == (
        "Disk /data: has 5 hours, needs 2 days for a daily season"
    )


def test_what_is_not_known_is_not_urgent() -> None:
    unknown = Standing(DISK, Labels.of(), NOW_MS, math.nan, 0.0, reason="none")
    known = Standing(DISK, Labels.of(), NOW_MS, 0.1, 0.0, outcome="not within the horizon")

    assert known.urgency < unknown.urgency


def test_a_range_that_tells_no_difference_is_left_out() -> None:
    known = {"outcome": "expected", "low_s": 4.9 * DAY_S, "expected_s": 5 * DAY_S, "high_s": 5.1 * DAY_S}

    assert told(**known).endswith("in 5 days, on Tuesday")
