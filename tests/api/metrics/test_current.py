"""``GET /metrics/current``: the newest values, chosen and page by page."""

from __future__ import annotations

from typing import Any

import pytest

from otel_monitoring.api.metrics.current import CurrentSource, current_router
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import STALE, Batch, Metadata
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock
from tests.api.asking import Asked

NOW_MS = 1_772_442_847_000
LATENCY = "http_server_request_duration_seconds"
NAN, INF = float("nan"), float("inf")


def series() -> dict[Labels, float]:
    parts = {
        Labels.of(__name__=f"{LATENCY}_count", http_route=route): count
        for route, count in (("/cart", 7.0), ("/pay", 3.0))
    }
    buckets = {
        Labels.of(__name__=f"{LATENCY}_bucket", http_route="/cart", le=le): 7.0 for le in ("0.5", "+Inf")
    }
    return {
        **parts,
        **buckets,
        Labels.of(__name__="process_memory_usage_bytes", job="shop"): 1024.0,
        Labels.of(__name__="process_thread_count", job="shop"): 9.0,
        Labels.of(__name__="odd", kind="nan"): NAN,
        Labels.of(__name__="odd", kind="inf"): INF,
        Labels.of(__name__="gone"): STALE,
        Labels.of(__name__="water_bucket"): 2.0,
    }


def api() -> Asked:
    store = SeriesStore(retention_s=3600, interval_s=15)
    known = series()
    store.append(
        Batch(
            source="self",
            time_ms=NOW_MS - 5000,
            labels=[*known],
            values=[*known.values()],
            metadata=[
                Metadata(LATENCY, "histogram", "How long requests took.", "s"),
                Metadata("process_memory_usage_bytes", "gauge", "Resident memory.", "By"),
            ],
        )
    )
    return Asked(current_router(CurrentSource(store=store, clock=FakeClock(NOW_MS), lookback_ms=300_000)))


def names(body: dict[str, Any]) -> list[str]:
    return [one["name"] for one in body["metrics"]]


def test_a_value_comes_with_its_unit_its_labels_and_its_time() -> None:
    body = api().get("/metrics/current", name="process_memory_usage_bytes").json()

    assert body == {
        "metrics": [
            {
                "name": "process_memory_usage_bytes",
                "type": "gauge",
                "unit": "By",
                "description": "Resident memory.",
                "series": [{"labels": {"job": "shop"}, "value": 1024.0, "at": "2026-03-02T09:14:02Z"}],
            }
        ],
        "total": 1,
        "next": None,
    }


def test_all_that_is_there_is_sorted_by_name_and_buckets_are_left_out() -> None:
    body = api().get("/metrics/current").json()

    assert names(body) == [
        f"{LATENCY}_count",
        "odd",
        "process_memory_usage_bytes",
        "process_thread_count",
        "water_bucket",
    ]
    assert body["total"] == 7


def test_buckets_are_there_when_they_are_wanted() -> None:
    assert f"{LATENCY}_bucket" in names(api().get("/metrics/current", buckets=True).json())


def test_what_json_has_no_number_for_is_empty() -> None:
    [metric] = api().get("/metrics/current", name="odd").json()["metrics"]

    assert [one["value"] for one in metric["series"]] == [None, None]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"name": "http.server.request.duration"}, [f"{LATENCY}_count"]),
        ({"name": "process.*"}, ["process_memory_usage_bytes", "process_thread_count"]),
        ({"name": ["odd", "process_thread_*"]}, ["odd", "process_thread_count"]),
        ({"match": '{job="shop"}', "name": "process_t*"}, ["process_thread_count"]),
        ({"name": "nothing"}, []),
        ({"name": "od("}, []),
    ],
)
def test_metrics_are_chosen_by_name_and_selector(chosen: dict[str, Any], expected: list[str]) -> None:
    assert names(api().get("/metrics/current", **chosen).json()) == expected


def test_a_selector_chooses_among_the_series_of_a_metric() -> None:
    body = api().get("/metrics/current", match=f'{LATENCY}_count{{http_route="/pay"}}').json()

    assert [one["value"] for one in body["metrics"][0]["series"]] == [3.0]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_together_hold_every_series_once(limit: int) -> None:
    asked, found, cursor = api(), [], None
    while True:
        more: dict[str, str] = {} if cursor is None else {"cursor": cursor}
        body = asked.get("/metrics/current", limit=limit, **more).json()
        found += [(one["name"], str(each["labels"])) for one in body["metrics"] for each in one["series"]]
        cursor = body["next"]
        if cursor is None:
            break

    assert len(found) == len(set(found)) == body["total"] == 7


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"match": "sum(up)"}, "query.match"),
        ({"match": "up["}, "query.match"),
        ({"match": '{job=~"("}'}, "query.match"),
        ({"name": ""}, "query.name"),
        ({"name": ["a"] * 51}, "query.name"),
        ({"name": "x" * 300}, "query.name"),
        ({"cursor": "WzFd"}, "query.cursor"),
        ({"limit": 1001}, "query.limit"),
    ],
)
def test_what_is_not_valid_is_refused_by_its_name(given: dict[str, Any], field: str) -> None:
    answer = api().get("/metrics/current", **given)

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]
