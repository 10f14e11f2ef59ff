"""The checks of an application: run in the background, their results kept (P16).

Each check runs in a thread of its own, at most one at a time, so that one that hangs stops nothing else and
never piles up. Reports and probes only read what was found out before.
"""

from __future__ import annotations

import random
import threading
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from otel_monitoring.guard import Guard
from otel_monitoring.health.asking import Asker, too_late
from otel_monitoring.health.check import Health, HealthError, Pace, Terms
from otel_monitoring.health.report import CheckResult, HealthReport, Readiness, overall, readiness

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable, Collection
    from contextlib import AbstractContextManager

    from otel_monitoring.health.check import Check
    from otel_monitoring.health.report import Phase
    from otel_monitoring.model.clock import Clock

    Function = TypeVar("Function", bound=Callable[..., Any])

_PACE = Pace()
_MOST = 100
_SCATTER = 0.1


class _Entry:
    """One check: its newest result, and whether it runs now."""

    __slots__ = ("due_s", "fails_at_s", "guard", "result", "running_since_s", "terms", "turn")

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.guard = Guard(f"health.{terms.name}")
        self.turn = 0
        self.begin_anew()

    def begin_anew(self) -> None:
        terms = self.terms
        self.turn += 1  # what still runs from before is heard no more
        self.due_s = self.fails_at_s = float("-inf")
        self.running_since_s: float | None = None
        self.result = CheckResult(terms.name, None, "", terms.is_critical, None, None, 0.0)


