"""Trends in reports and among the insights."""

from __future__ import annotations

import re

import numpy as np
import pytest

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.reports.anomalies.watched import Watched
from otel_monitoring.reports.feeds.trends import TrendsFeed
from otel_monitoring.reports.subjects import Subjects
from otel_monitoring.reports.summary.period import Period
from otel_monitoring.reports.trends.desk import TrendsDesk
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock

END_MS = 1_700_006_400_000
STEP_MS = 600_000
WEEK_STEPS = 7 * 144
P95 = Watched("http.p95", 'sum by (route) (p95{job="shop"})', "s")


@pytest.fixture(scope="module")
def feed() -> TrendsFeed:
    """A week in which one of two routes gets slower by half."""
    store = SeriesStore(retention_s=8 * 86_400, interval_s=600)
    rng = np.random.default_rng(5)
    rising, steady = (Labels.of(__name__="p95", job="shop", route=route) for route in ("/cart", "/pay"))
    for step in range(WEEK_STEPS + 1):
        noise = 0.02 * rng.standard_normal(2)
        values = [1 + 0.5 * step / WEEK_STEPS + noise[0], 1 + noise[1]]
        store.append(Batch("self", END_MS - (WEEK_STEPS - step) * STEP_MS, [rising, steady], values))
    desk = TrendsDesk(
        query=Engine(store, lookback_ms=STEP_MS), subjects=Subjects(metadata=dict), clock=FakeClock(END_MS)
    )
    return TrendsFeed(desk, lambda: [P95, Watched("broken", "sum(")])


def test_a_report_says_what_rose_under_the_name_that_people_know(feed: TrendsFeed) -> None:
    section = feed.section(Period.ending("weekly", END_MS))

    ((title, changed, text),) = section.tables[0].rows
    assert title == "http.p95 of /cart"
    assert str(changed).startswith("+")
    assert str(text).startswith("http.p95 of /cart rises")
    assert "sum by" not in str(text)


def test_values_are_told_in_the_unit_of_the_signal(feed: TrendsFeed) -> None:
    section = feed.section(Period.ending("weekly", END_MS))

    ((_, _, text),) = section.tables[0].rows
    assert re.search(r"from [\d.]+ms to 1\.\d+s$", str(text))


def test_what_gets_worse_over_a_week_is_an_insight(feed: TrendsFeed) -> None:
    (insight,) = feed.insights(END_MS)

    assert insight.labels.as_dict() == {"metric": "http.p95", "route": "/cart"}
    assert insight.evidence.values["end"] == pytest.approx(1.5, abs=0.05)
    assert insight.evidence.values["start"] == pytest.approx(1.0, abs=0.05)
    assert insight.advice


def test_without_a_trend_that_is_said(feed: TrendsFeed) -> None:
    section = feed.section(Period.ending("daily", END_MS - 400 * 86_400_000))

    assert section.notes == ("Nothing rose or fell beyond what chance explains.",)
