"""Metrics of the Python runtime: garbage collector, event loop and tasks.

How late an event loop is shows in a heartbeat: a timer that is due every so often and notes how much later
it ran. Twice a second that costs nothing to speak of, and a loop that is blocked is seen while it still is:
a heartbeat that is overdue counts with the lateness it has reached.
"""

from __future__ import annotations

import gc
import platform
import threading
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from opentelemetry.metrics import Observation

from otel_monitoring.errors import SettingsError
from otel_monitoring.model.metric import MetricDescription

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable

    from opentelemetry.metrics import CallbackOptions, Meter

    from otel_monitoring.guard import Guard
    from otel_monitoring.model.clock import Clock

_GENERATION = "cpython.gc.generation"

COLLECTIONS = MetricDescription(
    "cpython.gc.collections",
    "{collection}",
    "counter",
    "How often a generation was collected since the interpreter started.",
    (_GENERATION,),
)
COLLECTED = MetricDescription(
    "cpython.gc.collected_objects",
    "{object}",
    "counter",
    "Objects collected in a generation since the interpreter started.",
    (_GENERATION,),
)
UNCOLLECTABLE = MetricDescription(
    "cpython.gc.uncollectable_objects",
    "{object}",
    "counter",
    "Objects found uncollectable in a generation since the interpreter started.",
    (_GENERATION,),
)
LOOP_LAG = MetricDescription(
    "otel_monitoring.asyncio.loop.lag",
    "s",
    "gauge",
    "How late the event loop ran a timer at worst, in the newest window and up to now.",
)
TASKS = MetricDescription(
    "otel_monitoring.asyncio.tasks.count",
    "{task}",
    "updowncounter",
    "Tasks of the event loop that are not done.",
)

METRICS = (COLLECTIONS, COLLECTED, UNCOLLECTABLE, LOOP_LAG, TASKS)
"""Every metric of the runtime, in words."""

_GC_KEYS = {
    COLLECTIONS.name: "collections",
    COLLECTED.name: "collected",
    UNCOLLECTABLE.name: "uncollectable",
}


@dataclass(frozen=True, slots=True)
class LoopLag:
    """How late an event loop is, in seconds.

    Attributes:
        last_s: At its newest heartbeat, or by how much that is overdue.
        max_s: The worst of the newest window.
    """

    last_s: float
    max_s: float


