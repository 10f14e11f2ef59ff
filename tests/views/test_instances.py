"""How each process does, from its first collections on."""

from __future__ import annotations

import pytest

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.views.endpoints import EndpointsView
from otel_monitoring.views.instances import Figures, figures
from otel_monitoring.views.requests import Where
from tests.views.shop import HOUR_MS, Shop


@pytest.fixture
def shop() -> Shop:
    """A process that answered three requests a minute for half an hour."""
    shop = Shop()
    for _ in range(30):
        shop.process.serve("/cart", 0.02, times=3)
        shop.pass_time(60)
    return shop


def asked(shop: Shop, *, window_ms: int = HOUR_MS) -> dict[str, Figures]:
    return figures(shop.counting, shop.now_ms - window_ms, shop.now_ms)


def test_a_young_process_has_figures_over_the_time_that_it_has_lived(shop: Shop) -> None:
    """Two collections are enough, whatever else is known of the hour."""
    shop.begin("b").serve("/cart", 0.2, times=20)
    shop.process.serve("/cart", 0.2, times=5, status="500")
    shop.pass_time(15)
    shop.process.serve("/export", 0.2, times=5)
    shop.pass_time(15)

    young = asked(shop)["b"]

    assert (young.known_ms, young.requests, young.per_minute) == (30_000, 30, 60)
    assert young.error_ratio == pytest.approx(5 / 30)
    assert young.latency.high_s == 0.25
    assert 0.1 < (young.latency.p95_s or 0) <= 0.25


def test_each_process_is_counted_alone(shop: Shop) -> None:
    shop.begin("b")
    for _ in range(30):
        shop.process.serve("/cart", 0.2, times=7)
        shop.pass_time(60)

    found = asked(shop)

    assert (found["a"].requests, found["b"].requests) == (90, 210)
    assert found["a"].per_minute == pytest.approx(1.5)
    assert found["b"].per_minute == pytest.approx(7)


def test_a_process_that_ended_has_the_figures_of_its_life(shop: Shop) -> None:
    shop.begin("b").serve("/cart", 0.2, times=20)
    shop.pass_time(600)
    shop.end()
    shop.pass_time(1200)

    assert asked(shop)["b"].per_minute == pytest.approx(2)
    assert "b" not in asked(shop, window_ms=600_000)


def test_they_are_those_of_its_endpoints(shop: Shop) -> None:
    shop.begin("b").serve("/cart", 0.2, times=20)
    shop.pass_time(90)
    alone = EndpointsView(shop.counting).requests(
        shop.now_ms - HOUR_MS, shop.now_ms, where=Where(instance="b")
    )

    found = asked(shop)["b"]

    assert (found.requests, found.known_ms) == (alone.whole.requests, alone.span.known_ms)
    assert found.latency == alone.whole.latency


def test_a_process_that_answered_nothing_has_no_share_of_failures(shop: Shop) -> None:
    shop.begin("b")
    shop.pass_time(60)

    idle = asked(shop)["b"]

    assert (idle.requests, idle.per_minute, idle.error_ratio, idle.latency.p95_s) == (0, 0, None, None)


def test_what_a_process_takes_is_what_it_said_last(shop: Shop) -> None:
    names = ("process_cpu_utilization_ratio", "process_memory_usage_bytes")
    labels = [Labels.of(__name__=name, job="shop", instance="a") for name in names]
    for values in ((0.5, 1e6), (0.25, 2e6)):
        shop.pass_time(15)
        shop.store.append(Batch("more", shop.now_ms, labels, list(values)))

    found = asked(shop)["a"]

    assert (found.processor_ratio, found.memory_bytes) == (0.25, 2e6)


def test_nobody_is_known_where_nothing_was_measured() -> None:
    assert asked(Shop()) == {}
