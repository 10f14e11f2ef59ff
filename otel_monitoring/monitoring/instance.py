"""``Monitoring``: the handle that ``setup_telemetry`` returns."""

from __future__ import annotations

import atexit
import logging
import os
import threading
import weakref
from typing import TYPE_CHECKING, Any, Protocol

from otel_monitoring.guard import Guard, all_guards
from otel_monitoring.health.registry import HealthRegistry
from otel_monitoring.monitoring import fork
from otel_monitoring.monitoring.rules import Rules

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.monitoring.export import Exports
    from otel_monitoring.monitoring.loop import Loop

_log = logging.getLogger(__name__)

_RESERVE_S = 0.2
_COLLECT_S = 2.0
_FORK_S = 2.0


class Collect(Protocol):
    """Collect metrics once."""

    def __call__(self, *, export_now: bool) -> None:
        """Hand what was collected to the store, and to the exporters too when they wait for it or must."""
        ...


class Part(Protocol):
    """What has a thread or a lock of its own and therefore cares about forks."""

    def after_fork(self) -> None:
        """Start anew in a child process."""
        ...


class Service(Protocol):
    """What runs beside the loop."""

    def start(self) -> None:
        """Start; harmless where it runs already."""
        ...

    def stop(self, timeout_s: float) -> None:
        """End within ``timeout_s``; :meth:`start` may follow."""
        ...


