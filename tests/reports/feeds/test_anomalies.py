"""Anomalies in reports and among the insights."""

from __future__ import annotations

import pytest

from otel_monitoring.reports.feeds.anomalies import AnomaliesFeed
from otel_monitoring.reports.summary.period import Period
from otel_monitoring.testing import FakeClock
from tests.reports.anomalies.desk_at_hand import A, B, Desk
from tests.reports.anomalies.watching import MINUTE_MS, Watching


@pytest.fixture
def desk() -> Desk:
    """A jump that is over, and one that lasts."""
    watching = Watching()
    watching.usual(240, A, B)
    watching.minute({A: 1000.0, B: 101.0})
    watching.usual(30, A, B, seed=2)
    watching.minute({A: 100.0, B: 2000.0})
    return Desk(watching)


def period(desk: Desk) -> Period:
    return Period.ending("daily", desk.watching.now_ms + MINUTE_MS)


def test_a_report_lists_what_stood_out_in_its_period(desk: Desk) -> None:
    section = AnomaliesFeed(desk).section(period(desk))

    (table,) = section.tables
    assert section.name == "anomalies"
    assert [figure.value for figure in section.figures] == [2.0, 2.0]
    assert section.figures[0].before == 0.0
    assert {row[0] for row in table.rows} == {"load of a", "load of b"}
    assert {row[3] for row in table.rows} == {"1k", "2k"}
    assert all(" to " in str(row[4]) for row in table.rows)


def test_a_period_without_any_says_so(desk: Desk) -> None:
    section = AnomaliesFeed(desk).section(period(desk).before)

    assert section.notes == ("Nothing stood out.",)
    assert section.tables == ()


def test_what_lasts_is_an_insight_with_its_evidence(desk: Desk) -> None:
    desk.clock = FakeClock(desk.watching.now_ms)

    (insight,) = AnomaliesFeed(desk).insights(desk.watching.now_ms)

    assert insight.labels.as_dict() == {"host": "b", "metric": "load"}
    assert insight.evidence.value == 2000.0
    assert insight.evidence.expr == "load"
    assert insight.evidence.values["expected_high"] < 200
    assert insight.advice
    assert insight.since_ms == desk.watching.now_ms
