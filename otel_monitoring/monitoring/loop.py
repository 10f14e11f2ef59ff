"""The one background loop: jobs in a fixed order, each every so many seconds."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from otel_monitoring.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from typing import Any

    from otel_monitoring.model.clock import Clock

_log = logging.getLogger(__name__)

_FAILURES, _SLOWER = 10, 10
_LONGEST_WAIT_S = 60.0


@dataclass(slots=True)
class Job:
    """One thing that the loop does regularly.

    Attributes:
        name: What it is called in logs and metrics.
        interval_s: Seconds from one run to the next.
        run: The work; takes the Unix time in milliseconds.
        due_s: When it runs next, on the monotonic clock.
        duration_s: How long the last run took.
        runs: How often it ran.
        failures: How often in a row it failed.
        guard: Catches and counts its errors.
    """

    name: str
    interval_s: float
    run: Callable[[int], None]
    due_s: float = 0.0
    duration_s: float = 0.0
    runs: int = 0
    failures: int = 0
    guard: Guard = field(init=False)

    def __post_init__(self) -> None:
        """Make the guard."""
        self.guard = Guard(f"job.{self.name}")


class Loop:
    """Run jobs from one daemon thread.

    A job that fails ten times in a row runs at a tenth of its pace until it succeeds again.

    Args:
        clock: The monotonic clock schedules, the wall clock stamps.
        shield: Entered by the thread, so that our own work is in nobody's telemetry.
    """

    def __init__(self, *, clock: Clock, shield: Callable[[], AbstractContextManager[Any]]) -> None:
        self._clock = clock
        self._shield = shield
        self.jobs: list[Job] = []
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()
        self._stopping = False
        self._last: Callable[[], Any] | None = None

    def add(self, name: str, interval_s: float, run: Callable[[int], None]) -> Job:
        """Add a job behind those that are there."""
        job = Job(name, interval_s, run)
        self.jobs.append(job)
        return job

    @property
    def is_running(self) -> bool:
        """Whether the thread lives."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Start the thread; the first run of each job is one interval away."""
        if self.is_running:
            return
        now_s = self._clock.monotonic_s()
        for job in self.jobs:
            job.due_s = now_s + job.interval_s
        self._stopping = False
        self._last = None
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="otel-monitoring", daemon=True)
        self._thread.start()

    def end(self, last: Callable[[], Any]) -> threading.Thread | None:
        """Let the thread end after the job it is at and after ``last``, without waiting for that.

        Returns:
            The thread, to be waited for as long as one can; ``None`` where none runs, and nothing is done.
        """
        thread, self._thread = self._thread, None
        if thread is None or not thread.is_alive() or thread is threading.current_thread():
            return None
        self._last = last
        self._stopping = True
        self._wake.set()
        return thread

    def after_fork(self) -> None:
        """Forget the parent's thread, and the locks that it may have held."""
        self._thread = None
        self._last = None
        self._wake = threading.Event()
        for job in self.jobs:
            job.guard.after_fork()

    def tick(self, now_ms: int) -> None:
        """Run every job once, in order, in the calling thread."""
        self._each(self.jobs, now_ms)

    def _run(self) -> None:
        wake = self._wake
        with self._shield():
            while not self._stopping and wake is self._wake:
                now_s = self._clock.monotonic_s()
                due = [job for job in self.jobs if job.due_s <= now_s]
                self._each(due, self._clock.now_ms())
                nearest_s = min((job.due_s for job in self.jobs), default=now_s + _LONGEST_WAIT_S)
                wake.wait(min(max(0.0, nearest_s - self._clock.monotonic_s()), _LONGEST_WAIT_S))
            if wake is self._wake and self._last is not None:
                self._last()

    def _each(self, jobs: Sequence[Job], now_ms: int) -> None:
        for job in jobs:
            started_s = self._clock.monotonic_s()
            done = False
            with job.guard:
                job.run(now_ms)
                done = True
            job.failures = 0 if done else job.failures + 1
            job.runs += 1
            ended_s = self._clock.monotonic_s()
            job.duration_s = ended_s - started_s
            job.due_s = _next_s(job, ended_s)


def _next_s(job: Job, now_s: float) -> float:
    """Return when ``job`` is due next: on a grid, so that the time a run takes does not add up.

    Slots that were missed are skipped, and a run out of turn leaves the grid alone.
    """
    if job.due_s > now_s:
        return job.due_s
    step_s = job.interval_s * (_SLOWER if job.failures >= _FAILURES else 1)
    return job.due_s + step_s * (1 + (now_s - job.due_s) // step_s) if step_s else now_s
