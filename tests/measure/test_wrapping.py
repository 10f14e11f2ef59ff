"""Functions of every sort keep being what they are when they are measured."""

from __future__ import annotations

import asyncio
import gc
import inspect
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.trace import get_current_span

from otel_monitoring.measure.block import Block
from otel_monitoring.measure.wrapping import wrap

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator

    from tests.measure.conftest import Recorded


class Watched(Block):
    """A block that writes down what is done to it."""

    __slots__ = ("seen",)

    def __init__(self, seen: list[object]) -> None:
        super().__init__("watched")
        self.seen = seen

    def start(self) -> None:
        self.seen.append("start")

    def enter(self) -> None:
        self.seen.append("enter")

    def leave(self) -> None:
        self.seen.append("leave")

    def finish(self, error: BaseException | None) -> None:
        self.seen.append(type(error) if error else "finish")


def echo() -> Generator[object, object, str]:
    """Yield what is sent in, swallow a ValueError, pass on the rest."""
    got: object = "first"
    while got is not None:
        try:
            got = yield got
        except ValueError as error:
            got = f"caught {error}"
    return "returned"


async def aecho() -> AsyncGenerator[object, object]:
    got: object = "first"
    while got is not None:
        try:
            got = yield got
        except ValueError as error:
            got = f"caught {error}"


def play(steps: Generator[object, object, str], moves: list[object]) -> list[object]:
    """Return what a generator answers to ``moves``, the way it ends included."""
    answers: list[object] = []
    for move in moves:
        try:
            if isinstance(move, Exception):
                answers.append(steps.throw(move))
            elif move == "close":
                steps.close()
            elif move == "next":
                answers.append(next(steps))
            else:
                answers.append(steps.send(move))
        except (StopIteration, ValueError, LookupError, TypeError) as error:
            answers.append((type(error), str(error), getattr(error, "value", None)))
    return answers


async def aplay(steps: AsyncGenerator[object, object], moves: list[object]) -> list[object]:
    answers: list[object] = []
    for move in moves:
        try:
            if isinstance(move, Exception):
                answers.append(await steps.athrow(move))
            elif move == "close":
                await steps.aclose()
            elif move == "next":
                answers.append(await anext(steps))
            else:
                answers.append(await steps.asend(move))  # codespell:ignore asend
        except (StopAsyncIteration, ValueError, LookupError, TypeError) as error:
            answers.append((type(error), str(error)))
    return answers


moves = st.lists(
    st.one_of(
        st.just("next"),
        st.integers(1, 3),
        st.none(),
        st.just("close"),
        st.builds(ValueError, st.just("v")),
        st.builds(LookupError, st.just("l")),
    ),
    max_size=6,
)


@given(moves)
def test_a_generator_answers_as_if_it_were_bare(plan: list[object]) -> None:
    seen: list[object] = []

    assert play(wrap(echo, lambda: Watched(seen))(), plan) == play(echo(), plan)


@given(moves)
def test_an_async_generator_answers_as_if_it_were_bare(plan: list[object]) -> None:
    seen: list[object] = []

    async def both() -> tuple[list[object], list[object]]:
        wrapped = wrap(aecho, lambda: Watched(seen))
        return await aplay(wrapped(), plan), await aplay(aecho(), plan)

    ours, bare = asyncio.run(both())
    assert ours == bare


@given(moves)
def test_whatever_is_done_to_a_generator_its_block_ends_once(plan: list[object]) -> None:
    seen: list[object] = []
    steps = wrap(echo, lambda: Watched(seen))()

    play(steps, plan)
    steps.close()

    ends = [one for one in seen if one not in ("start", "enter", "leave")]
    assert seen.count("enter") == seen.count("leave")
    assert len(ends) == seen.count("start") <= 1


def test_the_sort_of_a_function_stays() -> None:
    async def coroutine() -> None: ...

    def plain() -> None: ...

    kinds: list[tuple[Callable[..., object], Callable[[object], bool]]] = [
        (coroutine, inspect.iscoroutinefunction),
        (echo, inspect.isgeneratorfunction),
        (aecho, inspect.isasyncgenfunction),
    ]
    for function, is_kind in kinds:
        assert is_kind(wrap(function, lambda: Watched([])))
        assert not is_kind(wrap(plain, lambda: Watched([])))


