"""Endpoints in an order, the worst of them, and the time before."""

from __future__ import annotations

import pytest

from otel_monitoring.views.endpoints import ORDERS, EndpointsView, Order, ranked, worst
from otel_monitoring.views.latency import Latency
from otel_monitoring.views.requests import Endpoint, Served, Where
from tests.views.shop import HOUR_MS, Shop


def endpoint(
    route: str, *, requests: float = 100, failed: float = 0, time_s: float = 1, p95_s: float | None = 0.1
) -> Endpoint:
    return Endpoint("GET", route, Served(requests, failed, 0, time_s, Latency(p95_s=p95_s)))


def routes(found: object) -> list[str]:
    assert isinstance(found, (list, tuple))
    return [one.route for one in found]


SLOW = endpoint("/slow", p95_s=3, time_s=5)
BUSY = endpoint("/busy", requests=9000, time_s=90)
FAILING = endpoint("/failing", failed=30)
RARE = endpoint("/rare", requests=2, failed=2, p95_s=9, time_s=18)
UNKNOWN = endpoint("/unknown", p95_s=None)


@pytest.mark.parametrize(
    ("order", "first"),
    [
        ("time", "/busy"),
        ("requests", "/busy"),
        ("errors", "/failing"),
        ("errorRate", "/rare"),
        ("p95", "/rare"),
    ],
)
def test_the_largest_comes_first(order: Order, first: str) -> None:
    assert routes(ranked([SLOW, BUSY, FAILING, RARE], order, descending=True))[0] == first


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("descending", [True, False])
def test_every_order_is_the_same_whatever_it_was_before(order: Order, *, descending: bool) -> None:
    some = [SLOW, BUSY, FAILING, RARE, UNKNOWN]

    assert ranked(some, order, descending=descending) == ranked(some[::-1], order, descending=descending)


@pytest.mark.parametrize("descending", [True, False])
def test_what_is_unknown_comes_last(*, descending: bool) -> None:
    assert routes(ranked([UNKNOWN, SLOW, BUSY], "p95", descending=descending))[-1] == "/unknown"


def test_names_are_put_in_order_of_the_alphabet() -> None:
    assert routes(ranked([SLOW, BUSY, FAILING], "name", descending=False)) == ["/busy", "/failing", "/slow"]


def test_the_worst_have_enough_requests_to_say_so() -> None:
    found = worst([SLOW, BUSY, FAILING, RARE], most=2)

    assert routes(found.by_error_ratio) == ["/failing"]
    assert routes(found.by_latency) == ["/slow", "/busy"]
    assert routes(found.by_time) == ["/busy", "/rare"]


def test_a_course_has_the_time_before_beside_it() -> None:
    shop = Shop()
    shop.process.serve("/cart", 0.02, times=40)
    shop.process.serve("/export", 0.02, times=40)
    shop.pass_time(900)
    shop.process.serve("/cart", 0.2, times=10)
    shop.pass_time(900)
    view = EndpointsView(shop.counting)

    found = view.course(shop.now_ms - 900_000, shop.now_ms, where=Where(route="/cart"))

    assert (found.now.whole.requests, found.before.whole.requests) == (10, 40)
    assert found.now.whole.mean_s == pytest.approx(0.2)
    assert found.before.whole.mean_s == pytest.approx(0.02)
    assert found.points.step_ms == 30_000


def test_at_the_beginning_of_time_there_is_no_time_before() -> None:
    view = EndpointsView(Shop().counting)

    assert view.course(0, HOUR_MS).before.whole.requests == 0


def test_the_time_before_the_application_began_is_unknown() -> None:
    shop = Shop()
    shop.process.serve("/cart", 0.02, times=40)
    shop.pass_time(300)
    view = EndpointsView(shop.counting)

    found = view.course(shop.now_ms - 600_000, shop.now_ms)

    assert (found.before.span.known_ms, found.before.per_minute(found.before.whole)) == (0, None)
    assert found.now.span.known_ms == pytest.approx(285_000, abs=5000)
