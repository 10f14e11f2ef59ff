"""Trends and changes in sentences."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from otel_monitoring.analytics.trends.changes import Change
from otel_monitoring.analytics.trends.trend import Trend
from otel_monitoring.analytics.trends.usual import Usual
from otel_monitoring.model.labels import Labels
from otel_monitoring.reports.asking import Window
from otel_monitoring.reports.subjects import Subject
from otel_monitoring.reports.trends.words import Told, named, of_change, of_trend, telling, when

DAY_S = 86_400
END_MS = 1_767_225_600_000
WEEK = Window(END_MS - 7 * DAY_S * 1000, END_MS, 1_800_000)
HOURS = Window(END_MS - 6 * 3_600_000, END_MS, 60_000)
RISING = Trend(
    direction="rising",
    slope=0.012 / DAY_S,
    slope_low=0.008 / DAY_S,
    slope_high=0.016 / DAY_S,
    start=0.1,
    end=0.184,
    p_value=0.001,
    points=300,
    effective_points=60.0,
)
STEP = Change(time_s=END_MS / 1000 - 2 * DAY_S, before=0.1, after=0.18, size_low=0.07, size_high=0.09)


def test_a_trend_is_told_as_a_share_with_its_interval() -> None:
    told = of_trend("p95 of GET /cart", RISING, None, Told(WEEK, "s"))

    assert told == "p95 of GET /cart rises by 12% a day (8 to 16) over 7 days, from 100ms to 184ms"


def test_the_step_that_a_trend_mostly_is_is_named() -> None:
    told = of_trend("p95", RISING, None, Told(WEEK, "s", [STEP]))

    assert told.endswith(", since Tuesday 00:00")


def test_a_fall_is_told_without_signs() -> None:
    falling = replace(
        RISING, direction="falling", slope=-1.0, slope_low=-1.5, slope_high=-0.5, start=9e6, end=8e6
    )

    assert "falls by 0.96% a day (0.48 to 1.4) over 7 days" in of_trend("load", falling, None, Told(WEEK, ""))


def test_what_began_at_nothing_is_told_in_its_unit() -> None:
    from_zero = replace(RISING, slope=1 / 3600, slope_low=0.5 / 3600, slope_high=2 / 3600, start=0.0, end=6.0)

    told = of_trend("errors", from_zero, None, Told(HOURS, "{error}"))

    assert (
        told
        == "errors rises by 1 error an hour (0.5 errors to 2 errors) over 6 hours, from 0 errors to 6 errors"
    )


def test_other_days_are_named_where_they_explain_it() -> None:
    usual = Usual(0.01 / DAY_S, 0.02 / DAY_S, 7)

    told = of_trend("p95", RISING, usual, Told(HOURS, "s"))

    assert told.endswith("; that is seasonal: 0.42 to 0.83% an hour at this time of 7 other days")


@pytest.mark.parametrize(
    ("trend", "expected"),
    [
        (replace(RISING, direction="steady"), "p95 is steady over 7 days, at 142ms (8 to 16% a day)"),
        (replace(RISING, direction="unclear"), "p95 has no trend over 7 days that chance does not explain"),
        (replace(RISING, reason="no data", points=0), "p95 has no data in 7 days"),
        (
            replace(RISING, reason="too short", points=5),
            "p95 is too short for a trend over 7 days: has 5 points, needs 20",
        ),
    ],
)
def test_what_cannot_be_said_is_said(trend: Trend, expected: str) -> None:
    assert of_trend("p95", trend, None, Told(WEEK, "s")).startswith(expected)


def test_a_change_is_told_with_its_time() -> None:
    assert of_change("p95", STEP, "s", WEEK) == "p95 rose from 100ms to 180ms (+80%) on Tuesday 00:00"


def test_a_change_from_nothing_has_no_share() -> None:
    told = of_change("load", replace(STEP, before=0.0, after=-5.0), "", WEEK)

    assert told == "load fell from 0 to -5 on Tuesday 00:00"


def test_what_is_long_ago_is_told_with_its_date() -> None:
    assert when(1_767_225_600 - 30 * DAY_S, 1_767_225_600) == "Tuesday, 2 December 2025, 00:00"


def test_series_are_called_by_what_tells_them_apart() -> None:
    cart, pay = (Labels.of(__name__="x", job="shop", route=route) for route in ("/cart", "/pay"))
    subject = Subject("latency", "…", "s", "p95")

    assert named(subject, cart, telling([cart, pay])) == 'p95 of latency{route="/cart"}'
    assert named(Subject("load", "load", "", "value"), Labels.of(), telling([Labels.of()])) == "load"


def test_the_only_series_is_called_by_what_says_something() -> None:
    labels = Labels.of(__name__="x", job="shop", route="/cart", otel_scope_name="otel_monitoring.asgi")

    assert telling([labels]) == {"route"}


def test_numbers_that_are_none_are_told_as_such() -> None:
    told = of_trend("load", replace(RISING, slope_high=math.inf), None, Told(WEEK, ""))

    assert "inf" in told
