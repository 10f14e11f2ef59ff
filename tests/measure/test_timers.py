"""Timers and what they record."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Never, assert_type

import pytest
from opentelemetry.semconv._incubating.attributes import db_attributes, http_attributes, url_attributes
from opentelemetry.semconv.metrics.db_metrics import DB_CLIENT_OPERATION_DURATION
from opentelemetry.semconv.metrics.http_metrics import HTTP_CLIENT_REQUEST_DURATION
from opentelemetry.trace import SpanKind, StatusCode

from otel_monitoring.measure.providers import instruments
from otel_monitoring.measure.timers import (
    monitor_performance,
    time_api_call,
    time_computation,
    time_database_query,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.measure.conftest import Recorded

DURATION = "otel_monitoring.operation.duration"


def attributes(of: Any) -> dict[str, Any]:
    return dict(of.attributes or {})


def test_a_function_is_timed_and_has_a_span(recorded: Recorded) -> None:
    @monitor_performance("checkout")
    def checkout(total: int) -> int:
        recorded.clock.advance(0.25)
        return total

    assert checkout(7) == 7

    point = recorded.point(DURATION)
    assert (point.count, point.sum) == (1, 0.25)
    assert attributes(point) == {"otel_monitoring.operation.name": "checkout"}
    assert recorded.span().name == "checkout"
    assert attributes(recorded.span()) == {
        "otel_monitoring.operation.name": "checkout",
        "code.function.name": f"{__name__}.{checkout.__qualname__}",
    }


def test_further_attributes_are_on_the_span_alone(recorded: Recorded) -> None:
    @monitor_performance("checkout", attributes={"team": "pay"})
    def checkout() -> None: ...

    checkout()

    assert attributes(recorded.span())["team"] == "pay"
    assert attributes(recorded.point(DURATION)) == {"otel_monitoring.operation.name": "checkout"}


def test_without_a_name_a_function_goes_by_its_own(recorded: Recorded) -> None:
    @monitor_performance
    def one() -> None: ...

    @monitor_performance()
    def two() -> None: ...

    one()
    two()

    assert [span.name for span in recorded.spans()] == [
        f"{__name__}.{one.__qualname__}",
        f"{__name__}.{two.__qualname__}",
    ]


def test_a_failure_carries_its_type_and_passes_through(recorded: Recorded) -> None:
    error = LookupError("gone")

    @monitor_performance("find")
    def find() -> Never:
        raise error

    with pytest.raises(LookupError) as caught:
        find()

    assert caught.value is error
    assert attributes(recorded.point(DURATION))["error.type"] == "LookupError"
    assert recorded.span().status.status_code is StatusCode.ERROR


def test_a_coroutine_is_timed_until_it_is_done(recorded: Recorded) -> None:
    @monitor_performance("fetch")
    async def fetch() -> int:
        await asyncio.sleep(0)
        recorded.clock.advance(2)
        return 7

    assert asyncio.run(fetch()) == 7
    assert recorded.point(DURATION).sum == 2


def test_a_cancelled_coroutine_is_told_apart(recorded: Recorded) -> None:
    @monitor_performance("wait")
    async def wait() -> None:
        await asyncio.Event().wait()

    async def cancel() -> None:
        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())

    assert attributes(recorded.point(DURATION))["error.type"] == "asyncio.exceptions.CancelledError"
    assert recorded.span().status.status_code is StatusCode.UNSET


def test_of_a_generator_its_own_time_counts(recorded: Recorded) -> None:
    @monitor_performance("rows")
    def rows() -> Iterator[int]:
        recorded.clock.advance(1)
        yield 1
        recorded.clock.advance(1)
        yield 2

    for _ in rows():
        recorded.clock.advance(100)

    assert (recorded.point(DURATION).count, recorded.point(DURATION).sum) == (1, 2)


def test_of_an_async_generator_its_own_time_counts(recorded: Recorded) -> None:
    @monitor_performance("rows")
    async def rows() -> AsyncIterator[int]:
        recorded.clock.advance(1)
        yield 1
        recorded.clock.advance(1)

    async def consume() -> list[int]:
        found = []
        async for row in rows():
            recorded.clock.advance(100)
            found.append(row)
        return found

    assert asyncio.run(consume()) == [1]
    assert (recorded.point(DURATION).count, recorded.point(DURATION).sum) == (1, 2)


def test_a_generator_that_is_left_early_is_no_failure(recorded: Recorded) -> None:
    @monitor_performance("rows")
    def rows() -> Iterator[int]:
        yield 1
        yield 2

    steps = rows()
    next(steps)
    steps.close()  # type: ignore[attr-defined]  # it is a generator

    assert attributes(recorded.point(DURATION)) == {"otel_monitoring.operation.name": "rows"}
    assert recorded.span().status.status_code is StatusCode.UNSET


def test_methods_may_be_decorated_above_or_below(recorded: Recorded) -> None:
    class Shop:
        @monitor_performance("above")
        @classmethod
        def above(cls) -> str:
            return cls.__name__

        @staticmethod
        @monitor_performance("below")
        def below() -> int:
            return 7

    assert (Shop.above(), Shop().below()) == ("Shop", 7)
    first, second = recorded.spans()
    assert attributes(first)["code.function.name"].endswith("Shop.above")
    assert attributes(second)["code.function.name"].endswith("Shop.below")


def test_the_type_of_a_function_stays() -> None:
    @monitor_performance
    def bare(total: int, *, tax: float = 0) -> str:
        return f"{total + tax:.2f}"

    @monitor_performance("fetch")
    async def fetch(key: str) -> bytes:
        return key.encode()

    assert_type(bare(1, tax=2.5), str)
    assert_type(asyncio.run(fetch("a")), bytes)
    with pytest.raises(TypeError):
        bare("1")  # type: ignore[arg-type]  # the checker sees through the decorator


def test_runs_of_one_function_do_not_mix(recorded: Recorded) -> None:
    @monitor_performance("down")
    def down(depth: int) -> None:
        recorded.clock.advance(1)
        if depth:
            down(depth - 1)

    down(3)

    assert (recorded.point(DURATION).count, recorded.point(DURATION).sum) == (4, 1 + 2 + 3 + 4)


def test_the_exemplar_of_a_duration_is_its_own_span(recorded: Recorded) -> None:
    @monitor_performance("checkout")
    def checkout() -> None: ...

    checkout()

    (exemplar,) = recorded.point(DURATION).exemplars
    assert exemplar.span_id == recorded.span().context.span_id


def test_an_api_call_bears_the_names_of_the_convention(recorded: Recorded) -> None:
    with time_api_call("stripe", method="post", url="https://u:p@api.stripe.com:8443/v1?key=s#f") as call:
        recorded.clock.advance(0.5)
        call.set_status_code(200)

    point = recorded.point(HTTP_CLIENT_REQUEST_DURATION)
    assert point.sum == 0.5
    assert call.duration_s == 0.5
    assert attributes(point) == {
        http_attributes.HTTP_REQUEST_METHOD: "POST",
        "server.address": "api.stripe.com",
        "server.port": 8443,
        http_attributes.HTTP_RESPONSE_STATUS_CODE: 200,
    }
    span = recorded.span()
    assert (span.name, span.kind) == ("POST stripe", SpanKind.CLIENT)
    assert attributes(span)[url_attributes.URL_FULL] == "https://api.stripe.com:8443/v1"


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (None, {"server.address": "stripe"}),
        ("https://a.example/x", {"server.address": "a.example", "server.port": 443}),
        ("http://a.example", {"server.address": "a.example", "server.port": 80}),
        ("/relative", {"server.address": "stripe"}),
        ("http://[broken", {"server.address": "stripe"}),
    ],
)
def test_the_server_of_an_api_call_is_that_of_its_url(
    recorded: Recorded, url: str | None, server: dict[str, Any]
) -> None:
    with time_api_call("stripe", url=url):
        pass

    assert attributes(recorded.point(HTTP_CLIENT_REQUEST_DURATION)) == {
        "http.request.method": "GET",
        **server,
    }


def test_an_answer_of_400_and_above_is_an_error(recorded: Recorded) -> None:
    with time_api_call("stripe", method="GET") as call:
        call.set_status_code(404)

    assert attributes(recorded.point(HTTP_CLIENT_REQUEST_DURATION))["error.type"] == "404"
    assert recorded.span().status.status_code is StatusCode.ERROR


def test_a_made_up_method_is_one_series(recorded: Recorded) -> None:
    with time_api_call("stripe", method="FETCH-1234"):
        pass

    assert attributes(recorded.point(HTTP_CLIENT_REQUEST_DURATION))["http.request.method"] == "_OTHER"


def test_a_query_bears_the_names_of_the_convention(recorded: Recorded) -> None:
    with time_database_query(
        "SELECT", system="postgresql", table="orders", database="shop", query="SELECT * FROM orders"
    ) as query:
        recorded.clock.advance(0.125)
        query.set_returned_rows(3)

    point = recorded.point(DB_CLIENT_OPERATION_DURATION)
    labels = {
        db_attributes.DB_SYSTEM_NAME: "postgresql",
        db_attributes.DB_OPERATION_NAME: "SELECT",
        db_attributes.DB_COLLECTION_NAME: "orders",
        db_attributes.DB_NAMESPACE: "shop",
    }
    assert point.sum == 0.125
    assert attributes(point) == labels
    span = recorded.span()
    assert (span.name, span.kind) == ("SELECT orders", SpanKind.CLIENT)
    assert attributes(span) == labels | {
        db_attributes.DB_QUERY_SUMMARY: "SELECT orders",
        db_attributes.DB_QUERY_TEXT: "SELECT * FROM orders",
        db_attributes.DB_RESPONSE_RETURNED_ROWS: 3,
    }


def test_a_query_needs_to_say_only_what_it_does(recorded: Recorded) -> None:
    with pytest.raises(TimeoutError), time_database_query("PING"):
        raise TimeoutError

    assert attributes(recorded.point(DB_CLIENT_OPERATION_DURATION)) == {
        "db.system.name": "other_sql",
        "db.operation.name": "PING",
        "error.type": "TimeoutError",
    }


@pytest.mark.parametrize(("given", "size"), [(5000, 5000), ([1, 2, 3], 3), ("ab", 2)])
def test_a_computation_tells_how_large_its_input_is(recorded: Recorded, given: Any, size: int) -> None:
    with time_computation("sort", input_size=given):
        recorded.clock.advance(4)

    assert recorded.point(DURATION).sum == 4
    assert recorded.point("otel_monitoring.operation.input_size").sum == size
    assert attributes(recorded.point(DURATION)) == {"otel_monitoring.operation.name": "sort"}
    assert attributes(recorded.span())["otel_monitoring.operation.input_size"] == size


def test_a_computation_needs_no_size(recorded: Recorded) -> None:
    with time_computation("sort", input_size=object()):  # type: ignore[arg-type]  # has no length
        pass

    assert recorded.points("otel_monitoring.operation.input_size") == []
    assert recorded.point(DURATION).count == 1


def test_timers_work_in_async_code(recorded: Recorded) -> None:
    async def work() -> None:
        async with time_computation("one"), time_computation("two"):
            await asyncio.sleep(0)
            recorded.clock.advance(1)

    asyncio.run(work())

    assert sorted(span.name for span in recorded.spans()) == ["one", "two"]
    assert [point.sum for point in recorded.points(DURATION)] == [1, 1]


def test_a_timer_that_is_left_twice_records_once(recorded: Recorded) -> None:
    timer = time_computation("once")
    with timer:
        pass
    timer.__exit__(None, None, None)

    assert recorded.point(DURATION).count == 1


def test_a_meter_that_fails_costs_the_value_only(recorded: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> Never:
        raise LookupError

    monkeypatch.setattr(instruments().meter, "create_histogram", fails)

    with time_computation("sort", input_size=3):
        pass

    assert recorded.span().name == "sort"
    assert recorded.points(DURATION) == []
