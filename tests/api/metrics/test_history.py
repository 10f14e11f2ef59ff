"""``GET /metrics/history``: how metrics went, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from otel_monitoring.api.metrics.history import metrics_history_router
from otel_monitoring.model.sample import Metadata
from otel_monitoring.reports.history.desk import HistoryDesk
from otel_monitoring.reports.subjects import Subjects
from otel_monitoring.testing import FakeClock
from tests.api.asking import Asked
from tests.reports.releases.shop_at_hand import END_MS, query

LATENCY = "http_server_request_duration_seconds"
KNOWN = {LATENCY: Metadata(LATENCY, "histogram", "How long requests took.", "s")}


@pytest.fixture(scope="module")
def api() -> Asked:
    """A shop whose cart became slower."""
    desk = HistoryDesk(query=query(), subjects=Subjects(metadata=lambda: KNOWN), interval_s=60)
    return Asked(metrics_history_router(desk, clock=FakeClock(END_MS)))


def test_without_a_metric_it_tells_of_the_whole_service(api: Asked) -> None:
    body = api.get("/metrics/history", hours=4).json()

    figures = {one["metric"]: one for one in body["metrics"]}
    [requests] = figures["http.request_rate"]["series"]
    assert len(requests["values"]) == len(body["times"]) == 240 + 1
    assert max(value or 0 for value in requests["values"]) == pytest.approx(3.0, abs=0.1)
    assert figures["http.error_ratio"]["unit"] == "1"
    assert figures["process.memory"]["series"] == []


def test_a_metric_is_looked_at_as_suits_it(api: Asked) -> None:
    [found] = api.get("/metrics/history", metric="http.server.request.duration", window="2h").json()[
        "metrics"
    ]

    assert (found["metric"], found["aggregation"], found["unit"]) == (LATENCY, "p95", "s")
    slowest = found["series"][0]
    assert slowest["labels"]["http_route"] == "/search"


def test_a_signal_is_known_by_its_name(api: Asked) -> None:
    [found] = api.get("/metrics/history", metric="http.p95", window="2h").json()["metrics"]

    assert (found["metric"], found["unit"], len(found["series"])) == ("http.p95", "s", 3)


def test_promql_is_asked_as_it_is_written(api: Asked) -> None:
    body = api.get("/metrics/history", metric="vector(2) / 0 * 0", window="10m", step="5m").json()

    assert body["stepSeconds"] == 300
    assert body["metrics"][0]["series"] == []  # not a number is no value


def test_infinity_is_no_number(api: Asked) -> None:
    [found] = api.get("/metrics/history", metric="vector(1) / 0", window="10m", step="5m").json()["metrics"]

    assert found["series"][0]["values"] == [None, None, None]


def test_only_so_many_series_come_and_the_rest_is_counted(api: Asked) -> None:
    [found] = api.get("/metrics/history", metric="http.p95", window="2h", limit=1).json()["metrics"]

    assert (len(found["series"]), found["leftOut"]) == (1, 2)


def test_where_nothing_is_found_names_that_look_alike_are_told(api: Asked) -> None:
    [found] = api.get("/metrics/history", metric="http_server_request_duratio").json()["metrics"]

    assert found["near"] == [LATENCY]


@pytest.mark.parametrize("points", [2, 50, 2000])
def test_there_are_no_more_points_than_asked_for(api: Asked, points: int) -> None:
    body = api.get("/metrics/history", metric="up", hours=700 * 24, points=points).json()

    assert len(body["times"]) <= points + 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"metric": "sum("}, "query.metric"),
        ({"metric": "http.p96"}, "query.metric"),
        ({"metric": ""}, "query.metric"),
        ({"metric": LATENCY, "aggregation": "most"}, "query.aggregation"),
        ({"step": "1s", "hours": 24}, "query.step"),
        ({"step": "2h", "hours": 1}, "query.step"),
        ({"step": "-5"}, "query.step"),
        ({"points": 1}, "query.points"),
        ({"points": 2001}, "query.points"),
        ({"limit": 0}, "query.limit"),
        ({"hours": 24 * 800}, "query.hours"),
        ({"hours": "nan"}, "query.hours"),
        ({"since": "yesterday"}, "query.since"),
    ],
)
def test_what_is_not_valid_is_refused_by_its_name(api: Asked, given: dict[str, Any], field: str) -> None:
    answer = api.get("/metrics/history", **given)

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]