class Monitoring:
    """One running instance of the toolkit.

    Made by :func:`otel_monitoring.setup_telemetry`; start, fork and shutdown of the usual servers are
    taken care of. Scripts call :meth:`shutdown` at their end, or leave it to the interpreter's exit.

    Args:
        clock: Tells the time to everything.
        loop: Runs the jobs.
        exports: The pipelines.
        collect: Collects metrics once; called by the loop and before a flush.
        services: What runs beside the loop.
        parts: What starts anew in a forked child, in this order.
        closers: Called at :meth:`shutdown`, last.
        flush_others: Returns what flushes exporters that are not ours; each takes milliseconds and may hang.
        flush_timeout_s: One deadline for all at the end of the process.
        app: The instrumented application.
        rules: The rules, for the code of the application.
        health: The checks, for the code of the application.
    """

    def __init__(  # noqa: PLR0913 - the parts of an instance
        self,
        *,
        clock: Clock,
        loop: Loop,
        exports: Exports,
        collect: Collect,
        services: Sequence[Service] = (),
        parts: Sequence[Part] = (),
        closers: Sequence[Callable[[], Any]] = (),
        flush_others: Callable[[], Sequence[Callable[[int], Any]]] = tuple,
        flush_timeout_s: float = 5.0,
        app: Any = None,
        rules: Rules | None = None,
        health: HealthRegistry | None = None,
    ) -> None:
        self.app = app
        self.pages: Any = None
        """All pages as an ASGI application, to be mounted anywhere; ``pages.router()`` is one for FastAPI."""
        self.rules = rules or Rules()
        self.health = health or HealthRegistry(clock=clock)
        self.loop = loop
        self.exports = exports
        self.guard = Guard("monitoring")
        self._clock = clock
        self._collect_metrics = collect
        self._services = tuple(services)
        self._parts = tuple(parts)
        self._closers = tuple(closers)
        self._flush_others = flush_others
        self._flush_timeout_s = flush_timeout_s
        self._lock = threading.RLock()
        self._collect_lock = threading.Lock()
        self._is_started = False
        self._is_shut_down = False
        self._held_for_fork = False
        self._follows_children = False
        self._flushed_s = 0.0

    @property
    def is_shut_down(self) -> bool:
        """Whether :meth:`shutdown` was called."""
        return self._is_shut_down

    def start(self) -> None:
        """Start the threads; called by the lifespan, the first request, or at once where there is no app."""
        with self._lock:
            if self._is_started or self._is_shut_down:
                return
            self._is_started = True
            self._flushed_s = 0.0
            self.guard.call(self.exports.start)
            for service in self._services:
                self.guard.call(service.start)
            self.loop.start()

    def stop(self, timeout_s: float | None = None) -> bool:
        """Flush and end the threads; :meth:`start` may follow. Returns whether everything was exported."""
        timeout_s = self._flush_timeout_s if timeout_s is None else timeout_s
        # A little is kept back for threads to end and be counted, so that the whole stays within the limit.
        reserve_s = min(_RESERVE_S, timeout_s / 20)
        timeout_s -= reserve_s
        began_s = self._clock.monotonic_s()
        deadline_s = began_s + timeout_s
        with self._lock:
            self._is_started = False
            self.exports.begin_flush(timeout_s)
            finisher = self._finish(deadline_s)
            done = self.exports.stop(self._left_s(deadline_s), for_good=self._is_shut_down)
            if finisher is not None:
                finisher.join(self._left_s(deadline_s))
            for service in self._services:
                self.guard.call(service.stop, max(0.1, self._left_s(deadline_s)))
            self._flushed_s += self._clock.monotonic_s() - began_s + reserve_s
            return done

    def collect(self) -> None:
        """Collect metrics now, into the store and, once an export interval, towards the exporters."""
        self._collect(self._flush_timeout_s, export_now=False)

    def tick(self, now_ms: int | None = None) -> None:
        """Run every job of the loop once, in order, in the calling thread."""
        self.loop.tick(self._clock.now_ms() if now_ms is None else now_ms)

    def force_flush(self, timeout_s: float = 5) -> bool:
        """Collect metrics once and export everything that waits.

        Args:
            timeout_s: Seconds after which this returns in any case.

        Returns:
            Whether everything was exported.
        """
        deadline_s = self._clock.monotonic_s() + timeout_s
        self._collect(timeout_s / 2, export_now=True)
        return self.exports.flush(self._left_s(deadline_s))

    def shutdown(self, timeout_s: float = 5) -> bool:
        """Flush, end every thread and leave the process as quiet as before; a second call does nothing.

        Args:
            timeout_s: Seconds after which this returns in any case; what is left is dropped and counted.

        Returns:
            Whether everything was exported.
        """
        with self._lock:
            if self._is_shut_down:
                return True
            self._is_shut_down = True
            done = self.stop(timeout_s)
            for closer in self._closers:
                self.guard.call(closer)
            return done

    def watch_process(self) -> None:
        """Follow forks and the end of the process for as long as this instance lives."""
        reference = weakref.ref(self)

        def call(name: str) -> Callable[[], None]:
            def handler() -> None:
                instance = reference()
                if instance is not None:
                    instance.guard.call(getattr(instance, name))

            return handler

        atexit.register(call("_at_exit"))
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(
                before=call("_before_fork"),
                after_in_parent=call("_after_fork_in_parent"),
                after_in_child=call("_after_fork_in_child"),
            )

    def _collect(self, timeout_s: float, *, export_now: bool) -> None:
        # A collection that hangs elsewhere must not hang the end of the process too.
        if not self._collect_lock.acquire(timeout=max(0.0, timeout_s)):
            return
        try:
            with self.guard:
                self._collect_metrics(export_now=export_now)
        finally:
            self._collect_lock.release()

    def _finish(self, deadline_s: float) -> threading.Thread | None:
        """Collect a last time, then flush what others export, in a thread that can be left behind.

        Returns:
            The thread, once the collection is over or has taken too long.
        """
        limit_s = min(_COLLECT_S, self._left_s(deadline_s) / 2)
        collected = threading.Event()

        def finish() -> None:
            self._collect(limit_s, export_now=True)
            collected.set()
            for flush in self.guard.call(self._flush_others) or ():
                self.guard.call(flush, round(self._left_s(deadline_s) * 1000))

        thread = self.loop.end(finish)
        if thread is None:
            thread = threading.Thread(target=finish, name="otel-monitoring-finish", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # the interpreter is ending and starts no thread any more
                self._collect(limit_s, export_now=True)
                return None
        collected.wait(limit_s)
        return thread

    def _left_s(self, deadline_s: float) -> float:
        return max(0.0, deadline_s - self._clock.monotonic_s())

    def _at_exit(self) -> None:
        # Together with the lifespan's flush the end of a process takes no longer than one of them may.
        self.shutdown(max(0.0, self._flush_timeout_s - self._flushed_s))

    def _before_fork(self) -> None:
        if not self._follows_children:
            self._follows_children = fork.at_exit_of_children(self, Monitoring._at_exit)
        # No collection under way: a child must not inherit the SDK's locks in the hands of our thread.
        self._held_for_fork = self._collect_lock.acquire(timeout=_FORK_S)
        fork.wait_for_imports(_FORK_S)

    def _after_fork_in_parent(self) -> None:
        if self._held_for_fork:
            self._held_for_fork = False
            self._collect_lock.release()

    def _after_fork_in_child(self) -> None:
        self._lock = threading.RLock()
        self._collect_lock = threading.Lock()
        self._held_for_fork = False
        self._flushed_s = 0.0
        was_started, self._is_started = self._is_started, False
        for guard in all_guards():
            guard.after_fork()
        self.loop.after_fork()
        self.exports.after_fork()
        for part in self._parts:
            self.guard.call(part.after_fork)
        if was_started and self.app is None:
            self.start()
