"""One thread of one process that keeps the storage small: it compacts, sums up and lets go.

Of all processes on a storage one holds the lease for this. It works in small steps and rests in between,
three times as long as a step took, so that it never takes more than a quarter of a processor, and of the
database's time for writing.

This module needs numpy and SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Protocol

from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.keeper import LeaseKeeper

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.storage.lease import Lease

_log = logging.getLogger(__name__)

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
    """

    def __init__(self, *, lease: Lease, workers: Mapping[str, Worker], clock: Clock) -> None:
        self.keeper = LeaseKeeper(lease=lease, name="upkeep", work=self._work)
        self._workers = workers
        self._clock = clock

    def after_fork(self) -> None:
        """Run no thread and hold nothing in a child process."""
        self.keeper.after_fork()

    def start(self) -> None:
        """Start the thread, unless it runs."""
        self.keeper.start()

    def stop(self, timeout_s: float) -> None:
        """End the thread after the step that it is in, and give the lease back."""
        self.keeper.stop(timeout_s)

    def step(self) -> bool:
        """Do one step, where this process is the one to do it; return whether there may be more."""
        return self.keeper.is_held() and self._step()

    def stats(self) -> dict[str, int]:
        """Return what was done so far."""
        return {
            f"{name}_{what}": count
            for name, worker in self._workers.items()
            for what, count in worker.stats().items()
        }

    def _work(self) -> float:
        """Do one step; return for how long to rest after it, at most until the lease is renewed."""
        began_s = self._clock.monotonic_s()
        is_worth_it = self._step()
        took_s = self._clock.monotonic_s() - began_s
        return max(_LEAST_REST_S, _REST * took_s) if is_worth_it else math.inf

    def _step(self) -> bool:
        now_ms = self._clock.now_ms()
        try:
            return any(worker.step(now_ms) for worker in self._workers.values())
        except StorageError as error:
            _log.debug("the storage is kept up later: %s", error)
            return False
