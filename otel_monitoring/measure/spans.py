"""A span around a stretch of code, by hand.

``with span("price order", order_lines=3):`` and ``async with`` do the same; ``@span("price order")`` puts
one around every run of a function of any sort.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry.trace import SpanKind, get_current_span

from otel_monitoring.guard import Guard
from otel_monitoring.measure.block import Block, Part
from otel_monitoring.measure.failure import describe
from otel_monitoring.measure.wrapping import wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import TypeVar

    from opentelemetry.trace import Span
    from opentelemetry.util.types import AnyValue, Attributes

    F = TypeVar("F", bound=Callable[..., Any])

_guard = Guard("measure.spans")


class span:  # noqa: N801 - reads as a verb where it is used: with span("price order")
    """Run a block, or every run of a decorated function, under a span of its own.

    An exception that leaves the block passes through untouched; the span's status becomes Error, with
    ``error.type``, and the exception is recorded on the innermost of such spans.

    Args:
        name: The span's name: what is done, without ids, so that runs can be compared.
        attributes: Its attributes, for names that hold a dot.
        kind: Its kind.
        more: Further attributes.
    """

    __slots__ = ("_attributes", "_kind", "_name", "_part")

    def __init__(
        self,
        name: str,
        attributes: Mapping[str, AnyValue] | None = None,
        *,
        kind: SpanKind = SpanKind.INTERNAL,
        **more: AnyValue,
    ) -> None:
        self._name = name
        self._attributes = {**(attributes or {}), **more}
        self._kind = kind
        self._part: Part | None = None

    def __enter__(self) -> Span:
        """Start the span and return it."""
        block = self._block()
        block.start()
        self._part = Part(block, is_last=True)
        self._part.__enter__()
        return block.span

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the span."""
        if self._part is not None:
            self._part.__exit__(kind, error, trace)
            self._part = None

    async def __aenter__(self) -> Span:
        """Start the span and return it."""
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the span."""
        self.__exit__(kind, error, trace)

    def __call__(self, function: F) -> F:
        """Return ``function`` with every run under a span of its own."""
        return wrap(function, self._block)

    def _block(self) -> Block:
        return Block(self._name, kind=self._kind, attributes=self._attributes)


def record_exception(error: BaseException, attributes: Attributes = None) -> None:
    """Let the current span say that ``error`` happened, for an error that is handled.

    The span's status becomes Error, with ``error.type``; the exception is recorded with its stack unless
    a span has it already.

    Args:
        error: What was caught.
        attributes: What else to say in the recorded event.
    """
    _guard.call(describe, get_current_span(), error, attributes)