class HealthRegistry:
    """Run checks in the background and report what they found.

    Args:
        clock: The time; schedules use its monotonic side.
        pace: What is agreed on where a check states nothing else.
        redact: Takes secrets out of what checks say.
        shield: Entered around each check, so that what it does is in nobody's telemetry.
        app_loop: Returns the event loop of the application; ``None`` while it is not known.
        scatter: Returns a number from 0 to 1: how early or late within a tenth of its interval a check runs,
            so that the processes of a fleet do not check in step.
        left_out: Names of checks that are not taken, whoever registers them.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        pace: Pace = _PACE,
        redact: Callable[[str], str] = str,
        shield: Callable[[], AbstractContextManager[Any]] = nullcontext,
        app_loop: Callable[[], AbstractEventLoop | None] = lambda: None,
        scatter: Callable[[], float] = random.random,
        left_out: Collection[str] = (),
    ) -> None:
        self._clock = clock
        self._pace = pace
        self._scatter = scatter
        self._left_out = frozenset(left_out)
        self._asker = Asker(redact=redact, shield=shield, app_loop=app_loop)
        self._changed = threading.Condition()
        self._entries: dict[str, _Entry] = {}
        self._phase: Phase = "starting"
        self._readiness = readiness(self._phase, ())

    def register(  # noqa: PLR0913 - the terms of a check
        self,
        name: str,
        check: Check,
        *,
        critical: bool = False,
        timeout_s: float | None = None,
        interval_s: float | None = None,
        failures: int | None = None,
        successes: int | None = None,
        on_app_loop: bool = False,
        replace: bool = False,
    ) -> None:
        """Add a check; it runs for the first time at the next :meth:`run_due`.

        Args:
            name: What it checks, unique.
            check: A function, ``def`` or ``async def``, that returns a :class:`Health`; ``True`` or ``None``
                where all is well; or ``False``. An exception means unhealthy.
            critical: Whether the whole is unhealthy, and not ready, when this is unhealthy.
            timeout_s: Time after which a check without an answer has failed.
            interval_s: Time between two runs, give or take a tenth.
            failures: Failed runs in a row before it is unhealthy; the very first run decides alone.
            successes: Runs in a row that did not fail before it is no longer unhealthy.
            on_app_loop: Await it on the event loop of the application, for the sake of clients that belong
                there; it must not block.
            replace: Take the place of a check of that name.

        Raises:
            HealthError: The name cannot be used or is taken, a number makes no sense, or there are 100 checks
                already.
        """
        pace = self._agreed(
            timeout_s=timeout_s, interval_s=interval_s, failures=failures, successes=successes
        )
        terms = Terms(name, check, pace=pace, is_critical=critical, on_app_loop=on_app_loop)
        terms.refuse_nonsense()
        if name in self._left_out:
            return
        with self._changed:
            if name in self._entries and not replace:
                msg = f"health check {name!r}: expected a name that is not taken"
                raise HealthError(msg)
            if len(self._entries) >= _MOST and name not in self._entries:
                msg = f"health check {name!r}: expected at most {_MOST} checks, each may take a thread"
                raise HealthError(msg)
            self._entries = {**self._entries, name: _Entry(terms)}
            self._settle()

    def check(self, name: str, **terms: Any) -> Callable[[Function], Function]:
        """Register the decorated function, which stays what it is; takes what :meth:`register` takes.

        Raises:
            HealthError: As :meth:`register`.
        """

        def register(function: Function) -> Function:
            self.register(name, function, **terms)
            return function

        return register

    def unregister(self, name: str) -> None:
        """Remove a check; a name that nobody has is let pass."""
        with self._changed:
            self._entries = {known: entry for known, entry in self._entries.items() if known != name}
            self._settle()

    def start(self) -> None:
        """Let the application be ready as far as checks have nothing against it, and run them at once."""
        self._enter("serving")
        self.run_due()

    def drain(self) -> None:
        """Be ready no more, for good: the application is to end and takes no new requests."""
        self._enter("draining")

    def stop(self, timeout_s: float) -> None:
        """Be ready no more, and end the event loop of asynchronous checks; :meth:`start` may follow."""
        self.drain()
        self._asker.stop(timeout_s)

    def run_due(self) -> None:
        """Start every check that is due and does not run yet; returns at once. A job."""
        now_s = self._clock.monotonic_s()
        for entry in self._entries.values():
            with self._changed:
                self._note_timeout(entry, now_s)
                if entry.running_since_s is None and now_s >= entry.due_s:
                    self._begin(entry, now_s)

    def run(self, name: str, *, wait_s: float = 0) -> bool | None:
        """Run a check now, in the background; one that runs already is not run a second time.

        Args:
            name: The check.
            wait_s: Longest that the caller waits for it.

        Returns:
            Whether it has ended; ``None`` where nobody has that name.
        """
        entry = self._entries.get(name)
        if entry is None:
            return None
        with self._changed:
            if entry.running_since_s is None:
                self._begin(entry, self._clock.monotonic_s())
            return self._changed.wait_for(lambda: entry.running_since_s is None, wait_s)

    def report(self) -> HealthReport:
        """Return how everything is, from what was found out before; touches nothing outside."""
        now_s = self._clock.monotonic_s()
        with self._changed:
            for entry in self._entries.values():
                self._note_timeout(entry, now_s)
            results = tuple(self._entries[name].result for name in sorted(self._entries))
        return HealthReport(status=overall(results), checks=results, at_ms=self._clock.now_ms())

    def readiness(self) -> Readiness:
        """Return whether the application should get requests; nothing is looked at or waited for."""
        return self._readiness

    def wait(self, timeout_s: float) -> bool:
        """Wait until no check runs; return whether that came to pass in time."""
        with self._changed:
            return self._changed.wait_for(
                lambda: all(entry.running_since_s is None for entry in self._entries.values()), timeout_s
            )

    def after_fork(self) -> None:
        """Begin anew in a child process: what was found out is the parent's, and its threads are not here."""
        self._changed = threading.Condition()
        self._asker.after_fork()
        for entry in self._entries.values():
            entry.begin_anew()
            entry.guard.after_fork()
        self._enter("starting")

    def _agreed(self, **stated: Any) -> Pace:
        return replace(self._pace, **{name: value for name, value in stated.items() if value is not None})

    def _enter(self, phase: Phase) -> None:
        with self._changed:
            self._phase = phase
            self._settle()

    def _settle(self) -> None:
        """Find out what probes will be told until the next change."""
        self._readiness = readiness(self._phase, (entry.result for entry in self._entries.values()))

    def _begin(self, entry: _Entry, now_s: float) -> None:
        pace = entry.terms.pace
        name = f"otel-monitoring-health-{entry.terms.name}"
        threading.Thread(target=self._run, args=(entry, entry.turn), name=name, daemon=True).start()
        entry.running_since_s = now_s
        entry.fails_at_s = now_s + pace.timeout_s
        entry.due_s = now_s + pace.interval_s * (1 + _SCATTER * (2 * self._scatter() - 1))

    def _run(self, entry: _Entry, turn: int) -> None:
        begun_s = self._clock.monotonic_s()
        health: Health | None = Health("unhealthy", "the check ended its thread")
        try:
            health = self._asker.ask(entry.terms, entry.guard)
        finally:
            latency_s = self._clock.monotonic_s() - begun_s
            with self._changed:
                if turn == entry.turn:
                    self._end(entry, health, latency_s)

    def _end(self, entry: _Entry, health: Health | None, latency_s: float) -> None:
        pace = entry.terms.pace
        if latency_s > pace.timeout_s:
            self._note_timeout(entry, self._clock.monotonic_s())
        elif health is not None:
            self._note(entry, health, latency_s)
        entry.running_since_s = None
        self._changed.notify_all()

    def _note_timeout(self, entry: _Entry, now_s: float) -> None:
        """Let a check that hangs fail when its time is up, and once more for each run that is left out."""
        if entry.running_since_s is None or now_s <= entry.fails_at_s:
            return
        entry.fails_at_s = now_s + entry.terms.pace.interval_s
        self._note(entry, too_late(entry.terms), now_s - entry.running_since_s)

    def _note(self, entry: _Entry, health: Health, latency_s: float) -> None:
        entry.result = entry.result.after(
            health, pace=entry.terms.pace, at_ms=self._clock.now_ms(), latency_s=latency_s
        )
        self._settle()
