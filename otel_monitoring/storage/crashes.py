"""Who runs, who was stopped and who crashed, as numbers for the toolkit's own metrics.

Every process says the same of all, so that whoever is left tells of those who can not.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from otel_monitoring.model.metric import MetricDescription

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.storage.samples.follow import Seen

    Row = tuple[float, Mapping[str, str]]
    Rows = Callable[[], Iterable[Row]]

_TOLD_FOR_MS = 15 * 60_000
_MOST = 20
_STATES = ("running", "stopped", "crashed")

METRICS = (
    MetricDescription(
        "otel_monitoring.instances",
        "{instance}",
        "gauge",
        "Processes on the storage that are running, or were stopped or crashed in the last 15 minutes.",
        ("state",),
    ),
    MetricDescription(
        "otel_monitoring.instance.crash.time",
        "s",
        "gauge",
        "Unix time at which a process was seen last that crashed in the last 15 minutes.",
        ("crashed.service", "crashed.version", "crashed.host", "crashed.pid", "reason"),
    ),
)


def instance_rows(instances: Callable[[], Sequence[Seen]], *, clock: Clock) -> dict[str, Rows]:
    """Return, by the name of a metric, what gives its rows at a collection.

    Args:
        instances: Returns every process that is known.
        clock: Says how long ago something was.
    """
    return {
        "otel_monitoring.instances": lambda: _states(_lately(instances(), clock.now_ms())),
        "otel_monitoring.instance.crash.time": lambda: _crashes(_lately(instances(), clock.now_ms())),
    }


def _lately(instances: Iterable[Seen], now_ms: int) -> list[Seen]:
    """Return those who run, or whose end was noticed lately."""
    return [one for one in instances if one.is_alive or now_ms - _noticed_ms(one) < _TOLD_FOR_MS]


def _noticed_ms(seen: Seen) -> int:
    return max(seen.run.ended_ms or 0, seen.run.last_seen_ms)


def _states(instances: Sequence[Seen]) -> list[Row]:
    counts: Counter[str] = Counter(one.state for one in instances)
    return [(counts[state], {"state": state}) for state in _STATES] if instances else []


def _crashes(instances: Sequence[Seen]) -> list[Row]:
    crashed = sorted((one for one in instances if one.state == "crashed"), key=_noticed_ms)
    return [(one.run.last_seen_ms / 1000, _who(one)) for one in crashed[-_MOST:]]


def _who(seen: Seen) -> dict[str, str]:
    source = seen.run.source
    return {
        "crashed.service": str(source.service),
        "crashed.version": source.version,
        "crashed.host": source.host,
        "crashed.pid": str(source.pid),
        "reason": seen.reason,
    }
