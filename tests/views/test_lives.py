"""For how long each process is known, which is what its requests a minute are of."""

from __future__ import annotations

import pytest

from otel_monitoring.promql.engine import Engine
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.views.counting import Counting
from otel_monitoring.views.endpoints import EndpointsView
from otel_monitoring.views.requests import Requests, Where
from tests.views.shop import HOUR_MS, T_MS, Shop

_MINUTE_MS = 60_000


@pytest.fixture
def shop() -> Shop:
    return Shop()


def asked(shop: Shop, instance: str | None, *, window_ms: int = HOUR_MS) -> Requests:
    view = EndpointsView(shop.counting)
    return view.requests(shop.now_ms - window_ms, shop.now_ms, where=Where(instance=instance))


def serve(shop: Shop, *, minutes: int) -> None:
    """Let each process answer twelve requests a minute."""
    for _ in range(4 * minutes):
        for process in shop.processes:
            process.serve("/cart", 0.02, times=3)
        shop.pass_time(15)


def per_minute(found: Requests) -> float | None:
    return found.per_minute(found.whole)


@pytest.mark.parametrize("measures_itself", [True, False])
def test_the_rate_of_a_process_that_began_within_the_time_is_not_halved(
    shop: Shop, *, measures_itself: bool
) -> None:
    serve(shop, minutes=40)
    shop.begin("b").measures_itself = measures_itself
    serve(shop, minutes=30)

    found = asked(shop, "b")

    assert found.whole.requests == 360
    assert found.span.known_ms == pytest.approx(30 * _MINUTE_MS, abs=15_000)
    assert per_minute(found) == pytest.approx(12, rel=0.01)
    assert per_minute(asked(shop, "a")) == pytest.approx(12)
    assert asked(shop, None).span.known_ms == HOUR_MS


@pytest.mark.parametrize("measures_itself", [True, False])
def test_the_rate_of_a_process_that_ended_within_the_time_is_of_its_life(
    shop: Shop, *, measures_itself: bool
) -> None:
    serve(shop, minutes=40)
    shop.begin("b").measures_itself = measures_itself
    serve(shop, minutes=20)
    shop.end()
    serve(shop, minutes=30)

    found = asked(shop, "b")

    assert found.whole.requests == 240
    assert per_minute(found) == pytest.approx(12, rel=0.02)
    assert per_minute(asked(shop, "b", window_ms=40 * _MINUTE_MS)) == pytest.approx(12, rel=0.03)


@pytest.mark.parametrize("window_ms", [HOUR_MS, 24 * HOUR_MS])
def test_a_young_process_is_known_since_it_began(window_ms: int) -> None:
    """However far apart the times are at which a long window is looked at."""
    shop = Shop()
    serve(shop, minutes=5)
    shop.begin("b").serve("/cart", 0.02, times=6)
    shop.pass_time(30)

    found = asked(shop, "b", window_ms=window_ms)

    assert (found.span.known_ms, per_minute(found)) == (30_000, 12)


def test_a_short_life_in_a_long_time_has_its_rate(shop: Shop) -> None:
    serve(shop, minutes=7)
    shop.begin("b")
    serve(shop, minutes=1)
    shop.end()
    serve(shop, minutes=120)

    assert per_minute(asked(shop, "b", window_ms=24 * HOUR_MS)) == 12


def test_before_what_is_remembered_nothing_is_known(shop: Shop) -> None:
    """A process that is older than what is known of it."""
    shop.process.began_ms = T_MS - 24 * HOUR_MS
    shop.process.serve("/cart", 0.02, times=1000)
    shop.pass_time(15)
    serve(shop, minutes=20)

    found = asked(shop, "a")

    assert found.span.known_ms == pytest.approx(20 * _MINUTE_MS, abs=15_000)
    assert per_minute(found) == pytest.approx(12, rel=0.02)


def test_of_several_processes_under_one_name_the_time_counts_once(shop: Shop) -> None:
    """It is the time in which at least one of them is known."""
    serve(shop, minutes=30)
    shop.begin("b")
    serve(shop, minutes=20)
    shop.begin("b").job = "admin"
    serve(shop, minutes=10)

    found = asked(shop, "b")

    assert found.whole.requests == 360 + 120
    assert found.span.known_ms == pytest.approx(30 * _MINUTE_MS, abs=15_000)


@pytest.mark.parametrize(("exact_ms", "late_ms"), [(HOUR_MS, 15_000), (0, 6 * _MINUTE_MS)])
def test_a_process_that_began_anew_under_its_name_is_known_in_both_lives(
    shop: Shop, exact_ms: int, late_ms: int
) -> None:
    serve(shop, minutes=30)
    shop.process.began_ms = shop.now_ms
    shop.process.counts.clear()
    serve(shop, minutes=30)

    found = Counting(shop.engine, exact_ms=exact_ms).span(shop.now_ms - HOUR_MS, shop.now_ms, instance="a")

    assert HOUR_MS - late_ms <= found.known_ms <= HOUR_MS


def test_the_time_before_is_measured_by_the_same_process(shop: Shop) -> None:
    serve(shop, minutes=45)
    shop.begin("b")
    serve(shop, minutes=45)
    view = EndpointsView(shop.counting)

    found = view.course(shop.now_ms - 30 * _MINUTE_MS, shop.now_ms, where=Where(instance="b"))

    assert found.before.span.known_ms == pytest.approx(15 * _MINUTE_MS, abs=15_000)
    assert found.before.per_minute(found.before.whole) == pytest.approx(12, rel=0.02)
    assert per_minute(found.now) == pytest.approx(12)


def test_nothing_is_known_of_a_process_that_nobody_heard_of(shop: Shop) -> None:
    serve(shop, minutes=5)

    found = asked(shop, 'b"} or target_info{x="')

    assert (found.span.known_ms, per_minute(found)) == (0, None)


def test_series_of_others_without_a_word_on_processes_are_known_throughout() -> None:
    counting = Counting(Engine(SeriesStore()), exact_ms=HOUR_MS)

    assert counting.span(T_MS, T_MS + HOUR_MS, instance="a").known_ms == HOUR_MS
