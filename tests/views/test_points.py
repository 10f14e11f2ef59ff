"""Requests step by step."""

from __future__ import annotations

import numpy as np
import pytest

from otel_monitoring.views.counting import Counting, Own
from otel_monitoring.views.points import points
from otel_monitoring.views.requests import Where
from tests.views.shop import HOUR_MS, Shop


def served(*, seconds: int, status: str = "200") -> Shop:
    """Return a shop that serves one request a second."""
    shop = Shop()
    for _ in range(seconds // 15):
        shop.process.serve("/cart", 0.02, times=12)
        shop.process.serve("/export", 0.2, times=3, status=status)
        shop.pass_time(15)
    return shop


def test_an_hour_has_a_step_a_minute() -> None:
    shop = served(seconds=3600, status="500")

    found = points(shop.counting, shop.now_ms - HOUR_MS, shop.now_ms)

    assert found.step_ms == 60_000
    assert len(found.times_ms) == 59
    assert (found.times_ms % 60_000 == 0).all()
    assert found.per_minute[10:] == pytest.approx(np.full(49, 60.0))
    assert found.error_ratio[10:] == pytest.approx(np.full(49, 0.2))
    assert (found.p50_s[10:] < 0.025).all()
    assert (found.p95_s[10:] > 0.1).all()


def test_only_some_requests_are_drawn() -> None:
    shop = served(seconds=1800)

    found = points(shop.counting, shop.now_ms - HOUR_MS // 4, shop.now_ms, where=Where(route="/export"))

    assert found.step_ms == 30_000
    assert found.per_minute == pytest.approx(np.full(len(found.times_ms), 12.0))


def test_before_anything_is_known_there_are_gaps() -> None:
    shop = served(seconds=600)

    found = points(shop.counting, shop.now_ms - HOUR_MS, shop.now_ms)

    assert np.isnan(found.per_minute[:45]).all()
    assert np.isnan(found.p95_s[:45]).all()
    assert not np.isnan(found.per_minute[-5:]).any()


def test_without_requests_there_are_neither_errors_nor_durations() -> None:
    shop = served(seconds=60)
    shop.pass_time(1800)

    found = points(shop.counting, shop.now_ms - HOUR_MS // 4, shop.now_ms)

    assert (found.per_minute == 0).all()
    assert np.isnan(found.error_ratio).all()
    assert np.isnan(found.p95_s).all()


@pytest.mark.parametrize("window_ms", [1, 1000, 59_000])
def test_the_shortest_window_has_a_point(window_ms: int) -> None:
    shop = served(seconds=600)

    assert len(points(shop.counting, shop.now_ms - window_ms, shop.now_ms).times_ms) == 1


def test_a_month_has_no_more_points_than_an_hour() -> None:
    found = points(Shop().counting, 1_700_000_000_000 - 31 * 24 * HOUR_MS, 1_700_000_000_000)

    assert len(found.times_ms) <= 60
    assert np.isnan(found.per_minute).all()


def test_the_first_failure_of_all_is_seen() -> None:
    """Its series begins with it, and ``increase`` sees nothing."""
    shop = served(seconds=1800)
    shop.process.serve("/cart", 0.02, status="500", times=3)
    shop.pass_time(60)

    found = points(shop.counting, shop.now_ms - HOUR_MS // 4, shop.now_ms)

    assert np.nansum(found.error_ratio * found.per_minute) * found.step_ms / 60_000 == pytest.approx(3)


def test_the_first_requests_of_an_application_are_drawn() -> None:
    shop = served(seconds=120)
    end_of_step_ms = -(-shop.now_ms // 30_000) * 30_000

    found = points(shop.counting, end_of_step_ms - HOUR_MS // 4, end_of_step_ms)

    assert np.nansum(found.per_minute) * found.step_ms / 60_000 == pytest.approx(120)


def test_where_the_past_is_forgotten_its_requests_are_not_those_of_the_first_step() -> None:
    shop = Shop()
    shop.process.began_ms -= 24 * HOUR_MS
    shop.process.serve("/cart", 0.02, times=100_000)
    shop.pass_time(600)

    found = points(shop.counting, shop.now_ms - HOUR_MS, shop.now_ms)

    assert np.nanmax(found.per_minute) == 0


def test_a_process_that_measures_nothing_of_itself_draws_its_first_requests_too() -> None:
    shop = Shop()
    shop.process.measures_itself = False
    shop.process.serve("/cart", 0.02, times=10)
    shop.pass_time(60)
    end_of_step_ms = -(-shop.now_ms // 30_000) * 30_000
    drawn = [
        np.nansum(points(one, end_of_step_ms - HOUR_MS // 4, end_of_step_ms).per_minute) / 2
        for one in (
            Counting(shop.engine, exact_ms=HOUR_MS, own=Own("a", shop.now_ms - 60_000)),
            Counting(shop.engine, exact_ms=HOUR_MS, own=Own("a", shop.now_ms - HOUR_MS)),
        )
    ]

    assert drawn == [10, 0]
