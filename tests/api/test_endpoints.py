"""Endpoints and performance over HTTP, compared with what was sent."""

from __future__ import annotations

from typing import Any

import pytest

from otel_monitoring.api.endpoints import endpoints_router
from otel_monitoring.api.performance import PerformanceSource, performance_router
from otel_monitoring.errors import QueryError
from otel_monitoring.testing import FakeClock
from otel_monitoring.views.counting import Counting
from otel_monitoring.views.endpoints import EndpointsView
from otel_monitoring.views.performance import operations
from tests.api.asking import Asked
from tests.views.shop import HOUR_MS, Shop

DAY_MS = 24 * HOUR_MS


@pytest.fixture
def shop() -> Shop:
    """Half an hour of requests, and then another one in which carts are slower."""
    shop = Shop()
    shop.process.serve("/cart/{id}", 0.02, times=40)
    shop.process.serve("/export", 2, times=10)
    shop.pass_time(1800)
    shop.process.serve("/cart/{id}", 0.2, times=19)
    shop.process.serve("/cart/{id}", 0.2, status="500")
    shop.process.serve("/cart/{id}", 0.2, times=5, method="POST", status="422")
    shop.process.serve("/export", 2, times=10)
    shop.process.serve("", 0.001, times=3, status="404")
    shop.process.query_database(0.02, times=50)
    shop.pass_time(1800)
    return shop


@pytest.fixture
def asked(shop: Shop) -> Asked:
    clock = FakeClock(shop.now_ms)
    view = EndpointsView(shop.counting)
    source = PerformanceSource(view, lambda span: operations(shop.counting, span), clock)
    return Asked(endpoints_router(view, clock=clock), performance_router(source))


def body(asked: Asked, path: str, **params: Any) -> Any:
    answer = asked.get(path, **params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def names(found: Any) -> list[str]:
    return [f"{one['method']} {one['route']}" for one in found]


def test_endpoints_have_the_numbers_of_what_was_sent(asked: Asked) -> None:
    found = body(asked, "/endpoints", window="30m")

    cart = next(one for one in found["endpoints"] if names([one]) == ["GET /cart/{id}"])
    latency = cart["latencySeconds"]
    assert {name: cart[name] for name in ("requests", "errors", "refused", "errorRate", "perMinute")} == {
        "requests": 20,
        "errors": 1,
        "refused": 0,
        "errorRate": 0.05,
        "perMinute": pytest.approx(20 / 30, abs=1e-6),
    }
    assert (latency["min"], latency["mean"], latency["max"]) == (0.1, 0.2, 0.25)
    assert latency["min"] < latency["p50"] < latency["p95"] < latency["p99"] < latency["max"]
    assert (cart["requestBytes"], cart["responseBytes"], cart["totalSeconds"]) == (100, 1000, 4)
    assert cart["timeShare"] == pytest.approx(4 / 25.003, abs=1e-6)
    assert (found["whole"]["requests"], found["whole"]["refused"], found["knownSeconds"]) == (38, 8, 1800)
    assert (found["total"], found["note"], found["next"]) == (4, "", None)


def test_those_that_take_the_most_time_come_first(asked: Asked) -> None:
    found = body(asked, "/endpoints", hours=1)

    assert names(found["endpoints"]) == ["GET /export", "GET /cart/{id}", "POST /cart/{id}", "GET "]
    assert found["endpoints"][1]["requests"] == 60


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"sort": "name"}, ["GET ", "GET /cart/{id}", "POST /cart/{id}", "GET /export"]),
        ({"sort": "errorRate", "limit": 1}, ["GET /cart/{id}"]),
        ({"sort": "requests", "order": "asc", "limit": 1}, ["GET "]),
        ({"route": "CART"}, ["GET /cart/{id}", "POST /cart/{id}"]),
        ({"method": "post"}, ["POST /cart/{id}"]),
        ({"minRequests": 10}, ["GET /export", "GET /cart/{id}"]),
    ],
)
def test_endpoints_are_put_in_order_and_picked(
    asked: Asked, params: dict[str, Any], expected: list[str]
) -> None:
    assert names(body(asked, "/endpoints", window="30m", **params)["endpoints"]) == expected


