"""What a span says of the error that ended it, each error once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.semconv.attributes.exception_attributes import (
    EXCEPTION_MESSAGE,
    EXCEPTION_STACKTRACE,
    EXCEPTION_TYPE,
)
from opentelemetry.trace import Status, StatusCode

from otel_monitoring.context import stack
from otel_monitoring.guard import Guard

if TYPE_CHECKING:
    from opentelemetry.trace import Span
    from opentelemetry.util.types import Attributes

MAX_MESSAGE_CHARS = 1024
"""Characters kept of an error's message."""

_MARK = "__otel_monitoring_on_span__"
_guard = Guard("measure.failure")


def describe(span: Span, error: BaseException, attributes: Attributes = None) -> None:
    """Let ``span`` say that ``error`` ended it.

    An ``Exception`` makes its status Error and is recorded with its stack, unless a span further inside
    recorded it before. A cancellation or an exit of the program is named and is no failure. Leaving a
    generator early is nothing to be told.

    Source: OpenTelemetry semantic conventions, "Recording errors" and "Exceptions on spans".
    """
    if not span.is_recording() or isinstance(error, GeneratorExit):
        return
    kind = stack.type_name(error)
    span.set_attribute(ERROR_TYPE, kind)
    if not isinstance(error, Exception):
        return
    message = stack.message(error)[:MAX_MESSAGE_CHARS]
    span.set_status(Status(StatusCode.ERROR, f"{kind}: {message}"))
    if _is_new(error):
        told = {
            EXCEPTION_TYPE: kind,
            EXCEPTION_MESSAGE: message,
            EXCEPTION_STACKTRACE: stack.format_exception(error),
        }
        span.add_event("exception", {**told, **(attributes or {})})


def _is_new(error: BaseException) -> bool:
    """Return whether no span has recorded ``error``, and mark it; the mark travels with the object."""
    if hasattr(error, _MARK):
        return False
    _guard.call(setattr, error, _MARK, "yes")
    return True
