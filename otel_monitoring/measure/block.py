"""A stretch of code under a span of its own: what timers and the span helper have in common.

Nothing in here raises into the code that is measured, and what that code raises passes through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.context import attach, detach
from opentelemetry.trace import INVALID_SPAN, SpanKind, set_span_in_context

from otel_monitoring.guard import Guard
from otel_monitoring.measure.failure import describe
from otel_monitoring.measure.providers import instruments

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextvars import Token
    from types import TracebackType

    from opentelemetry.context import Context
    from opentelemetry.trace import Span
    from opentelemetry.util.types import AnyValue

_guard = Guard("measure")


class Block:
    """One run of a stretch of code.

    ``start``; then ``enter`` and ``leave`` around every part that runs, which for a generator are
    several; ``finish`` within the last part.

    Args:
        name: The name of its span.
        kind: The kind of its span.
        attributes: Attributes of its span.
    """

    __slots__ = ("_attributes", "_kind", "_name", "_token", "span")

    def __init__(
        self,
        name: str,
        *,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Mapping[str, AnyValue] | None = None,
    ) -> None:
        self._name = name
        self._kind = kind
        self._attributes = attributes
        self._token: Token[Context] | None = None
        self.span: Span = INVALID_SPAN

    def start(self) -> None:
        """Start the span."""
        with _guard:
            self.span = instruments().tracer.start_span(
                self._name, kind=self._kind, attributes=self._attributes
            )

    def enter(self) -> None:
        """Make the span the current one."""
        if self.span is not INVALID_SPAN:
            self._token = attach(set_span_in_context(self.span))

    def leave(self) -> None:
        """Make the span current that was so before."""
        token, self._token = self._token, None
        if token is not None:
            detach(token)

    def finish(self, error: BaseException | None) -> None:
        """End the span, saying what ended it."""
        if error is not None:
            _guard.call(self.tell, error)
        _guard.call(self.span.end)

    def tell(self, error: BaseException) -> None:
        """Let the span say that ``error`` ended the block."""
        describe(self.span, error)


class Part:
    """``with Part(block):`` runs a part of ``block``; an error or the last part finishes it.

    The end of an iteration, which Python tells by an exception, is no error.
    """

    __slots__ = ("_block", "_is_last")

    def __init__(self, block: Block, *, is_last: bool) -> None:
        self._block = block
        self._is_last = is_last

    def __enter__(self) -> None:
        """Enter the block."""
        self._block.enter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish the block if it ends here, and leave it."""
        if isinstance(error, StopIteration | StopAsyncIteration):
            self._block.finish(None)
        elif error is not None or self._is_last:
            self._block.finish(error)
        self._block.leave()


def failures() -> dict[str, int]:
    """Return what went wrong in measuring so far, by kind of error."""
    return _guard.counts()
