"""Who is asked: our own engine, or a server with the HTTP API of Prometheus, behind one callable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from otel_monitoring.promql.result import Result


class Tune(Protocol):
    """Give a :class:`Query` with other limits; the ``tuned`` of both is one."""

    def __call__(self, *, timeout_s: float | None = None, lookback_ms: int | None = None) -> Query:
        """Return the same query under other limits.

        Args:
            timeout_s: Seconds that a query may take; more than before is not granted.
            lookback_ms: How old the newest sample of a series may be.
        """
        ...


class Query(Protocol):
    """Answer PromQL; :class:`Engine` and :class:`RemoteQuery` do."""

    def __call__(
        self, expr: str, start_ms: int, end_ms: int | None = None, step_ms: int | None = None, /
    ) -> Result:
        """Evaluate an expression.

        Args:
            expr: PromQL.
            start_ms: Unix time in milliseconds: the time of an instant query, the first step of a range.
            end_ms: No step is later than this; ``None`` asks at ``start_ms`` alone.
            step_ms: The distance of steps, with ``end_ms``.

        Raises:
            QueryError: It cannot be answered; the message says why.
        """
        ...
