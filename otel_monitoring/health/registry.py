"""The checks of an application: run in the background, their results kept (P16).

Each check runs in a thread of its own, at most one at a time, so that one that hangs stops nothing else. A
report only reads what was found out before.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from otel_monitoring.errors import MonitoringError
from otel_monitoring.guard import Guard
from otel_monitoring.health.check import SEVERITY, Health
from otel_monitoring.health.report import CheckResult, HealthReport, overall

if TYPE_CHECKING:
    from otel_monitoring.health.check import Check
    from otel_monitoring.model.clock import Clock


class HealthError(MonitoringError):
    """A check cannot be registered."""


@dataclass(frozen=True, slots=True)
class _Terms:
    """What was agreed on for a check."""

    name: str
    check: Check
    timeout_s: float
    interval_s: float
    is_critical: bool


class _Entry:
    """One check: its newest result, and whether it runs now."""

    __slots__ = ("due_s", "result", "running_since_s", "terms", "turn")

    def __init__(self, terms: _Terms) -> None:
        self.terms = terms
        self.due_s = float("-inf")
        self.running_since_s: float | None = None
        self.turn = 0
        self.result = CheckResult(
            name=terms.name,
            status=None,
            message="",
            is_critical=terms.is_critical,
            checked_at_ms=None,
            changed_at_ms=None,
            latency_s=0.0,
        )


class HealthRegistry:
    """Run checks in the background and report what they found.

    Args:
        clock: The time; schedules use its monotonic side.
    """

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._guard = Guard("health")
        self._changed = threading.Condition()
        self._entries: dict[str, _Entry] = {}

    def register(
        self, name: str, check: Check, *, timeout_s: float = 5, interval_s: float = 15, critical: bool = False
    ) -> None:
        """Add a check; it runs for the first time at the next :meth:`run_due`.

        Args:
            name: What it checks, unique.
            check: The check.
            timeout_s: Time after which a check without an answer counts as unhealthy.
            interval_s: Time between two runs.
            critical: Whether the whole is unhealthy when this is.

        Raises:
            HealthError: The name is empty or taken, or a time is not above 0.
        """
        if not name or name in self._entries:
            msg = f"health check {name!r}: expected a name that is not empty and not taken"
            raise HealthError(msg)
        if min(timeout_s, interval_s) <= 0:
            times = f"timeout_s {timeout_s}, interval_s {interval_s}"
            msg = f"health check {name!r}, {times}: expected times above 0"
            raise HealthError(msg)
        terms = _Terms(name, check, timeout_s=timeout_s, interval_s=interval_s, is_critical=critical)
        with self._changed:
            self._entries = {**self._entries, name: _Entry(terms)}

    def unregister(self, name: str) -> None:
        """Remove a check; a name that nobody has is let pass."""
        with self._changed:
            self._entries = {known: entry for known, entry in self._entries.items() if known != name}

    def run_due(self) -> None:
        """Start every check that is due and does not run yet; returns at once. A job."""
        now_s = self._clock.monotonic_s()
        for entry in self._entries.values():
            with self._changed:
                self._note_timeout(entry, now_s)
                if entry.running_since_s is not None or now_s < entry.due_s:
                    continue
                name = f"otel-monitoring-health-{entry.terms.name}"
                threading.Thread(target=self._run, args=(entry, entry.turn), name=name, daemon=True).start()
                entry.running_since_s = now_s
                entry.due_s = now_s + entry.terms.interval_s

    def report(self) -> HealthReport:
        """Return how everything is, from what was found out before; touches nothing outside."""
        now_s = self._clock.monotonic_s()
        with self._changed:
            for entry in self._entries.values():
                self._note_timeout(entry, now_s)
            results = tuple(self._entries[name].result for name in sorted(self._entries))
        return HealthReport(status=overall(results), checks=results, at_ms=self._clock.now_ms())

    def wait(self, timeout_s: float) -> bool:
        """Wait until no check runs; return whether that came to pass in time."""
        with self._changed:
            return self._changed.wait_for(
                lambda: all(entry.running_since_s is None for entry in self._entries.values()), timeout_s
            )

    def stats(self) -> dict[str, float]:
        """Return, per check, 0 for healthy, 1 for degraded and 2 for unhealthy."""
        return {one.name: SEVERITY[one.status] for one in self.report().checks if one.status is not None}

    def after_fork(self) -> None:
        """Begin anew in a child process: threads of the parent do not answer here."""
        self._changed = threading.Condition()
        for entry in self._entries.values():
            entry.turn += 1
            entry.running_since_s = None
            entry.due_s = float("-inf")
        self._guard.after_fork()

    def _run(self, entry: _Entry, turn: int) -> None:
        begun_s = self._clock.monotonic_s()
        health = Health("unhealthy", "the check failed, see the log")
        with self._guard:
            health = entry.terms.check()
        latency_s = self._clock.monotonic_s() - begun_s
        with self._changed:
            if turn != entry.turn:
                return
            late = latency_s > entry.terms.timeout_s
            self._note(entry, _too_late(entry) if late else health, latency_s)
            entry.running_since_s = None
            self._changed.notify_all()

    def _note_timeout(self, entry: _Entry, now_s: float) -> None:
        if entry.running_since_s is None:
            return
        waited_s = now_s - entry.running_since_s
        if waited_s > entry.terms.timeout_s:
            self._note(entry, _too_late(entry), waited_s)

    def _note(self, entry: _Entry, health: Health, latency_s: float) -> None:
        now_ms = self._clock.now_ms()
        entry.result = replace(
            entry.result,
            status=health.status,
            message=health.message,
            checked_at_ms=now_ms,
            changed_at_ms=entry.result.changed_at_ms if health.status == entry.result.status else now_ms,
            latency_s=latency_s,
        )


def _too_late(entry: _Entry) -> Health:
    return Health("unhealthy", f"no answer within {entry.terms.timeout_s:g} s")
