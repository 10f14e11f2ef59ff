"""How metrics went: the grid, and what is looked at."""

from __future__ import annotations

import numpy as np
import pytest

from otel_monitoring.reports.errors import AnalysisError
from otel_monitoring.reports.history.desk import MOST_POINTS, HistoryDesk
from otel_monitoring.reports.subjects import Subjects
from tests.reports.releases.shop_at_hand import END_MS, MINUTE_MS, query

HOUR_MS = 60 * MINUTE_MS


@pytest.fixture(scope="module")
def desk() -> HistoryDesk:
    return HistoryDesk(query=query(), subjects=Subjects(metadata=dict), interval_s=60)


def test_points_are_no_nearer_than_collections(desk: HistoryDesk) -> None:
    window = desk.window(start_ms=END_MS - 600_000, end_ms=END_MS, points=2000)

    assert window.step_ms == 60_000


def test_a_step_that_is_stated_lies_on_round_times(desk: HistoryDesk) -> None:
    window = desk.window(start_ms=END_MS - HOUR_MS + 7, end_ms=END_MS + 7, step_ms=300_000)

    assert not window.times_ms[0] % 300_000
    assert np.diff(window.times_ms).tolist() == [300_000] * 12


@pytest.mark.parametrize("step_ms", [HOUR_MS // MOST_POINTS, 2 * HOUR_MS])
def test_a_step_that_makes_too_many_points_or_none_is_refused(desk: HistoryDesk, step_ms: int) -> None:
    with pytest.raises(AnalysisError, match="step") as caught:
        desk.window(start_ms=END_MS - HOUR_MS, end_ms=END_MS, step_ms=step_ms)

    assert caught.value.field == "step"


def test_rates_miss_nothing_between_two_points(desk: HistoryDesk) -> None:
    window = desk.window(start_ms=END_MS - 3 * HOUR_MS, end_ms=END_MS, step_ms=30 * MINUTE_MS)
    [requests] = [one for one in desk.overview(window) if one.subject.name == "http.request_rate"]

    assert "[1800000ms]" in requests.subject.expr


def test_the_highest_series_come_first(desk: HistoryDesk) -> None:
    window = desk.window(start_ms=END_MS - HOUR_MS, end_ms=END_MS)
    found = desk.past("http.p95", window)

    routes = [one.labels.get("http_route") for one in found.tracks]
    assert routes == ["/search", "/cart", "/pay"]
