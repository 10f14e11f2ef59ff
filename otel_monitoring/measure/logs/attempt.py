"""A guarded block that can tell what went wrong in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

    from otel_monitoring.guard import Guard

_MAX_CHARS = 200


class Attempt:
    """``with Attempt(guard) as …:`` lets the guard count an error and keeps it to be told."""

    __slots__ = ("_error", "_guard")

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._error: BaseException | None = None

    def __enter__(self) -> None:
        """Begin the attempt."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Swallow an ``Exception``, as the guard does."""
        self._error = error
        return self._guard.__exit__(kind, error, trace)

    def problem(self) -> str:
        """Return type and message of the error."""
        if self._error is None:
            return ""
        text = self._guard.call(str, self._error) or ""
        return f"{type(self._error).__name__}: {text}"[:_MAX_CHARS]
