"""One number for how healthy everything is, from 0 to 100, and the parts that it is made of.

Each part is a score of its own, read off a line through a few points of its number. The whole is their mean
by weight, over the parts that have data alone, and never more than 50 above the worst of them: nothing is
well while half of all requests fail, however empty the disks are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from otel_monitoring.errors import QueryError
from otel_monitoring.guard import Guard
from otel_monitoring.reports.summary.words import number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from otel_monitoring.health.report import HealthReport
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.promql.query import Query
    from otel_monitoring.reports.summary.alerts import Episode

Status = Literal["healthy", "degraded", "unhealthy", "unknown"]

_HEALTHY_FROM, _DEGRADED_FROM = 80.0, 50.0
_ABOVE_WORST = 50.0
_SEVERITIES = {"critical": 50.0, "page": 50.0, "warning": 20.0, "info": 5.0}
_OTHER_SEVERITY = 20.0
_CHECKS = {"healthy": 100.0, "degraded": 70.0, "unhealthy": 30.0}
_SERVED = "http_server_request_duration_seconds"
_MOST_NAMED = 3

Points = tuple[tuple[float, float], ...]
ERRORS: Points = ((0, 100), (0.001, 95), (0.01, 70), (0.05, 20), (0.2, 0))
LATENCY: Points = ((0.3, 100), (1, 75), (3, 30), (10, 0))
SATURATION: Points = ((0.7, 100), (0.85, 65), (0.95, 20), (1, 0))


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One part of the score.

    Attributes:
        name: One word.
        score: From 0 to 100.
        weight: How much it counts beside the others.
        value: The number that it was read off, in its unit.
        unit: UCUM; ``1`` of a share, empty for a count.
        why: That number in a sentence.
    """

    name: str
    score: float
    weight: float
    value: float
    unit: str
    why: str


@dataclass(frozen=True, slots=True)
class HealthScore:
    """How healthy everything is.

    Attributes:
        score: From 0 to 100; ``None`` where no part has data.
        status: In a word.
        parts: What it is made of, the worst in front.
        at_ms: When, Unix milliseconds.
    """

    score: float | None
    status: Status
    parts: tuple[ScorePart, ...]
    at_ms: int


class ScoreSource(Protocol):
    """Whoever knows a part of the score: service levels, anomalies."""

    @property
    def name(self) -> str:
        """One word, unique."""
        ...

    def part(self, now_ms: int) -> ScorePart | None:
        """Return the part at a Unix time in milliseconds; ``None`` without data."""
        ...


@dataclass(frozen=True, slots=True)
class AskedPart:
    """A part that is read off the answer to a question.

    Attributes:
        name: One word.
        weight: How much it counts.
        expr: PromQL of one value; no value, no part.
        points: Values and scores; between them lie straight lines.
        unit: Of the value.
        sentence: With ``{}`` for the value, and ``{of}`` for the label of that name.
        query: Who answers.
    """

    name: str
    weight: float
    expr: str
    points: Points
    unit: str
    sentence: str
    query: Query

    def part(self, now_ms: int) -> ScorePart | None:
        """Return the part at a time."""
        try:
            found = self.query(self.expr, now_ms).samples
        except QueryError:
            return None
        values = [(value, labels.get("of")) for labels, value in found if np.isfinite(value)]
        if not values:
            return None
        value, of = max(values)
        why = self.sentence.format(number(value, self.unit), of=of)
        return ScorePart(self.name, read_off(self.points, value), self.weight, value, self.unit, why)


class AlertsPart:
    """What fires now: each critical alert takes 50, a warning 20, the rest 5 or 20.

    Args:
        episodes: Returns what fired between two Unix times in milliseconds.
    """

    name = "alerts"
    _weight = 15.0

    def __init__(self, episodes: Callable[[int, int], Sequence[Episode]]) -> None:
        self._episodes = episodes

    def part(self, now_ms: int) -> ScorePart:
        """Return the part at a time."""
        firing = [one.labels for one in self._episodes(now_ms, now_ms) if one.ended_at_ms is None]
        firing.sort(key=_cost, reverse=True)  # the worst are named
        costs = [_cost(one) for one in firing]
        names = list(dict.fromkeys(one.get("alertname") for one in firing))
        told = ", ".join(names[:_MOST_NAMED]) + (" and others" if len(names) > _MOST_NAMED else "")
        many = "1 alert fires" if len(firing) == 1 else f"{len(firing)} alerts fire"
        why = f"{many}: {told}." if firing else "No alert fires."
        return ScorePart(self.name, max(0.0, 100.0 - sum(costs)), self._weight, float(len(firing)), "", why)


def _cost(of: Labels) -> float:
    return _SEVERITIES.get(of.get("severity"), _OTHER_SEVERITY)