def test_the_worst_are_named_with_their_numbers(asked: Asked) -> None:
    worst = body(asked, "/endpoints", window="30m")["worst"]

    assert worst["errorRate"] == [{"method": "GET", "route": "/cart/{id}", "value": 0.05, "requests": 20}]
    assert names(worst["latency"]) == ["GET /export", "GET /cart/{id}"]
    assert worst["totalSeconds"][0] == {"method": "GET", "route": "/export", "value": 20, "requests": 10}


def test_pages_lead_through_all_endpoints_of_one_time(asked: Asked, shop: Shop) -> None:
    found = body(asked, "/endpoints", window="30m", limit=3)
    shop.process.serve("/cart/{id}", 0.2, times=1000)
    shop.pass_time(60)

    rest = body(asked, "/endpoints", window="30m", limit=3, cursor=found["next"])

    assert names(found["endpoints"]) + names(rest["endpoints"]) == [
        "GET /export",
        "GET /cart/{id}",
        "POST /cart/{id}",
        "GET ",
    ]
    assert (rest["since"], rest["whole"], rest["next"]) == (found["since"], found["whole"], None)


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "1.2", "5.4.0", "1.999999999999999.0", "0.99999999999.0", "1.2.-3", "\u0661.\u0662.\u0663"],
)
def test_a_cursor_of_nobody_is_refused(asked: Asked, cursor: str) -> None:
    answer = asked.get("/endpoints", cursor=cursor) if cursor else asked.get("/endpoints", cursor=" ")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "query.cursor"


def test_where_nobody_asked_it_says_why_nothing_is_there(asked: Asked) -> None:
    """P22."""
    found = body(asked, "/endpoints", until="10d")

    assert (found["endpoints"], found["whole"]["requests"], found["whole"]["errorRate"]) == ([], 0, None)
    assert "setup_telemetry(app)" in found["note"]
    assert body(asked, "/endpoints", route="nothing")["note"] == "No endpoint fits the filters."


@pytest.mark.parametrize(
    "path", ["/endpoints//cart/{id}", "/endpoints/cart/{id}", "/endpoints/%2Fcart%2F%7Bid%7D"]
)
def test_one_endpoint_is_shown_beside_the_time_before(asked: Asked, path: str) -> None:
    found = body(asked, path, window="30m", method="get")

    assert (found["route"], names(found["methods"])) == ("/cart/{id}", ["GET /cart/{id}"])
    assert (found["now"]["requests"], found["before"]["requests"]) == (20, 40)
    assert found["change"]["perMinutePercent"] == pytest.approx(-50, abs=1)
    assert (found["change"]["meanPercent"], found["change"]["errorRate"]) == (900, 0.05)
    assert found["statuses"] == [
        {"status": "200", "requests": 19, "share": 0.95},
        {"status": "500", "requests": 1, "share": 0.05},
    ]
    assert {"upTo": 0.25, "requests": 20} in found["distribution"]
    assert len({len(line) for line in list(found["points"].values())[1:]}) == 1


def test_all_methods_of_a_route_are_taken_together(asked: Asked) -> None:
    found = body(asked, "/endpoints/cart/{id}", window="30m")

    assert names(found["methods"]) == ["GET /cart/{id}", "POST /cart/{id}"]
    assert found["now"]["requests"] == 25


def test_one_process_is_shown_alone(asked: Asked, shop: Shop) -> None:
    other = shop.begin("b")
    other.began_ms -= 600_000
    other.serve("/export", 0.02, times=4)
    other.collect(shop.now_ms)

    found = {
        name: body(asked, "/endpoints", hours=1, instance=name)["whole"]["requests"]
        for name in ("a", "b", "c")
    }

    assert found == {"a": 88, "b": 4, "c": 0}
    assert body(asked, "/endpoints/export", hours=1, instance="b")["now"]["requests"] == 4
    assert asked.get("/endpoints/export", instance="c").status_code == 404


