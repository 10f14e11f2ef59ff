"""A thread that keeps a lease, and does what the lease is for where that is work in small steps.

This module needs SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from otel_monitoring.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.storage.lease import Lease

_RENEWALS_PER_SPAN = 3
_DUE = 0.7
"""Asked for again with so much of the span left: the thread comes after a third of it, to a hair."""


def _always() -> bool:
    return True


class LeaseKeeper:
    """Ask for a lease every third of its span.

    Args:
        lease: What is kept.
        name: What the thread and its guard are called.
        is_well: Tells whether the process does what the lease is for, such as a loop that runs; where it does
            not, the lease is left to lapse so that another process takes over.
        work: Does one step of what the lease is for, called by the thread while it is held; returns the
            seconds to rest after it. Without it others ask whether the lease is held.
    """

    def __init__(
        self,
        *,
        lease: Lease,
        name: str = "lease",
        is_well: Callable[[], bool] = _always,
        work: Callable[[], float] | None = None,
    ) -> None:
        self.lease = lease
        self._name = name
        self._is_well = is_well
        self._work = work
        self._pause_s = lease.span_s / _RENEWALS_PER_SPAN
        self.after_fork()

    def after_fork(self) -> None:
        """Run no thread and hold nothing in a child process."""
        self._guard = Guard(f"storage.{self._name}")
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self.lease.after_fork()

    def start(self) -> None:
        """Start the thread, unless it runs."""
        if self._thread is None:
            self._wake = threading.Event()
            name = f"otel-monitoring-{self._name}"
            self._thread = threading.Thread(target=self._run, name=name, daemon=True)
            self._thread.start()

    def step(self) -> bool:
        """Ask once; return whether the lease is held."""
        if self._is_well():
            return self.lease.renew()
        return self.lease.hold()

    def is_held(self) -> bool:
        """Tell whether the lease is held, renewed in time for a step that follows."""
        return self.lease.left_s() > _DUE * self.lease.span_s or self.step()

    def stop(self, timeout_s: float) -> None:
        """End the thread, and give the lease back so that another process takes it at its next look."""
        thread, self._thread = self._thread, None
        self._wake.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout_s)
        self.lease.release()

    def _run(self) -> None:
        thread, wake = threading.current_thread(), self._wake
        while self._thread is thread:
            rest_s = self._guard.call(self._turn)
            wake.wait(self._pause_s if rest_s is None else min(rest_s, self._pause_s))

    def _turn(self) -> float:
        """Keep the lease, work under it, and return how long to rest."""
        if not self.is_held() or self._work is None:
            return self._pause_s
        return self._work()
