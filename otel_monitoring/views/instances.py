"""How each process does: its requests over the time that it is known, and what it takes of the machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otel_monitoring.views.latency import UNKNOWN, Durations
from otel_monitoring.views.requests import DURATION, INSTANCE, LE, STATUS

if TYPE_CHECKING:
    from otel_monitoring.views.counting import Counting, Span
    from otel_monitoring.views.latency import Latency

_PROCESSOR = "process_cpu_utilization_ratio"
_MEMORY = "process_memory_usage_bytes"
_FAILED = "5"


@dataclass(frozen=True, slots=True)
class Figures:
    """How one process does.

    Attributes:
        known_ms: For how long it is known.
        requests: How many it answered.
        failed: Those that it could not answer (5xx).
        latency: How long they took.
        processor_ratio: The share of the processors that it takes; ``None`` where that is not known any more.
        memory_bytes: Its memory.
    """

    known_ms: int = 0
    requests: float = 0.0
    failed: float = 0.0
    latency: Latency = UNKNOWN
    processor_ratio: float | None = None
    memory_bytes: float | None = None

    @property
    def per_minute(self) -> float | None:
        """Requests a minute of the time that it is known; ``None`` as long as that is none."""
        return self.requests * 60_000 / self.known_ms if self.known_ms > 0 else None

    @property
    def error_ratio(self) -> float | None:
        """The share of failed requests; ``None`` without any."""
        return self.failed / self.requests if self.requests > 0 else None


def figures(counting: Counting, start_ms: int, end_ms: int) -> dict[str, Figures]:
    """Return how each process did that was there, by its ``service.instance.id``.

    Args:
        counting: Says how to count, and answers.
        start_ms: Unix milliseconds.
        end_ms: Unix milliseconds, also when it is looked what processes take.

    Raises:
        QueryError: It cannot be answered.
    """
    span = counting.span(start_ms, end_ms)
    known_ms = counting.known(span)
    requests, failed = _requests(counting, span)
    names = tuple(known_ms | requests)
    latencies = _latencies(counting, span, names)
    processor, memory = (_newest(counting, gauge, end_ms) for gauge in (_PROCESSOR, _MEMORY))
    return {
        name: Figures(
            known_ms.get(name, 0),
            requests.get(name, 0.0),
            failed.get(name, 0.0),
            latency,
            processor.get(name),
            memory.get(name),
        )
        for name, latency in zip(names, latencies, strict=True)
    }


def _requests(counting: Counting, span: Span) -> tuple[dict[str, float], dict[str, float]]:
    """Return how many requests each process answered, and how many of them failed."""
    requests: dict[str, float] = {}
    failed: dict[str, float] = {}
    for name, status, count in _counted(counting, span, f"{DURATION}_count", STATUS):
        if count > 0:
            requests[name] = requests.get(name, 0.0) + count
        if status.startswith(_FAILED):
            failed[name] = failed.get(name, 0.0) + count
    return requests, failed


def _latencies(counting: Counting, span: Span, names: tuple[str, ...]) -> list[Latency]:
    """Return how long the requests of processes took."""
    keys = [(name, "") for name in names]
    found = _counted(counting, span, f"{DURATION}_bucket", LE)
    return Durations([((name, ""), bound, count) for name, bound, count in found], keys).each()


def _counted(counting: Counting, span: Span, counter: str, by: str) -> list[tuple[str, str, float]]:
    """Return processes, the value of one more label, and what was counted."""
    expr = f"sum by ({INSTANCE}, {by}) ({counting.counted(counter, span)})"
    found = counting.query(expr, span.end_ms).samples
    return [(labels.get(INSTANCE), labels.get(by), value) for labels, value in found if value >= 0]


def _newest(counting: Counting, gauge: str, at_ms: int) -> dict[str, float]:
    """Return what each process says at a time."""
    found = counting.query(f"sum by ({INSTANCE}) ({gauge})", at_ms).samples
    return {labels.get(INSTANCE): value for labels, value in found}
