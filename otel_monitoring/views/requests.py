"""What the application served, endpoint by endpoint: an endpoint is a method and the template of a route."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from otel_monitoring.views.latency import UNKNOWN, Durations, Latency

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.views.counting import Counting, Span
    from otel_monitoring.views.latency import Key

DURATION: Final = "http_server_request_duration_seconds"
REQUEST_SIZE: Final = "http_server_request_body_size_bytes"
RESPONSE_SIZE: Final = "http_server_response_body_size_bytes"
METHOD, ROUTE, STATUS, LE = "http_request_method", "http_route", "http_response_status_code", "le"
INSTANCE: Final = "instance"
ENDPOINT: Final = f"{METHOD}, {ROUTE}"

_FAILED, _REFUSED = "5", "4"
_MOST_LABELS = 20_000


@dataclass(frozen=True, slots=True)
class Where:
    """Which requests are meant.

    Attributes:
        route: Their route; ``None`` for all. A slash in front makes no difference, and the empty text stands
            for requests that no route was found for.
        method: Their method; ``None`` for all.
        instance: The ``service.instance.id`` of the process that answered them; ``None`` for all.
    """

    route: str | None = None
    method: str | None = None
    instance: str | None = None

    def matchers(self) -> str:
        """Return it as matchers of PromQL; empty where all are meant."""
        found = [] if self.route is None else [self._route(self.route)]
        if self.method is not None:
            found.append(f"{METHOD}={json.dumps(self.method, ensure_ascii=False)}")
        if self.instance is not None:
            found.append(f"{INSTANCE}={json.dumps(self.instance, ensure_ascii=False)}")
        return "{" + ", ".join(found) + "}" if found else ""

    @staticmethod
    def _route(route: str) -> str:
        bare = route.removeprefix("/")
        if not bare:
            return f'{ROUTE}="{route}"'
        return f"{ROUTE}=~{json.dumps('/?' + _escaped(bare), ensure_ascii=False)}"


@dataclass(frozen=True, slots=True)
class Served:
    """How requests went.

    Attributes:
        requests: How many there were.
        failed: Those that the server could not answer (5xx).
        refused: Those that it would not (4xx).
        time_s: What they took in all, in seconds.
        latency: How long they took.
        received_bytes: How large a body they had on average; ``None`` where that is not known.
        sent_bytes: How large a body was sent back on average.
    """

    requests: float = 0.0
    failed: float = 0.0
    refused: float = 0.0
    time_s: float = 0.0
    latency: Latency = UNKNOWN
    received_bytes: float | None = None
    sent_bytes: float | None = None

    @property
    def error_ratio(self) -> float | None:
        """The share of failed requests; ``None`` without any."""
        return self.failed / self.requests if self.requests > 0 else None

    @property
    def mean_s(self) -> float | None:
        """How long one took on average; ``None`` without any."""
        return self.time_s / self.requests if self.requests > 0 else None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint.

    Attributes:
        method: Its method.
        route: The template of its route; empty for requests that none was found for.
        served: How its requests went.
    """

    method: str
    route: str
    served: Served

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.method} {self.route or '(no route)'}".strip()


@dataclass(frozen=True, slots=True)
class Requests:
    """What was served in a span.

    Attributes:
        span: When.
        endpoints: Each endpoint that was asked for, in no order.
        whole: All of them together.
        statuses: How many requests ended with each status.
        bounds: The upper bounds of the buckets of durations, in seconds, rising, the last infinite.
        buckets: How many requests of all endpoints took that long and no longer, bucket by bucket.
    """

    span: Span
    endpoints: tuple[Endpoint, ...]
    whole: Served
    statuses: dict[str, float]
    bounds: tuple[float, ...] = ()
    buckets: tuple[float, ...] = ()

    def per_minute(self, served: Served) -> float | None:
        """Return how many requests there were a minute, of the time that is known."""
        return served.requests / self.span.known_minutes if self.span.known_ms > 0 else None


