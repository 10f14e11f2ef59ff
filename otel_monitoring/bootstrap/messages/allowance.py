"""How often something that costs time may be done."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from otel_monitoring.model.clock import Clock


class Allowance:
    """Let so many through in a minute, and no more: a token bucket; thread-safe.

    Source: Turner, New Directions in Communications, IEEE Communications Magazine 24 (10), 1986.

    Args:
        clock: Its monotonic side fills the bucket.
        per_minute: How many pass in a minute, and how many at once after a quiet one.
    """

    def __init__(self, *, clock: Clock, per_minute: int) -> None:
        self._clock = clock
        self._per_minute = per_minute
        self._left = float(per_minute)
        self._filled_s = clock.monotonic_s()
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Return whether one more may pass."""
        with self._lock:
            now_s = self._clock.monotonic_s()
            more = (now_s - self._filled_s) / 60 * self._per_minute
            self._left = min(self._left + more, self._per_minute)
            self._filled_s = now_s
            if self._left < 1:
                return False
            self._left -= 1
            return True

    def after_fork(self) -> None:
        """Take a fresh lock in a child process."""
        self._lock = threading.Lock()
