"""What a span says of the error that ended it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import INVALID_SPAN, StatusCode

from otel_monitoring.errors import SettingsError
from otel_monitoring.measure.failure import MAX_MESSAGE_CHARS, describe

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import Span


def told(error: BaseException, *, times: int = 1) -> Span:
    span = TracerProvider(shutdown_on_exit=False).get_tracer("tests").start_span("work")
    for _ in range(times):
        describe(span, error)
    return span  # type: ignore[return-value]


def raised(error: Exception) -> Exception:
    with pytest.raises(type(error)) as caught:
        raise error
    return caught.value


def test_an_exception_makes_the_status_error() -> None:
    span = told(raised(ValueError("too large")))

    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description == "ValueError: too large"
    assert dict(span.attributes or {}) == {"error.type": "ValueError"}


def test_an_exception_is_recorded_with_its_stack() -> None:
    (event,) = told(raised(ValueError("too large"))).events

    assert event.name == "exception"
    assert event.attributes is not None
    assert set(event.attributes) == {"exception.type", "exception.message", "exception.stacktrace"}
    assert event.attributes["exception.message"] == "too large"
    assert "in raised" in str(event.attributes["exception.stacktrace"])


def test_a_type_that_is_not_built_in_bears_its_module() -> None:
    span = told(SettingsError("no"))

    assert span.attributes is not None
    assert span.attributes["error.type"] == "otel_monitoring.errors.SettingsError"


def test_an_exception_is_recorded_once() -> None:
    assert len(told(ValueError("x"), times=3).events) == 1


def test_an_exception_that_takes_no_mark_is_recorded_all_the_same() -> None:
    class Rigid(Exception):  # noqa: N818 - named by what it does
        def __setattr__(self, name: str, value: object) -> None:
            raise LookupError

    assert len(told(Rigid("x")).events) == 1


def test_a_long_message_is_cut() -> None:
    span = told(ValueError("x" * 100_000))

    assert span.events[0].attributes is not None
    assert span.events[0].attributes["exception.message"] == "x" * MAX_MESSAGE_CHARS


@pytest.mark.parametrize("error", [asyncio.CancelledError(), KeyboardInterrupt(), SystemExit(0)])
def test_a_cancellation_is_named_and_is_no_failure(error: BaseException) -> None:
    span = told(error)

    assert span.status.status_code is StatusCode.UNSET
    assert span.attributes is not None
    assert str(span.attributes["error.type"]).endswith(type(error).__name__)
    assert span.events == ()


def test_leaving_a_generator_early_is_nothing_to_be_told() -> None:
    assert dict(told(GeneratorExit()).attributes or {}) == {}


def test_a_span_that_does_not_record_leaves_the_error_unmarked() -> None:
    error = ValueError("x")

    describe(INVALID_SPAN, error)

    assert vars(error) == {}