class ChecksPart:
    """What the checks found: the worst of them, and 0 where a critical one is unhealthy.

    Args:
        report: Returns their newest results; ``None`` where there are no checks.
    """

    name = "checks"
    _weight = 15.0

    def __init__(self, report: Callable[[], HealthReport | None]) -> None:
        self._report = report

    def part(self, now_ms: int) -> ScorePart | None:  # noqa: ARG002 - checks are of now
        """Return the part as of now."""
        found = self._report()
        known = [] if found is None else [one for one in found.checks if one.status is not None]
        if found is None or not known:
            return None
        bad = [one for one in known if one.status != "healthy"]
        worst = min(_CHECKS[one.status or "healthy"] for one in known)
        score = 0.0 if found.status == "unhealthy" else worst
        told = ", ".join(one.name for one in bad[:_MOST_NAMED])
        why = (
            f"{len(bad)} of {len(known)} checks are not healthy: {told}."
            if bad
            else f"All {len(known)} checks are healthy."
        )
        return ScorePart(self.name, score, self._weight, float(len(bad)), "", why)


class ScoreDesk:
    """Tell how healthy everything is.

    Args:
        clock: Tells now.
        sources: The parts.
    """

    def __init__(self, clock: Clock, *, sources: Iterable[ScoreSource]) -> None:
        self.clock = clock
        self._sources: dict[str, ScoreSource] = {one.name: one for one in sources}
        self._guard = Guard("score")

    def add(self, source: ScoreSource) -> None:
        """Let somebody else know a part from now on."""
        self._sources = {**self._sources, source.name: source}

    def score(self) -> HealthScore:
        """Return how healthy everything is now."""
        now_ms = self.clock.now_ms()
        found = [self._guard.call(one.part, now_ms) for one in self._sources.values()]
        parts = sorted((one for one in found if one is not None), key=lambda one: (one.score, one.name))
        return whole(parts, at_ms=now_ms)

    def after_fork(self) -> None:
        """Begin anew in a child process."""
        self._guard.after_fork()


def asked_parts(query: Query) -> list[ScoreSource]:
    """Return the parts that are asked: failures, durations, and how full everything is."""
    rate = f"sum(rate({_SERVED}_count[15m]))"
    failed = f'(sum(rate({_SERVED}_count{{http_response_status_code=~"5.."}}[15m])) or vector(0))'
    pool = "db_client_connection_count"
    used = f'sum by (db_client_connection_pool_name) ({pool}{{db_client_connection_state="used"}})'
    opened = f"sum by (db_client_connection_pool_name) ({pool})"  # a pool may open more than it has by now
    room = "sum by (db_client_connection_pool_name) (db_client_connection_max)"
    shares = {
        "processor": "max(avg_over_time(otel_monitoring_cpu_utilization_ratio[5m]))",
        "memory": "max(otel_monitoring_memory_utilization_ratio)",
        "disk": "max(system_filesystem_utilization_ratio)",
        "connection pool": f"max({used} / (({room} or {opened}) > 3))",
    }
    full = " or ".join(f'label_replace({expr}, "of", "{name}", "", "")' for name, expr in shares.items())
    p95 = f"histogram_quantile(0.95, sum by (le) (rate({_SERVED}_bucket[15m])))"
    busy = f"and on () (sum(increase({_SERVED}_count[15m])) >= 10)"
    return [
        AskedPart(
            "availability",
            30.0,
            f"({failed} / {rate}) {busy}",
            ERRORS,
            "1",
            "{} of the requests of the last 15 minutes failed.",
            query,
        ),
        AskedPart(
            "latency",
            20.0,
            f"{p95} {busy}",
            LATENCY,
            "s",
            "One in twenty requests of the last 15 minutes took longer than {}.",
            query,
        ),
        AskedPart(
            "saturation",
            20.0,
            full,
            SATURATION,
            "1",
            "The {of} is at {} of what there is.",
            query,
        ),
    ]


def whole(parts: Sequence[ScorePart], *, at_ms: int) -> HealthScore:
    """Return the score of parts, the worst of which is in front."""
    weight = sum(one.weight for one in parts)
    if not weight:
        return HealthScore(None, "unknown", tuple(parts), at_ms)
    mean = sum(one.score * one.weight for one in parts) / weight
    score = round(min(mean, min(one.score for one in parts) + _ABOVE_WORST), 1)
    status: Status = "unhealthy"
    if score >= _DEGRADED_FROM:
        status = "healthy" if score >= _HEALTHY_FROM else "degraded"
    return HealthScore(score, status, tuple(parts), at_ms)


def read_off(points: Points, value: float) -> float:
    """Return the score of a value; beyond the ends of the line it is that of the end."""
    return float(np.interp(value, [x for x, _ in points], [y for _, y in points]))
