"""Spans by hand."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Never

import pytest
from opentelemetry.trace import SpanKind, StatusCode, get_current_span

from otel_monitoring.measure import block
from otel_monitoring.measure.providers import instruments
from otel_monitoring.measure.spans import record_exception, span

if TYPE_CHECKING:
    from tests.measure.conftest import Recorded


def test_a_block_runs_under_a_span_of_its_own(recorded: Recorded) -> None:
    with span("price order", {"shop.lines": 3}, kind=SpanKind.CONSUMER, plan="pro") as mine:
        assert get_current_span() is mine

    assert not get_current_span().is_recording()
    ended = recorded.span()
    assert ended.name == "price order"
    assert ended.kind is SpanKind.CONSUMER
    assert dict(ended.attributes or {}) == {"shop.lines": 3, "plan": "pro"}
    assert ended.status.status_code is StatusCode.UNSET


def test_blocks_nest(recorded: Recorded) -> None:
    with span("outer") as outer, span("inner"):
        pass

    inner, _ = recorded.spans()
    assert inner.parent == outer.get_span_context()


def test_an_exception_passes_through_and_is_recorded_on_the_innermost_span(recorded: Recorded) -> None:
    error = LookupError("gone")

    with pytest.raises(LookupError) as caught, span("outer"), span("inner"):
        raise error

    inner, outer = recorded.spans()
    assert caught.value is error
    assert [len(inner.events), len(outer.events)] == [1, 0]
    assert inner.status.status_code is outer.status.status_code is StatusCode.ERROR
    assert inner.attributes == outer.attributes == {"error.type": "LookupError"}


def test_it_works_in_async_code(recorded: Recorded) -> None:
    async def work() -> None:
        async with span("outer"):
            await asyncio.gather(inner(1), inner(2))

    async def inner(number: int) -> None:
        async with span(f"inner {number}") as mine:
            await asyncio.sleep(0)
            assert get_current_span() is mine

    asyncio.run(work())

    outer = recorded.spans()[-1]
    assert {ended.name for ended in recorded.spans()} == {"outer", "inner 1", "inner 2"}
    assert [ended.parent for ended in recorded.spans()[:2]] == [outer.context, outer.context]


def test_every_run_of_a_decorated_function_has_a_span(recorded: Recorded) -> None:
    @span("add", {"a.b": 1})
    def add(left: int, *, right: int) -> int:
        return left + right

    assert (add(1, right=2), add(3, right=4)) == (3, 7)
    assert [ended.name for ended in recorded.spans()] == ["add", "add"]


def test_a_decorated_coroutine_stays_one(recorded: Recorded) -> None:
    @span("work")
    async def work() -> bool:
        await asyncio.sleep(0)
        return get_current_span().is_recording()

    assert asyncio.iscoroutinefunction(work)
    assert asyncio.run(work())
    assert recorded.span().name == "work"


def test_a_handled_exception_can_be_told(recorded: Recorded) -> None:
    error = ValueError("bad card")

    with span("pay"):
        record_exception(error, {"attempt": 2})
        record_exception(error)

    ended = recorded.span()
    assert ended.status.status_code is StatusCode.ERROR
    (event,) = ended.events
    assert event.attributes is not None
    assert event.attributes["attempt"] == 2


def test_telling_outside_of_a_span_does_nothing() -> None:
    record_exception(ValueError("x"))

    assert not get_current_span().is_recording()


def test_a_tracer_that_fails_costs_the_span_only(recorded: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> Never:
        raise LookupError

    before = block.failures().get("LookupError", 0)
    with span("outer") as outer, monkeypatch.context() as patch:
        patch.setattr(instruments().tracer, "start_span", fails)
        with span("inner"):
            assert get_current_span() is outer

    assert [ended.name for ended in recorded.spans()] == ["outer"]
    assert block.failures()["LookupError"] == before + 1


def test_a_block_that_is_left_twice_ends_once(recorded: Recorded) -> None:
    mine = span("once")
    with mine:
        pass
    mine.__exit__(None, None, None)

    assert recorded.span().name == "once"
