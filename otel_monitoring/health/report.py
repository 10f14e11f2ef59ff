"""How everything is, put together from the newest results of all checks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from otel_monitoring.health.check import SEVERITY, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from otel_monitoring.health.check import Health, Pace

Phase: TypeAlias = Literal["starting", "serving", "draining"]
"""Where the application is in its life: it has not said yet that it has started, it has, or it is to end."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The newest result of one check.

    Attributes:
        name: The name of the check.
        status: How it is; ``None`` before its first result.
        message: What the newest run said.
        is_critical: Whether the whole is unhealthy when this is.
        checked_at_ms: When it was found out, Unix milliseconds.
        changed_at_ms: Since when the status has been what it is.
        latency_s: How long the check took.
        advice: What to do about it.
        failures: How many runs in a row have failed; they may be too few for the status to change.
        successes: How many runs in a row have not failed.
    """

    name: str
    status: Status | None
    message: str
    is_critical: bool
    checked_at_ms: int | None
    changed_at_ms: int | None
    latency_s: float
    advice: str = ""
    failures: int = 0
    successes: int = 0

    def after(self, health: Health, *, pace: Pace, at_ms: int, latency_s: float) -> CheckResult:
        """Return the result after one more run.

        Args:
            health: What the run said.
            pace: How many runs it takes to change the status from and to ``unhealthy``; the first run decides
                alone.
            at_ms: When it ended, Unix milliseconds.
            latency_s: How long it took.
        """
        has_failed = health.status == "unhealthy"
        failures = self.failures + 1 if has_failed else 0
        successes = 0 if has_failed else self.successes + 1
        has_too_few = failures < pace.failures if has_failed else successes < pace.successes
        is_change = self.status is not None and has_failed != (self.status == "unhealthy")
        status = self.status if is_change and has_too_few else health.status
        return replace(
            self,
            status=status,
            message=health.message,
            advice=health.advice,
            checked_at_ms=at_ms,
            changed_at_ms=self.changed_at_ms if status == self.status else at_ms,
            latency_s=latency_s,
            failures=failures,
            successes=successes,
        )


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


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the application should get requests.

    Attributes:
        phase: Where the application is in its life.
        reasons: Why it should not, a sentence each; empty where it should.
    """

    phase: Phase
    reasons: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.reasons


def overall(results: Iterable[CheckResult]) -> Status:
    """Return the status of the whole.

    An unhealthy critical check makes it unhealthy; anything else that is not healthy makes it degraded. A
    check without a result yet has no say.
    """
    worst = max((_weight(result) for result in results), default=0)
    return next(status for status, weight in SEVERITY.items() if weight == worst)


def readiness(phase: Phase, results: Iterable[CheckResult]) -> Readiness:
    """Return whether the application should get requests: it serves, and no critical check is against it.

    A critical check without a result is against it too: nobody knows yet.
    """
    reasons = [] if phase == "serving" else [f"the application is {phase}"]
    for result in results:
        if result.is_critical and result.status is None:
            reasons.append(f"{result.name} has no result yet")
        elif result.is_critical and result.status == "unhealthy":
            reasons.append(f"{result.name} is unhealthy")
    return Readiness(phase, tuple(reasons))


def _weight(result: CheckResult) -> int:
    if result.status is None:
        return 0
    weight = SEVERITY[result.status]
    return weight if result.is_critical else min(weight, SEVERITY["degraded"])
