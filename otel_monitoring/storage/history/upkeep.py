"""One thread of one process that keeps the storage small: it compacts, sums up and lets go.

Of all processes on a storage one holds the lease for this. It works in small steps and rests in between,
three times as long as a step took, so that it never takes more than a quarter of a processor, and of the
database's time for writing.

This module needs numpy and SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Protocol

from otel_monitoring.guard import Guard
from otel_monitoring.storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.storage.lease import Lease

_log = logging.getLogger(__name__)

_RENEWALS_PER_SPAN = 3
_REST = 3.0
_LEAST_REST_S = 0.02


class Worker(Protocol):
    """Something that is done in steps."""

    def step(self, now_ms: int) -> bool:
        """Do one step; return whether there may be more."""
        ...

    def stats(self) -> dict[str, int]:
        """Return what was done so far."""
        ...


class Upkeep:
    """Run workers one after the other, while the lease is held.

    Args:
        lease: Held by one process of all.
        workers: What is done, by name, in this order.
        clock: Tells now, and how long a step took.
        look_s: How often it looks whether there is something to do, in seconds.
    """

    def __init__(self, *, lease: Lease, workers: Mapping[str, Worker], clock: Clock, look_s: float) -> None:
        self.lease = lease
        self._workers = workers
        self._clock = clock
        self._look_s = look_s
        self.after_fork()

    def after_fork(self) -> None:
        """Run no thread and hold nothing in a child process."""
        self._guard = Guard("storage.upkeep")
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._renewed_s = float("-inf")
        self.lease.after_fork()

    def start(self) -> None:
        """Start the thread, unless it runs."""
        if self._thread is None:
            self._wake = threading.Event()
            self._thread = threading.Thread(target=self._run, name="otel-monitoring-upkeep", daemon=True)
            self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """End the thread after the step that it is in, and give the lease back."""
        thread, self._thread = self._thread, None
        self._wake.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout_s)
        self.lease.release()

    def step(self) -> bool:
        """Do one step, where this process is the one to do it; return whether there may be more."""
        if not self._is_ours():
            return False
        now_ms = self._clock.now_ms()
        try:
            return any(worker.step(now_ms) for worker in self._workers.values())
        except StorageError as error:
            _log.debug("the storage is kept up later: %s", error)
            return False

    def stats(self) -> dict[str, int]:
        """Return what was done so far."""
        return {
            f"{name}_{what}": count
            for name, worker in self._workers.items()
            for what, count in worker.stats().items()
        }

    def _is_ours(self) -> bool:
        """Tell whether we hold the lease, renewed in time for the step that follows."""
        now_s = self._clock.monotonic_s()
        if now_s - self._renewed_s >= self.lease.span_s / _RENEWALS_PER_SPAN or not self.lease.hold():
            self._renewed_s = now_s
            return self.lease.renew()
        return True

    def _run(self) -> None:
        thread, wake = threading.current_thread(), self._wake
        while self._thread is thread:
            began_s = self._clock.monotonic_s()
            is_worth_it = self._guard.call(self.step)
            took_s = self._clock.monotonic_s() - began_s
            wake.wait(max(_LEAST_REST_S, _REST * took_s) if is_worth_it else self._look_s)
