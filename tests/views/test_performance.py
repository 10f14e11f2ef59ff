"""Databases, and endpoints that are not as fast as they were."""

from __future__ import annotations

import pytest

from otel_monitoring.views.latency import Latency
from otel_monitoring.views.performance import moved, operations
from otel_monitoring.views.requests import Endpoint, Served
from tests.views.shop import HOUR_MS, Shop


def endpoint(route: str, p95_s: float | None, requests: float = 100) -> Endpoint:
    return Endpoint("GET", route, Served(requests, latency=Latency(p95_s=p95_s)))


def test_operations_of_databases_are_counted_and_timed() -> None:
    shop = Shop()
    shop.process.query_database(0.02, times=90)
    shop.process.query_database(0.2, times=10)
    shop.pass_time(60)

    found = operations(shop.counting, shop.counting.span(shop.now_ms - HOUR_MS, shop.now_ms))

    assert found is not None
    assert (found.count, found.latency.high_s) == (100, 0.25)
    assert found.mean_s == pytest.approx(0.038)


def test_without_a_database_nothing_is_said() -> None:
    shop = Shop()
    shop.pass_time(60)

    span = shop.counting.span(shop.now_ms - HOUR_MS, shop.now_ms)

    assert operations(shop.counting, span) is None


def test_the_most_moved_endpoints_come_first_whichever_way_they_went() -> None:
    before = [endpoint("/a", 0.1), endpoint("/b", 0.4), endpoint("/c", 0.1)]
    now = [endpoint("/a", 0.2), endpoint("/b", 0.1), endpoint("/c", 0.11)]

    found = moved(now, before)

    assert [(one.now.route, one.factor) for one in found] == [("/b", 0.25), ("/a", 2.0)]


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (endpoint("/a", 0.1, requests=9), endpoint("/a", 0.9)),
        (endpoint("/a", 0.1), endpoint("/a", 0.9, requests=9)),
        (endpoint("/a", 0.1), endpoint("/b", 0.9)),
        (endpoint("/a", None), endpoint("/a", 0.9)),
        (endpoint("/a", 0.9), endpoint("/a", None)),
        (endpoint("/a", 0.001), endpoint("/a", 0.005)),
    ],
)
def test_little_is_no_movement(before: Endpoint, now: Endpoint) -> None:
    assert moved([now], [before]) == []