def test_name_signature_and_docstring_stay() -> None:
    def area(width: int, *, height: int = 1) -> int:
        """Return the area."""
        return width * height

    wrapped = wrap(area, lambda: Watched([]))

    assert wrapped.__name__ == "area"
    assert wrapped.__doc__ == "Return the area."
    assert inspect.signature(wrapped) == inspect.signature(area)
    assert wrapped(2, height=3) == 6


def test_a_plain_function_runs_inside_its_block() -> None:
    seen: list[object] = []

    wrap(lambda: seen.append("run"), lambda: Watched(seen))()

    assert seen == ["start", "enter", "run", "finish", "leave"]


def test_an_exception_finishes_the_block_and_passes_through() -> None:
    seen: list[object] = []
    error = LookupError("gone")

    def fails() -> None:
        raise error

    with pytest.raises(LookupError) as caught:
        wrap(fails, lambda: Watched(seen))()

    assert caught.value is error
    assert seen == ["start", "enter", LookupError, "leave"]


def test_what_a_consumer_does_between_two_items_is_outside() -> None:
    seen: list[object] = []

    def two() -> Generator[int]:
        yield 1
        yield 2

    steps = wrap(two, lambda: Watched(seen))()
    seen.extend(steps)

    assert seen == ["start", "enter", "leave", 1, "enter", "leave", 2, "enter", "finish", "leave"]


def test_a_generator_that_nobody_started_has_no_block() -> None:
    seen: list[object] = []

    wrap(echo, lambda: Watched(seen))()
    gc.collect()

    assert seen == []


def test_a_generator_that_is_left_early_ends_its_block() -> None:
    seen: list[object] = []
    steps = wrap(echo, lambda: Watched(seen))()
    next(steps)

    del steps
    gc.collect()

    assert seen == ["start", "enter", "leave", "enter", "finish", "leave"]


def test_an_error_while_closing_a_generator_passes_through() -> None:
    seen: list[object] = []

    def stubborn() -> Generator[int]:
        try:
            yield 1
        finally:
            raise LookupError

    steps = wrap(stubborn, lambda: Watched(seen))()
    next(steps)

    with pytest.raises(LookupError):
        steps.close()
    assert seen[-2:] == [LookupError, "leave"]


def test_the_span_of_a_generator_is_current_in_it_and_not_in_its_consumer(recorded: Recorded) -> None:
    def inside() -> Generator[bool]:
        yield get_current_span().is_recording()
        yield get_current_span().is_recording()

    outside = []
    answers = []
    for answer in wrap(inside, lambda: Block("inside"))():
        answers.append(answer)
        outside.append(get_current_span().is_recording())

    assert answers == [True, True]
    assert outside == [False, False]
    assert recorded.span().name == "inside"


class Shop:
    """Methods decorated in both orders."""

    seen: list[object] = []  # noqa: RUF012 - the test empties it

    @staticmethod
    def block() -> Watched:
        return Watched(Shop.seen)

    def method(self, price: int) -> int:
        return price

    @classmethod
    def named(cls) -> str:
        return cls.__name__

    @staticmethod
    def fixed() -> int:
        return 7


def test_methods_of_every_kind_are_measured() -> None:
    class Measured(Shop):
        method = wrap(Shop.method, Shop.block)
        named = wrap(Shop.__dict__["named"], Shop.block)
        fixed = wrap(Shop.__dict__["fixed"], Shop.block)
        named_below: Any = classmethod(wrap(Shop.__dict__["named"].__func__, Shop.block))
        fixed_below: Any = staticmethod(wrap(Shop.__dict__["fixed"].__func__, Shop.block))

    Shop.seen.clear()
    shop = Measured()

    assert (shop.method(3), shop.named(), Measured.named(), shop.fixed()) == (3, "Measured", "Measured", 7)
    assert (shop.named_below(), Measured.fixed_below()) == ("Measured", 7)
    assert Shop.seen.count("finish") == 6


def test_a_class_stays_a_class(caplog: pytest.LogCaptureFixture) -> None:
    assert wrap(Shop, Shop.block) is Shop
    assert "Shop is a class" in caplog.text