def test_the_requests_a_minute_of_one_process_are_of_the_time_that_it_lived(asked: Asked, shop: Shop) -> None:
    shop.begin("b")
    for _ in range(60):
        shop.process.serve("/export", 0.02, times=2)
        shop.pass_time(15)
    until = shop.now_ms / 1000

    found = body(asked, "/endpoints", hours=1, until=until, instance="b")
    one = body(asked, "/endpoints/export", hours=1, until=until, instance="b")

    assert (found["knownSeconds"], found["whole"]["perMinute"]) == (900, 8)
    assert (one["knownSeconds"], one["now"]["perMinute"]) == (900, 8)
    assert body(asked, "/endpoints", hours=1, until=until)["knownSeconds"] == 3600


def test_requests_without_a_route_have_a_name_too(asked: Asked) -> None:
    assert body(asked, "/endpoints/(none)")["now"]["requests"] == 3


@pytest.mark.parametrize(
    "path",
    ["/endpoints/nothing", "/endpoints/.*", '/endpoints/"} or vector(1) #', "/endpoints/%00", "/endpoints/"],
)
def test_a_route_that_was_never_asked_for_is_unknown(asked: Asked, path: str) -> None:
    answer = asked.get(path)

    assert answer.status_code == 404, answer.text


@pytest.mark.parametrize("path", ["/endpoints", "/endpoints/export", "/performance"])
@pytest.mark.parametrize(
    ("name", "value"),
    [("window", "32d"), ("window", "x"), ("hours", "-1"), ("since", "tomorrow"), ("until", "1.2.3")],
)
def test_a_time_that_makes_no_sense_is_refused_by_name(
    asked: Asked, path: str, name: str, value: str
) -> None:
    answer = asked.get(path, **{name: value})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == f"query.{name}"


def test_what_cannot_be_asked_is_refused_and_no_error() -> None:
    def failing(*_: object) -> Any:
        msg = "the query took longer than 10 s"
        raise QueryError(msg)

    answer = Asked(
        endpoints_router(EndpointsView(Counting(failing, exact_ms=1)), clock=FakeClock(DAY_MS))
    ).get("/endpoints")

    assert answer.status_code == 422
    assert answer.json()["detail"] == "the query took longer than 10 s"


def test_performance_has_all_requests_beside_the_time_before(asked: Asked) -> None:
    found = body(asked, "/performance", window="30m")

    assert (found["now"]["requests"], found["before"]["requests"], found["note"]) == (38, 50, "")
    assert sum(one["requests"] for one in found["distribution"]) == 38
    assert sum(one["share"] for one in found["statuses"]) == pytest.approx(1, abs=1e-5)
    assert found["database"]["operations"] == 50
    assert found["database"]["mean"] == pytest.approx(0.02)
    assert names(found["worst"]["latency"]) == ["GET /export", "GET /cart/{id}"]


def test_endpoints_that_are_slower_than_before_are_named(asked: Asked) -> None:
    (moved,) = body(asked, "/performance", window="30m")["moved"]

    assert names([moved]) == ["GET /cart/{id}"]
    assert moved["p95"] > 0.2
    assert moved["p95Before"] < 0.03
    assert moved["changePercent"] > 500


def test_without_requests_performance_says_why() -> None:
    shop = Shop()
    view = EndpointsView(shop.counting)
    source = PerformanceSource(view, lambda _span: None, FakeClock(shop.now_ms))

    found = body(Asked(performance_router(source)), "/performance")

    assert (found["now"]["requests"], found["database"], found["moved"]) == (0, None, [])
    assert "No request was counted" in found["note"]


def test_nobody_asks_without_the_token(asked: Asked) -> None:
    for path in ("/endpoints", "/endpoints/cart", "/performance"):
        assert asked.ask("GET", path, token="wrong").status_code == 401
