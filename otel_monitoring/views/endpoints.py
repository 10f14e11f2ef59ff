"""How endpoints do: all of them in an order, the worst of them, and one beside the time before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from otel_monitoring.views.points import points
from otel_monitoring.views.requests import served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from otel_monitoring.views.counting import Counting
    from otel_monitoring.views.points import Points
    from otel_monitoring.views.requests import Endpoint, Requests, Where

Order = Literal["time", "requests", "errors", "errorRate", "min", "mean", "p50", "p95", "p99", "max", "name"]
ORDERS: tuple[Order, ...] = get_args(Order)
"""What endpoints can be put in order by."""

LEAST_REQUESTS = 10
"""With fewer requests, nobody speaks of percentiles and shares."""

_VALUES: Mapping[str, Callable[[Endpoint], float | None]] = {
    "time": lambda one: one.served.time_s,
    "requests": lambda one: one.served.requests,
    "errors": lambda one: one.served.failed,
    "errorRate": lambda one: one.served.error_ratio,
    "min": lambda one: one.served.latency.low_s,
    "mean": lambda one: one.served.mean_s,
    "p50": lambda one: one.served.latency.p50_s,
    "p95": lambda one: one.served.latency.p95_s,
    "p99": lambda one: one.served.latency.p99_s,
    "max": lambda one: one.served.latency.high_s,
}


@dataclass(frozen=True, slots=True)
class Worst:
    """The endpoints that stand out, the worst in front.

    Attributes:
        by_error_ratio: Those with failed requests, by their share.
        by_latency: By the 95th percentile.
        by_time: By the time that all their requests took together.
    """

    by_error_ratio: tuple[Endpoint, ...]
    by_latency: tuple[Endpoint, ...]
    by_time: tuple[Endpoint, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """How some requests went in a span, beside the span before it, and step by step.

    Attributes:
        now: The span.
        before: The span of the same length that ends where it begins.
        points: The span, step by step.
    """

    now: Requests
    before: Requests
    points: Points


class EndpointsView:
    """Answer how endpoints do; called from any thread.

    Args:
        counting: Says how to count, and answers.
    """

    def __init__(self, counting: Counting) -> None:
        self._counting = counting

    def requests(
        self, start_ms: int, end_ms: int, *, where: Where | None = None, with_sizes: bool = True
    ) -> Requests:
        """Return what was served, endpoint by endpoint.

        Args:
            start_ms: Unix milliseconds.
            end_ms: Unix milliseconds.
            where: Which requests; ``None`` for all.
            with_sizes: Whether the sizes of bodies are wanted.

        Raises:
            QueryError: It cannot be answered.
        """
        span = self._counting.span(start_ms, end_ms, instance=_instance(where))
        return served(self._counting, span, where=where, with_sizes=with_sizes)

    def course(
        self,
        start_ms: int,
        end_ms: int,
        *,
        where: Where | None = None,
        most: int = 60,
        with_sizes: bool = True,
    ) -> Course:
        """Return how requests went, beside the time before, and step by step.

        Args:
            start_ms: Unix milliseconds.
            end_ms: Unix milliseconds.
            where: Which requests; ``None`` for all.
            most: About how many steps there are at most.
            with_sizes: Whether the sizes of bodies are wanted.

        Raises:
            QueryError: It cannot be answered.
        """
        before_ms = max(start_ms - (end_ms - start_ms), 0)
        spans = self._counting.spans((start_ms, end_ms), (before_ms, start_ms), instance=_instance(where))
        now, before = (served(self._counting, span, where=where, with_sizes=with_sizes) for span in spans)
        return Course(now, before, self.points(start_ms, end_ms, where=where, most=most))

    def points(self, start_ms: int, end_ms: int, *, where: Where | None = None, most: int = 60) -> Points:
        """Return how requests went, step by step.

        Args:
            start_ms: Unix milliseconds.
            end_ms: Unix milliseconds.
            where: Which requests; ``None`` for all.
            most: About how many steps there are at most.

        Raises:
            QueryError: It cannot be answered.
        """
        return points(self._counting, start_ms, end_ms, where=where, most=most)


def _instance(where: Where | None) -> str | None:
    return None if where is None else where.instance


def ranked(endpoints: Iterable[Endpoint], order: Order, *, descending: bool) -> list[Endpoint]:
    """Return endpoints in an order; those without a value come last either way, equal ones by their name.

    Args:
        endpoints: The endpoints.
        order: What decides.
        descending: Whether the largest comes first.
    """
    if order == "name":
        return sorted(endpoints, key=lambda one: (one.route, one.method), reverse=descending)
    value, sign = _VALUES[order], -1.0 if descending else 1.0

    def place(one: Endpoint) -> tuple[bool, float, str, str]:
        found = value(one)
        return found is None, 0.0 if found is None else sign * found, one.route, one.method

    return sorted(endpoints, key=place)


def worst(endpoints: Iterable[Endpoint], *, most: int = 5) -> Worst:
    """Return the endpoints that stand out.

    Args:
        endpoints: The endpoints.
        most: How many of each kind.
    """
    found = list(endpoints)
    busy = [one for one in found if one.served.requests >= LEAST_REQUESTS]
    failing = [one for one in busy if one.served.failed > 0]
    return Worst(
        tuple(ranked(failing, "errorRate", descending=True)[:most]),
        tuple(ranked(busy, "p95", descending=True)[:most]),
        tuple(ranked(found, "time", descending=True)[:most]),
    )
