"""What is worth a word."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from otel_monitoring.analytics.anomaly.verdict import Reason
from otel_monitoring.reports.anomalies.findings import Point
from otel_monitoring.reports.anomalies.watched import Watched

WATCHED = Watched("load", "load")


def point(value: float, low: float, high: float, traffic: float = math.nan) -> Point:
    return Point(
        at_ms=0,
        value=value,
        score=0.9,
        is_anomalous=True,
        expected_low=low,
        expected_high=high,
        rarity_hours=100.0,
        reason=Reason.SPIKE,
        traffic=traffic,
    )


@pytest.mark.parametrize(
    ("value", "low", "high", "least_change", "is_worth_it"),
    [
        (0.9985, 1.0, 1.0, 0.0, False),
        (0.5, 1.0, 1.0, 0.0, True),
        (103.0, 90.0, 100.0, 0.0, False),
        (106.0, 90.0, 100.0, 0.0, True),
        (0.015, 0.0, 0.001, 0.02, False),
        (0.03, 0.0, 0.001, 0.02, True),
        (95.0, 90.0, 100.0, 50.0, True),
        (1.0, math.nan, math.nan, 50.0, True),
        (0.0, 0.0, 0.0, 0.0, True),
        (-1e300, 1.0, 2.0, 0.02, True),
    ],
)
def test_a_small_step_of_a_still_series_is_not_worth_a_word(
    value: float, low: float, high: float, least_change: float, *, is_worth_it: bool
) -> None:
    assert point(value, low, high).is_worth_a_word(replace(WATCHED, least_change=least_change)) == is_worth_it


@pytest.mark.parametrize(("failed", "is_worth_it"), [(1, False), (2, False), (3, True)])
def test_one_failure_of_thirty_requests_is_not_worth_a_word(failed: int, *, is_worth_it: bool) -> None:
    share = point(failed / 30, 0.0, 0.0, traffic=30.0)

    assert share.is_worth_a_word(replace(WATCHED, least_change=0.02, least_events=3)) == is_worth_it


@pytest.mark.parametrize(("value", "is_worth_it"), [(0.0, False), (0.2, False), (0.9, True)])
def test_less_than_usual_of_what_nobody_wants_is_not_worth_a_word(value: float, *, is_worth_it: bool) -> None:
    errors = replace(WATCHED, rises_only=True)

    assert point(value, 0.1, 0.3).is_worth_a_word(errors) == is_worth_it