def served(
    counting: Counting, span: Span, *, where: Where | None = None, with_sizes: bool = True
) -> Requests:
    """Return what was served.

    Args:
        counting: Says how to count, and answers.
        span: When.
        where: Which requests; ``None`` for all.
        with_sizes: Whether the sizes of bodies are wanted.

    Raises:
        QueryError: It cannot be answered.
    """
    asked = _Asked(counting, span, matchers=(where or Where()).matchers())
    counts = asked.samples(f"{DURATION}_count", f"{STATUS}, {ENDPOINT}", extra=STATUS)
    tally = _Tally(counts)
    tally.spent = asked.by_endpoint(f"{DURATION}_sum")
    if with_sizes:
        tally.received = _means(asked, REQUEST_SIZE)
        tally.sent = _means(asked, RESPONSE_SIZE)
    durations = Durations(asked.samples(f"{DURATION}_bucket", f"{LE}, {ENDPOINT}", extra=LE), tally.keys)
    return Requests(
        span,
        tuple(tally.endpoints(durations.each())),
        tally.whole(durations.whole()),
        tally.statuses,
        tuple(durations.bounds.tolist()),
        tuple(durations.in_buckets().tolist()),
    )


class _Asked:
    """Ask for counters by endpoint."""

    def __init__(self, counting: Counting, span: Span, *, matchers: str) -> None:
        self._counting = counting
        self._span = span
        self._matchers = matchers

    def samples(self, counter: str, by: str, *, extra: str = "") -> list[tuple[Key, str, float]]:
        """Return endpoints, the value of one more label, and what was counted."""
        series = counter + self._matchers
        expr = f"sum by ({by}) ({self._counting.counted(series, self._span)})"
        found = self._counting.query(expr, self._span.end_ms).samples
        return [(*_parts(labels, extra), value) for labels, value in found if value == value]  # noqa: PLR0124 - no NaN

    def by_endpoint(self, counter: str) -> dict[Key, float]:
        """Return what was counted at each endpoint."""
        return {key: value for key, _, value in self.samples(counter, ENDPOINT)}


class _Tally:
    """What was counted at each endpoint."""

    def __init__(self, counts: Iterable[tuple[Key, str, float]]) -> None:
        self._requests: dict[Key, float] = {}
        self._of_class: dict[tuple[Key, str], float] = {}
        self.statuses: dict[str, float] = {}
        for key, status, value in counts:
            if value > 0:
                self._requests[key] = self._requests.get(key, 0.0) + value
                one = (key, status[:1])
                self._of_class[one] = self._of_class.get(one, 0.0) + value
                self.statuses[status] = self.statuses.get(status, 0.0) + value
        self.keys: Sequence[Key] = tuple(self._requests)
        self.spent: dict[Key, float] = {}
        self.received: dict[Key, tuple[float, float]] = {}
        self.sent: dict[Key, tuple[float, float]] = {}

    def endpoints(self, latencies: Sequence[Latency]) -> Iterable[Endpoint]:
        """Return each endpoint with its latency, in the order of ``keys``."""
        for key, latency in zip(self.keys, latencies, strict=True):
            yield Endpoint(
                *key,
                Served(
                    self._requests[key],
                    self._of_class.get((key, _FAILED), 0.0),
                    self._of_class.get((key, _REFUSED), 0.0),
                    self.spent.get(key, 0.0),
                    latency,
                    _mean([self.received[key]]) if key in self.received else None,
                    _mean([self.sent[key]]) if key in self.sent else None,
                ),
            )

    def whole(self, latency: Latency) -> Served:
        """Return all endpoints together."""
        return Served(
            sum(self._requests.values()),
            sum(value for (_, of), value in self._of_class.items() if of == _FAILED),
            sum(value for (_, of), value in self._of_class.items() if of == _REFUSED),
            sum(self.spent.values()),
            latency,
            _mean(self.received.values()),
            _mean(self.sent.values()),
        )


def _means(asked: _Asked, metric: str) -> dict[Key, tuple[float, float]]:
    """Return for each endpoint the sum of a histogram, and how many observations it is of."""
    sums, counts = asked.by_endpoint(f"{metric}_sum"), asked.by_endpoint(f"{metric}_count")
    return {key: (sums.get(key, 0.0), count) for key, count in counts.items() if count > 0}


def _mean(sums: Iterable[tuple[float, float]]) -> float | None:
    found = list(sums)
    count = sum(one for _, one in found)
    return sum(one for one, _ in found) / count if count > 0 else None


@lru_cache(maxsize=_MOST_LABELS)
def _parts(labels: Labels, extra: str) -> tuple[Key, str]:
    """Return what a label set says; the engine gives the very same sets again and again."""
    return (labels.get(METHOD), labels.get(ROUTE)), labels.get(extra) if extra else ""


def _escaped(text: str) -> str:
    """Return a text as a regular expression that matches nothing else."""
    return re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", text)
