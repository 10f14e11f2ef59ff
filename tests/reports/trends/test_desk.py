"""Questions about which way series go, asked of a real engine."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pytest

from otel_monitoring.model.sample import Metadata
from otel_monitoring.reports.errors import AnalysisError
from otel_monitoring.reports.trends.desk import DAY_MS, HOUR_MS, MOST_SPANS
from tests.reports.trends.moving import LOAD, NOW_MS, OTHER, desk, growing, noise, stepping, waving


def test_growth_is_told_by_the_day() -> None:
    (one,) = desk({LOAD: growing(7, a_day=2.0)}).trends("load", spans_ms=[7 * DAY_MS]).series

    (seen,) = one.windows
    assert seen.trend.direction == "rising"
    assert seen.trend.slope * 86_400 == pytest.approx(2.0, rel=0.1)
    assert seen.text.startswith('load{host="a"} rises by 2.1% a day (')
    assert one.change_texts == ()


def test_each_window_has_an_answer_of_its_own() -> None:
    found = desk({LOAD: growing(7, a_day=2.0)}).trends("load", spans_ms=[6 * HOUR_MS, 7 * DAY_MS]).series

    short, long = found[0].windows
    assert short.trend.direction in {"steady", "unclear"}
    assert long.trend.direction == "rising"


def test_a_step_is_dated() -> None:
    (one,) = desk({LOAD: stepping(7, ago_days=2.5, size=20)}).trends("load", spans_ms=[7 * DAY_MS]).series

    (change,) = one.changes.found
    assert change.time_s * 1000 == pytest.approx(NOW_MS - 2.5 * DAY_MS, abs=600_000)
    (text,) = one.change_texts
    assert text == 'load{host="a"} rose from 99.95 to 119.9 (+20%) on Monday 12:05'
    assert one.windows[0].text.startswith(
        'load{host="a"} has no steady trend over 7 days, but rose from 99.95'
    )


def test_times_are_those_of_the_zone() -> None:
    series = {LOAD: stepping(7, ago_days=2.5, size=20)}
    (one,) = desk(series, zone=ZoneInfo("Asia/Tokyo")).trends("load", spans_ms=[7 * DAY_MS]).series

    assert one.change_texts == ('load{host="a"} rose from 99.95 to 119.9 (+20%) on Monday 21:05',)


def test_the_evening_of_every_day_is_called_seasonal() -> None:
    (one,) = desk({LOAD: waving(8)}).trends("load", spans_ms=[6 * HOUR_MS]).series

    (seen,) = one.windows
    assert seen.trend.direction == "rising"
    assert seen.is_seasonal
    assert "that is seasonal: " in seen.text


def test_more_than_the_evening_brings_is_not_called_seasonal() -> None:
    values = waving(8)
    values[-72:] += [at * 2.0 for at in range(72)]

    (one,) = desk({LOAD: values}).trends("load", spans_ms=[6 * HOUR_MS]).series

    assert not one.windows[0].is_seasonal
    assert "not the day's pattern alone" in one.windows[0].text


def test_without_history_nothing_is_said_of_other_days() -> None:
    (one,) = desk({LOAD: waving(0.5)}).trends("load", spans_ms=[6 * HOUR_MS]).series

    assert one.windows[0].trend.direction == "rising"
    assert "seasonal" not in one.windows[0].text


def test_too_short_a_past_is_said_to_be_so() -> None:
    (one,) = desk({LOAD: noise(0.02, 1)}).trends("load", spans_ms=[7 * DAY_MS]).series

    assert "is too short for a trend over 7 days: has " in one.windows[0].text
    assert one.changes.reason == "too short"


def test_an_end_long_ago_has_no_series() -> None:
    assert desk({LOAD: noise(1, 1)}).trends("load", end_ms=NOW_MS - 30 * DAY_MS).series == ()


def test_series_are_told_apart_and_limited() -> None:
    asked = desk({LOAD: growing(7, a_day=2.0), OTHER: growing(7, a_day=-2.0)})

    both, first = asked.trends("load", spans_ms=[7 * DAY_MS]), asked.trends("load", most=1)

    assert [one.windows[0].trend.direction for one in both.series] == ["rising", "falling"]
    assert (len(first.series), first.left_out) == (1, 1)


def test_a_counter_is_asked_as_its_rate() -> None:
    counted = {LOAD: np.arange(30 * 288, dtype=np.float64) * 600}

    found = desk(counted, {"load": Metadata("load", "counter", "1", "")}).trends(
        "load", spans_ms=[30 * DAY_MS]
    )

    assert found.subject.aggregation == "rate"
    assert found.series[0].windows[0].text.startswith('rate of load{host="a"} is steady over 30 days, at 2/s')


def test_names_that_look_alike_are_known() -> None:
    assert desk({}, {"load": Metadata("load", "gauge", "1", "")}).near("loads") == ["load"]


@pytest.mark.parametrize("spans_ms", [[], [HOUR_MS] * (MOST_SPANS + 1), [1000], [400 * DAY_MS]])
def test_windows_that_make_no_sense_are_refused(spans_ms: list[int]) -> None:
    with pytest.raises(AnalysisError, match="window"):
        desk({}).trends("load", spans_ms=spans_ms)
