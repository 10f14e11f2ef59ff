"""How fast everything is: requests beside the time before, which endpoints moved, and the databases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otel_monitoring.views.endpoints import LEAST_REQUESTS
from otel_monitoring.views.latency import Durations

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from otel_monitoring.views.counting import Counting, Span
    from otel_monitoring.views.latency import Latency
    from otel_monitoring.views.requests import Endpoint

_OPERATIONS = "db_client_operation_duration_seconds"
_LEAST_FACTOR = 1.25
_LEAST_S = 0.005
_ALL = ("", "")


@dataclass(frozen=True, slots=True)
class Operations:
    """What the databases were asked.

    Attributes:
        count: How many operations there were.
        time_s: What they took in all, in seconds.
        latency: How long they took.
    """

    count: float
    time_s: float
    latency: Latency

    @property
    def mean_s(self) -> float:
        """How long one took on average."""
        return self.time_s / self.count


@dataclass(frozen=True, slots=True)
class Moved:
    """An endpoint whose 95th percentile is another one than before.

    Attributes:
        now: The endpoint.
        before_s: What its 95th percentile was, in seconds.
    """

    now: Endpoint
    before_s: float

    @property
    def factor(self) -> float:
        """How many times as long it takes; below 1 where it is faster."""
        return (self.now.served.latency.p95_s or 0.0) / self.before_s


def operations(counting: Counting, span: Span) -> Operations | None:
    """Return what the databases were asked; ``None`` where nothing was.

    Args:
        counting: Says how to count, and answers.
        span: When.

    Raises:
        QueryError: It cannot be answered.
    """

    def asked(suffix: str, by: str) -> Sequence[tuple[str, float]]:
        series = counting.counted(f"{_OPERATIONS}{suffix}", span)
        found = counting.query(f"sum {by}({series})", span.end_ms).samples
        return [(labels.get("le"), value) for labels, value in found]

    count = sum(value for _, value in asked("_count", ""))
    if not count > 0:
        return None
    buckets = [(_ALL, bound, value) for bound, value in asked("_bucket", "by (le) ")]
    latency = Durations(buckets, [_ALL]).whole()
    return Operations(count, sum(value for _, value in asked("_sum", "")), latency)


def moved(now: Iterable[Endpoint], before: Iterable[Endpoint], *, most: int = 10) -> list[Moved]:
    """Return the endpoints whose 95th percentile moved by a quarter or more, the most moved first.

    Buckets are coarse and few requests say little: with fewer than ten in either time, or less than 5 ms
    between the two, nothing is said.

    Args:
        now: The endpoints.
        before: The same in the time before.
        most: How many at most.
    """
    earlier = {(one.method, one.route): one for one in before if _is_busy(one)}
    pairs = [(one, earlier.get((one.method, one.route))) for one in now if _is_busy(one)]
    found = [
        Moved(one, was.served.latency.p95_s)
        for one, was in pairs
        if was is not None and was.served.latency.p95_s
    ]
    told = [one for one in found if _is_worth_telling(one)]
    return sorted(told, key=lambda one: (-max(one.factor, 1 / one.factor), one.now.name))[:most]


def _is_busy(one: Endpoint) -> bool:
    return one.served.requests >= LEAST_REQUESTS and bool(one.served.latency.p95_s)


def _is_worth_telling(one: Moved) -> bool:
    apart_s = abs((one.now.served.latency.p95_s or 0.0) - one.before_s)
    return max(one.factor, 1 / one.factor) >= _LEAST_FACTOR and apart_s >= _LEAST_S
