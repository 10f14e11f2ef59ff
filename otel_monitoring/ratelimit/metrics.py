"""What rate limits say of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.model.metric import MetricDescription

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import TypeAlias

    from otel_monitoring.ratelimit.limiter import Limiter
    from otel_monitoring.ratelimit.shared import SharedState

    Row: TypeAlias = tuple[float, Mapping[str, str]]
    Observe: TypeAlias = Callable[[MetricDescription, Callable[[], Iterable[Row]]], None]

DECISIONS = MetricDescription(
    "otel_monitoring.ratelimit.decisions",
    "{decision}",
    "counter",
    "Decisions of a rule: allowed, refused, or unchecked and closed while the shared windows are away.",
    ("rule", "outcome"),
)
SHARED_AWAY = MetricDescription(
    "otel_monitoring.ratelimit.shared.away",
    "{backend}",
    "gauge",
    "Whether the shared windows are away: 1 or 0.",
    (),
)
SHARED_LOST = MetricDescription(
    "otel_monitoring.ratelimit.shared.lost",
    "{loss}",
    "counter",
    "How often the shared windows went away.",
    (),
)
WINDOWS = MetricDescription(
    "otel_monitoring.ratelimit.windows", "{window}", "gauge", "Windows in the memory of this process.", ()
)
FORGOTTEN = MetricDescription(
    "otel_monitoring.ratelimit.windows.forgotten",
    "{window}",
    "counter",
    "Windows that were forgotten before their time, since there were too many.",
    (),
)
METRICS = (DECISIONS, SHARED_AWAY, SHARED_LOST, WINDOWS, FORGOTTEN)
"""Every metric of rate limits."""


def watch(observe: Observe, limiters: Callable[[], Sequence[Limiter]]) -> None:
    """Register every metric; ``limiters`` gives those that are there at a collection."""
    observe(DECISIONS, lambda: (row for one in limiters() for row in _decisions(one)))
    observe(SHARED_AWAY, lambda: ((int(state.is_away), {}) for state in _states(limiters())))
    observe(SHARED_LOST, lambda: ((state.times_away, {}) for state in _states(limiters())))
    observe(WINDOWS, lambda: [(sum(one.windows.stats()["windows"] for one in limiters()), {})])
    observe(FORGOTTEN, lambda: [(sum(one.windows.stats()["forgotten"] for one in limiters()), {})])


def _decisions(limiter: Limiter) -> Iterable[Row]:
    for (rule, outcome), count in limiter.outcomes().items():
        yield count, {"rule": rule, "outcome": outcome}


def _states(limiters: Iterable[Limiter]) -> Iterable[SharedState]:
    return (one.shared.state for one in limiters if one.shared is not None)
