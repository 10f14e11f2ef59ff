"""How everything is, put together from the newest results of all checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otel_monitoring.health.check import SEVERITY, Status

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The newest result of one check.

    Attributes:
        name: The name of the check.
        status: How it is; ``None`` before its first result.
        message: Why.
        is_critical: Whether the whole is unhealthy when this is.
        checked_at_ms: When it was found out, Unix milliseconds.
        changed_at_ms: Since when the status has been what it is.
        latency_s: How long the check took.
    """

    name: str
    status: Status | None
    message: str
    is_critical: bool
    checked_at_ms: int | None
    changed_at_ms: int | None
    latency_s: float


@dataclass(frozen=True, slots=True)
class HealthReport:
    """How everything is.

    Attributes:
        status: The status of the whole.
        checks: The results, by name.
        at_ms: When the report was put together, Unix milliseconds.
    """

    status: Status
    checks: tuple[CheckResult, ...]
    at_ms: int


def overall(results: Iterable[CheckResult]) -> Status:
    """Return the status of the whole.

    An unhealthy critical check makes it unhealthy; anything else that is not healthy makes it degraded. A
    check without a result yet has no say.
    """
    worst = max((_weight(result) for result in results), default=0)
    return next(status for status, weight in SEVERITY.items() if weight == worst)


def _weight(result: CheckResult) -> int:
    if result.status is None:
        return 0
    weight = SEVERITY[result.status]
    return weight if result.is_critical else min(weight, SEVERITY["degraded"])