class LoopMonitor:
    """Measure how late an event loop runs its timers.

    The lag is the worst of a window that moves on by itself, so that any number of readers see the same.

    Args:
        clock: Tells when a heartbeat is due and when it came.
        lag_interval_s: Seconds between two heartbeats.
        window_s: Seconds for which a heartbeat counts; at least the interval of collection.

    Raises:
        SettingsError: ``lag_interval_s`` is not above 0, or ``window_s`` is shorter.
    """

    _lock: threading.Lock
    _heartbeat: _Heartbeat | None

    def __init__(self, *, clock: Clock, lag_interval_s: float = 0.5, window_s: float = 30.0) -> None:
        if not 0 < lag_interval_s <= window_s:
            msg = f"lag_interval_s is {lag_interval_s!r}: expected above 0 and at most window_s, {window_s!r}"
            raise SettingsError(msg)
        self._clock = clock
        self._lag_interval_s = lag_interval_s
        self._window_s = window_s
        self.after_fork()

    def attach(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """Begin to measure ``loop``, by default the running one; the loop measured before is let go.

        May be called from any thread.

        Raises:
            RuntimeError: No loop is given and none is running in this thread.
        """
        import asyncio  # a script without a loop never needs it

        self.detach()
        heartbeat = _Heartbeat(
            loop or asyncio.get_running_loop(),
            clock=self._clock,
            interval_s=self._lag_interval_s,
            capacity=int(self._window_s / self._lag_interval_s) + 1,
        )
        with self._lock:
            self._heartbeat = heartbeat
        heartbeat.begin()

    def detach(self) -> None:
        """Stop measuring; a timer that is set already runs once more and does nothing."""
        with self._lock:
            heartbeat, self._heartbeat = self._heartbeat, None
        if heartbeat is not None:
            heartbeat.end()

    def after_fork(self) -> None:
        """Forget, in a child process, the parent's loop and lock."""
        self._lock = threading.Lock()
        self._heartbeat = None

    def lag(self) -> LoopLag | None:
        """Return how late the loop is; ``None`` where none is attached, or it runs no more."""
        heartbeat = self._running()
        return None if heartbeat is None else heartbeat.lag(window_s=self._window_s)

    def tasks(self) -> int | None:
        """Return how many tasks of the loop are not done; ``None`` where no loop is attached and running."""
        import asyncio

        heartbeat = self._running()
        return None if heartbeat is None else len(asyncio.all_tasks(heartbeat.loop))

    def _running(self) -> _Heartbeat | None:
        heartbeat = self._heartbeat
        return heartbeat if heartbeat is not None and heartbeat.loop.is_running() else None


class _Heartbeat:
    """The timer of one event loop, and how late it was."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, *, clock: Clock, interval_s: float, capacity: int
    ) -> None:
        self.loop = loop
        self._clock = clock
        self._interval_s = interval_s
        self._lags: deque[tuple[float, float]] = deque(maxlen=capacity)  # (when, how late), in seconds
        self._lock = threading.Lock()
        self._due_s = clock.monotonic_s()
        self._ended = False

    def begin(self) -> None:
        self.loop.call_soon_threadsafe(self._beat)

    def end(self) -> None:
        self._ended = True

    def lag(self, *, window_s: float) -> LoopLag:
        now_s = self._clock.monotonic_s()
        overdue_s = max(0.0, now_s - self._due_s)
        with self._lock:
            late = [late_s for at_s, late_s in self._lags if now_s - at_s <= window_s]
        last_s = max(overdue_s, late[-1] if late else 0.0)
        return LoopLag(last_s=last_s, max_s=max([last_s, *late]))

    def _beat(self) -> None:
        if self._ended:
            return
        now_s = self._clock.monotonic_s()
        with self._lock:
            # A loop may run a timer early by the resolution of its clock.
            self._lags.append((now_s, max(0.0, now_s - self._due_s)))
        self._due_s = now_s + self._interval_s
        self.loop.call_later(self._interval_s, self._beat)


class RuntimeMetrics:
    """Register every metric of the runtime with a meter.

    Args:
        meter: The meter; its instruments live as long as it does.
        loop_monitor: What measures the event loop.
        guard: Where unexpected errors of a callback end.
    """

    def __init__(self, meter: Meter, *, loop_monitor: LoopMonitor, guard: Guard) -> None:
        self._guard = guard
        if platform.python_implementation() == "CPython":
            for row in (COLLECTIONS, COLLECTED, UNCOLLECTABLE):
                key = _GC_KEYS[row.name]
                meter.create_observable_counter(
                    row.name,
                    callbacks=[self._callback(partial(_gc_points, key))],
                    unit=row.unit,
                    description=row.description,
                )
        meter.create_observable_gauge(
            LOOP_LAG.name,
            callbacks=[self._callback(lambda: _points(lag.max_s if (lag := loop_monitor.lag()) else None))],
            unit=LOOP_LAG.unit,
            description=LOOP_LAG.description,
        )
        meter.create_observable_up_down_counter(
            TASKS.name,
            callbacks=[self._callback(lambda: _points(loop_monitor.tasks()))],
            unit=TASKS.unit,
            description=TASKS.description,
        )

    def _callback(
        self, observations: Callable[[], list[Observation]]
    ) -> Callable[[CallbackOptions], Iterable[Observation]]:
        return lambda _options: self._guard.call(observations) or ()


def _gc_points(key: str) -> list[Observation]:
    stats = enumerate(gc.get_stats())
    return [Observation(counts[key], {_GENERATION: generation}) for generation, counts in stats]


def _points(value: float | None) -> list[Observation]:
    return [] if value is None else [Observation(value)]
