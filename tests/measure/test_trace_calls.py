"""Spans and debug lines around every run of a function."""

from __future__ import annotations

import asyncio
import inspect
import logging
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.trace import StatusCode, get_current_span

from otel_monitoring.context.redact import MARK
from otel_monitoring.measure.trace_calls import ARGUMENT, trace_calls

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from tests.measure.conftest import Recorded


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG, logger=__name__)
    return caplog


@trace_calls
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@trace_calls(arguments=True)
def sign_in(user: str, password: str, *, remember: bool = False) -> bool:
    return bool(user and password and remember)


@trace_calls(arguments=True)
async def fetch(url: str) -> str:
    await asyncio.sleep(0)
    return url


@trace_calls(arguments=True)
def count(limit: int) -> Generator[int, int | None, None]:
    for number in range(limit):
        sent = yield number
        if sent is not None:
            yield sent


@trace_calls(arguments=True)
async def count_slowly(limit: int) -> AsyncGenerator[int, int | None]:
    for number in range(limit):
        sent: int | None
        try:
            sent = yield number
        except KeyError:
            sent = -1
        if sent is not None:
            yield sent


def messages(log: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in log.records]


def test_puts_a_span_and_two_lines_around_a_call(recorded: Recorded, log: pytest.LogCaptureFixture) -> None:
    result = add(1, b=2)

    assert result == 3
    assert recorded.span().name == f"{__name__}.add"
    assert dict(recorded.span().attributes or {}) == {"code.function.name": f"{__name__}.add"}
    assert messages(log) == [f"entered {__name__}.add", f"left {__name__}.add after 0.0 ms"]


def test_tells_the_duration(recorded: Recorded, log: pytest.LogCaptureFixture) -> None:
    @trace_calls(name="wait")
    def wait() -> None:
        recorded.clock.advance(1.5)

    wait()

    assert messages(log)[-1] == "left wait after 1500.0 ms"
    assert vars(log.records[-1])["duration_s"] == 1.5
    assert recorded.span().name == "wait"


def test_logs_inside_the_span(recorded: Recorded) -> None:
    seen: list[int] = []

    class Watching(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(get_current_span().get_span_context().span_id)

    logger = logging.getLogger(__name__)
    handler = Watching()
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        add(1, 2)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)

    context = recorded.span().get_span_context()
    assert context is not None
    assert seen == [context.span_id] * 2


def test_says_nothing_where_the_level_is_off(recorded: Recorded, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger=__name__)

    add(1, 2)

    assert caplog.records == []
    assert len(recorded.spans()) == 1


def test_records_no_arguments_unless_asked(recorded: Recorded, log: pytest.LogCaptureFixture) -> None:
    add(41, 42)

    told = [key for record in log.records for key in vars(record) if key.startswith(ARGUMENT)]
    assert told == []
    assert [*(recorded.span().attributes or {})] == ["code.function.name"]


def test_records_arguments_redacted(recorded: Recorded, log: pytest.LogCaptureFixture) -> None:
    sign_in("ann", "hunter2x", remember=True)

    attributes = dict(recorded.span().attributes or {})
    assert attributes[f"{ARGUMENT}user"] == "ann"
    assert attributes[f"{ARGUMENT}password"] == MARK
    assert attributes[f"{ARGUMENT}remember"] is True
    assert vars(log.records[0])[f"{ARGUMENT}password"] == MARK
    assert "hunter2x" not in str([vars(record) for record in log.records])


def test_leaves_a_call_with_wrong_arguments_to_the_function(recorded: Recorded) -> None:
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        sign_in("ann")  # type: ignore[call-arg]

    assert recorded.span().status.status_code is StatusCode.ERROR


def test_lets_exceptions_pass_untouched(recorded: Recorded, log: pytest.LogCaptureFixture) -> None:
    error = LookupError("no such order")

    @trace_calls(name="find")
    def find() -> None:
        raise error

    with pytest.raises(LookupError) as caught:
        find()

    assert caught.value is error
    assert recorded.span().status.status_code is StatusCode.ERROR
    assert messages(log)[-1] == "left find after 0.0 ms with LookupError"
    assert vars(log.records[-1])["error.type"] == "LookupError"


def test_traces_coroutines(recorded: Recorded, log: pytest.LogCaptureFixture) -> None:
    result = asyncio.run(fetch("https://x.example.org/?token=abc"))

    assert result == "https://x.example.org/?token=abc"
    assert (recorded.span().attributes or {})[f"{ARGUMENT}url"] == f"https://x.example.org/?token={MARK}"
    assert len(messages(log)) == 2


def test_traces_generators_and_passes_on_what_is_sent(recorded: Recorded) -> None:
    steps: Any = count(2)

    got = [next(steps), steps.send(7), next(steps)]
    rest = list(steps)

    assert (got, rest) == ([0, 7, 1], [])
    assert (recorded.span().attributes or {})[f"{ARGUMENT}limit"] == 2


def test_traces_async_generators_and_passes_on_what_is_sent_and_thrown(recorded: Recorded) -> None:
    async def run() -> list[int]:
        steps: Any = count_slowly(2)
        got = [await anext(steps), await steps.asend(7), await anext(steps)]  # codespell:ignore asend
        got.append(await steps.athrow(KeyError("x")))
        return got + [item async for item in steps]

    assert asyncio.run(run()) == [0, 7, 1, -1]
    assert (recorded.span().attributes or {})[f"{ARGUMENT}limit"] == 2


def test_ends_the_span_of_a_generator_that_is_left_early(
    recorded: Recorded, log: pytest.LogCaptureFixture
) -> None:
    steps: Any = count(5)
    next(steps)

    steps.close()

    assert recorded.span().status.status_code is StatusCode.UNSET
    assert messages(log)[-1] == f"left {__name__}.count after 0.0 ms"


def test_ends_the_span_of_an_async_generator_that_is_left_early(recorded: Recorded) -> None:
    async def run() -> None:
        steps: Any = count_slowly(5)
        await anext(steps)
        await steps.aclose()

    asyncio.run(run())

    assert len(recorded.spans()) == 1


def test_keeps_sort_name_and_signature() -> None:
    assert inspect.iscoroutinefunction(fetch)
    assert inspect.isgeneratorfunction(count)
    assert inspect.isasyncgenfunction(count_slowly)
    assert add.__name__ == "add"
    assert add.__doc__ == "Add two numbers."
    assert [*inspect.signature(sign_in).parameters] == ["user", "password", "remember"]


def test_traces_methods_of_all_kinds(recorded: Recorded) -> None:
    class Shop:
        @trace_calls(arguments=True)
        def plain(self, x: int) -> int:
            return x

        @trace_calls(arguments=True)
        @classmethod
        def of_class(cls, x: int) -> int:
            return x

        @staticmethod
        @trace_calls
        def static(x: int) -> int:
            return x

    assert (Shop().plain(1), Shop.of_class(2), Shop.static(3)) == (1, 2, 3)
    assert [(span.attributes or {}).get(f"{ARGUMENT}x") for span in recorded.spans()] == [1, 2, None]
    assert f"{ARGUMENT}self" not in (recorded.spans()[0].attributes or {})


def test_leaves_a_class_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    @trace_calls
    class Shop:
        pass

    assert inspect.isclass(Shop)
    assert "decorate its methods" in caplog.text
