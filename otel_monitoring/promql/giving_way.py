"""Queries of pages and watches, which give way to the application that they run beside."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.promql.query import Query
    from otel_monitoring.promql.result import Result

_MOST_S: Final = 0.005


class GivingWay:
    """Rest after each query for as long as it took, so that other threads have the interpreter in between.

    A thread that computes keeps the interpreter for its switch interval, 5 ms, however short the work of
    those that wait is; an event loop that hands it over at every system call waits as long every time. A page
    asks a dozen queries of a millisecond. With a rest after each, the loop waits for one of them at most.

    Args:
        query: Whom to ask.
        rest: Rests for so many seconds.
        cpu_s: Returns the processor time of the thread, in seconds.
    """

    def __init__(
        self,
        query: Query,
        *,
        rest: Callable[[float], object] = time.sleep,
        cpu_s: Callable[[], float] = time.thread_time,
    ) -> None:
        self._query = query
        self._rest = rest
        self._cpu_s = cpu_s

    def __call__(
        self, expr: str, start_ms: int, end_ms: int | None = None, step_ms: int | None = None, /
    ) -> Result:
        """Evaluate an expression: a :class:`Query`.

        Raises:
            QueryError: It cannot be answered; the message says why.
        """
        begun_s = self._cpu_s()
        try:
            return self._query(expr, start_ms, end_ms, step_ms)
        finally:
            self._rest(min(self._cpu_s() - begun_s, _MOST_S))
