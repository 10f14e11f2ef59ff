"""What was served, compared with what was sent."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otel_monitoring.promql.engine import Engine
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.views.counting import Counting, Own
from otel_monitoring.views.requests import Endpoint, Requests, Where, served
from tests.views.shop import HOUR_MS, T_MS, Shop

_DAY_MS = 24 * HOUR_MS


@pytest.fixture
def shop() -> Shop:
    return Shop()


def asked(
    shop: Shop,
    *,
    window_ms: int = HOUR_MS,
    end_ms: int | None = None,
    where: Where | None = None,
    exact: bool = True,
) -> Requests:
    end_ms = shop.now_ms if end_ms is None else end_ms
    counting = shop.counting if exact else Counting(shop.engine, exact_ms=0)
    span = counting.span(end_ms - window_ms, end_ms)
    return served(counting, span, where=where)


def one(found: Requests, route: str) -> Endpoint:
    return next(endpoint for endpoint in found.endpoints if endpoint.route == route)


def test_nothing_was_served_where_nobody_asked(shop: Shop) -> None:
    shop.pass_time(60)

    found = asked(shop)

    assert found.endpoints == ()
    assert (found.whole.requests, found.whole.mean_s, found.whole.error_ratio) == (0, None, None)


def test_an_application_that_just_began_counts_its_very_first_requests(shop: Shop) -> None:
    """They are in its first collection already, where ``increase`` sees nothing."""
    shop.process.serve("/cart", 0.02, times=10)
    shop.pass_time(15)

    found = asked(shop)

    assert found.whole.requests == 10
    assert found.per_minute(found.whole) == pytest.approx(40)


def test_each_endpoint_is_a_method_and_a_route(shop: Shop) -> None:
    shop.process.serve("/cart", 0.02, times=3)
    shop.process.serve("/cart", 0.02, times=2, method="POST")
    shop.process.serve("", 0.001, times=4, status="404")
    shop.pass_time(60)

    found = {endpoint.name: endpoint.served.requests for endpoint in asked(shop).endpoints}

    assert found == {"GET /cart": 3, "POST /cart": 2, "GET (no route)": 4}


def test_failed_and_refused_requests_are_told_apart(shop: Shop) -> None:
    for status, times in (("200", 90), ("404", 5), ("500", 3), ("503", 2)):
        shop.process.serve("/cart", 0.02, times=times, status=status)
    shop.pass_time(60)

    found = asked(shop)

    cart = one(found, "/cart").served
    assert (cart.requests, cart.failed, cart.refused, cart.error_ratio) == (100, 5, 5, 0.05)
    assert found.statuses == {"200": 90, "404": 5, "500": 3, "503": 2}


def test_durations_are_read_off_the_buckets(shop: Shop) -> None:
    shop.process.serve("/cart", 0.02, times=50)
    shop.process.serve("/cart", 0.2, times=45)
    shop.process.serve("/cart", 0.8, times=5)
    shop.pass_time(60)

    cart = one(asked(shop), "/cart").served

    latency = cart.latency
    assert (latency.low_s, latency.p50_s, latency.p95_s, latency.high_s) == (0.01, 0.025, 0.25, 1.0)
    assert latency.p99_s == pytest.approx(0.9)
    assert cart.mean_s == pytest.approx((50 * 0.02 + 45 * 0.2 + 5 * 0.8) / 100)


def test_beyond_the_highest_bound_the_slowest_is_unknown(shop: Shop) -> None:
    shop.process.serve("/export", 60, times=20)
    shop.pass_time(60)

    latency = one(asked(shop), "/export").served.latency

    assert (latency.low_s, latency.p95_s, latency.high_s) == (2.5, 2.5, None)


def test_sizes_are_means(shop: Shop) -> None:
    shop.process.serve("/cart", 0.02, times=7)
    shop.pass_time(60)

    found = asked(shop)

    assert (found.whole.received_bytes, found.whole.sent_bytes) == (100, 1000)
    assert one(found, "/cart").served.sent_bytes == 1000


def test_only_what_lies_in_the_window_counts(shop: Shop) -> None:
    shop.process.serve("/cart", 0.02, times=100)
    shop.pass_time(1800)
    shop.process.serve("/cart", 0.02, times=7)
    shop.pass_time(600)

    assert asked(shop, window_ms=900_000).whole.requests == 7
    assert asked(shop, end_ms=shop.now_ms - 900_000).whole.requests == 100


def test_a_process_that_began_anew_under_its_name_is_counted_on(shop: Shop) -> None:
    shop.process.serve("/cart", 0.02, times=400)
    shop.pass_time(3600)
    shop.process.counts.clear()
    shop.process.serve("/cart", 0.02, times=50)
    shop.pass_time(600)

    assert asked(shop, window_ms=900_000).whole.requests == pytest.approx(50, rel=0.1)


def test_processes_that_begin_and_end_are_counted_to_the_last_request(shop: Shop) -> None:
    shop.process.serve("/cart", 0.02, times=10)
    shop.pass_time(600)
    shop.begin("b").serve("/cart", 0.02, times=5)
    shop.pass_time(300)
    shop.processes.pop()
    shop.process.serve("/cart", 0.02, times=1)
    shop.pass_time(900)

    found = asked(shop)

    assert found.whole.requests == 16
    assert len(found.endpoints) == 1


def test_what_was_counted_before_an_outage_is_not_counted_again(shop: Shop) -> None:
    """Whoever comes next carries the counters of the dead on, which were not there in between."""
    shop.process.serve("/cart", 0.02, times=400)
    shop.pass_time(600)
    gone = shop.processes.pop()
    shop.now_ms += 2 * HOUR_MS
    shop.begin("b").serve("/cart", 0.02, times=5)
    shop.pass_time(300)
    gone.be_carried(shop.now_ms)

    assert asked(shop).whole.requests == 5
    assert asked(shop, window_ms=4 * HOUR_MS).whole.requests == 405


def test_where_the_past_is_forgotten_what_was_counted_before_is_left_out() -> None:
    """A process that is older than the window counted most of its requests before it."""
    shop = Shop()
    shop.process.began_ms = T_MS - _DAY_MS
    shop.process.serve("/cart", 0.02, times=1000)
    shop.pass_time(600)
    shop.process.serve("/cart", 0.02, times=7)
    shop.pass_time(600)

    found = asked(shop)

    assert found.whole.requests == 7
    assert found.span.known_ms == pytest.approx(20 * 60_000, abs=15_000)


def test_a_process_that_measures_nothing_of_itself_knows_when_it_began(shop: Shop) -> None:
    shop.process.serve("/cart", 0.02, times=10)
    shop.process.measures_itself = False
    shop.pass_time(60)
    counts = [
        served(one, one.span(shop.now_ms - HOUR_MS, shop.now_ms)).whole.requests
        for one in (
            Counting(shop.engine, exact_ms=HOUR_MS, own=Own("a", T_MS)),
            Counting(shop.engine, exact_ms=HOUR_MS, own=Own("b", T_MS)),
            Counting(shop.engine, exact_ms=HOUR_MS, own=Own("a", T_MS - _DAY_MS)),
        )
    ]

    assert counts == [10, 0, 0]


def test_long_windows_are_estimated_by_increase(shop: Shop) -> None:
    """It does not know of what a series counted before its first sample."""
    shop.process.serve("/cart", 0.02, times=100)
    for _ in range(240):
        shop.pass_time(15)
        shop.process.serve("/cart", 0.02, times=10)

    estimated, exact = (asked(shop, exact=exact).whole.requests for exact in (False, True))

    assert exact == 2490
    assert estimated == pytest.approx(2400, rel=0.01)


@pytest.mark.parametrize(
    ("where", "requests"),
    [
        (Where(route="/cart/{id}"), 3),
        (Where(route="cart/{id}"), 3),
        (Where(route="/cart/{id}", method="POST"), 2),
        (Where(route="/cart/{id}", method="DELETE"), 0),
        (Where(method="GET"), 12),
        (Where(route=""), 4),
        (Where(route="/"), 0),
        (Where(route="/a+b"), 7),
        (Where(route="/.*"), 0),
        (Where(route='"} or vector(1) #'), 0),
        (Where(route="\\d\n\x00ä"), 0),
        (Where(method='GET"} or vector(1) #'), 0),
    ],
)
def test_requests_are_picked_by_route_and_method_to_the_letter(
    shop: Shop, where: Where, requests: int
) -> None:
    shop.process.serve("/cart/{id}", 0.02)
    shop.process.serve("/cart/{id}", 0.02, times=2, method="POST")
    shop.process.serve("", 0.001, times=4)
    shop.process.serve("/a+b", 0.001, times=7)
    shop.pass_time(60)

    assert asked(shop, where=where).whole.requests == requests


def test_requests_are_picked_by_the_process_that_answered_them(shop: Shop) -> None:
    shop.process.serve("/cart", 0.02, times=3)
    shop.pass_time(60)
    shop.begin("b").serve("/cart", 0.2, times=5)
    shop.pass_time(60)

    found = {name: asked(shop, where=Where(instance=name)).whole for name in ("a", "b", 'b"} or a{x="')}

    assert [one.requests for one in found.values()] == [3, 5, 0]
    assert found["b"].mean_s == pytest.approx(0.2)


def test_endpoints_with_buckets_of_their_own_are_read_apart(shop: Shop) -> None:
    shop.process.serve("/cart", 0.02, times=50)
    shop.process.serve("/export", 2, times=50)
    shop.process.counts = type(shop.process.counts)(
        {
            labels: count
            for labels, count in shop.process.counts.items()
            if labels.get("http_route") != "/export" or labels.get("le") in ("", "1.0", "2.5", "+Inf")
        }
    )
    shop.pass_time(60)

    found = asked(shop)

    assert one(found, "/cart").served.latency.high_s == 0.025
    assert (one(found, "/export").served.latency.low_s, one(found, "/export").served.latency.high_s) == (
        1,
        2.5,
    )
    assert found.whole.latency.high_s == 2.5


def test_the_buckets_of_all_endpoints_add_up_to_all_requests(shop: Shop) -> None:
    shop.process.serve("/cart", 0.02, times=50)
    shop.process.serve("/export", 60, times=3)
    shop.pass_time(60)

    found = asked(shop)

    assert dict(zip(found.bounds, found.buckets, strict=True))[0.025] == 50
    assert found.buckets[-1] == 3
    assert sum(found.buckets) == 53


def test_series_of_others_without_a_word_on_processes_are_known_throughout() -> None:
    found = Counting(Engine(SeriesStore()), exact_ms=HOUR_MS).span(T_MS, T_MS + HOUR_MS)

    assert (found.begins_ms, found.known_ms) == (T_MS, HOUR_MS)


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.sampled_from(["/a", "/b"]), st.integers(0, 9), st.sampled_from(["200", "500"])),
        max_size=12,
    )
)
def test_whatever_was_sent_is_counted(sent: list[tuple[str, int, str]]) -> None:
    shop = Shop()
    for route, times, status in sent:
        if times:
            shop.process.serve(route, 0.02, times=times, status=status)
        shop.pass_time(30)
    shop.pass_time(15)

    found = asked(shop)

    for route in ("/a", "/b"):
        counted = sum(e.served.requests for e in found.endpoints if e.route == route)
        failed = sum(e.served.failed for e in found.endpoints if e.route == route)
        assert counted == sum(times for of, times, _ in sent if of == route)
        assert failed == sum(times for of, times, status in sent if of == route and status == "500")
