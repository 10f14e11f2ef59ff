"""A thread that keeps a lease for as long as the process does what the lease is for.

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


class LeaseKeeper:
    """Ask for a lease every third of its span.

    Args:
        lease: What is kept.
        is_well: Tells whether the process does what the lease is for, such as a loop that runs; where it does
            not, the lease is left to lapse so that another process takes over.
    """

    def __init__(self, *, lease: Lease, is_well: Callable[[], bool]) -> None:
        self.lease = lease
        self._is_well = is_well
        self.after_fork()

    def after_fork(self) -> None:
        """Run no thread and hold nothing in a child process."""
        self._guard = Guard("storage.lease")
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self.lease.after_fork()

    def start(self) -> None:
        """Start the thread, unless it runs."""
        if self._thread is None:
            self._wake = threading.Event()
            self._thread = threading.Thread(target=self._run, name="otel-monitoring-lease", daemon=True)
            self._thread.start()

    def step(self) -> bool:
        """Ask once; return whether the lease is held."""
        if self._is_well():
            return self.lease.renew()
        return self.lease.hold()

    def stop(self, timeout_s: float) -> None:
        """End the thread, and give the lease back so that another process takes it at its next look."""
        thread, self._thread = self._thread, None
        self._wake.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout_s)
        self.lease.release()

    def _run(self) -> None:
        thread = threading.current_thread()
        while self._thread is thread:
            self._guard.call(self.step)
            self._wake.wait(self.lease.span_s / _RENEWALS_PER_SPAN)
