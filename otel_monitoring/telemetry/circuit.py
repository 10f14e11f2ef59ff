"""A circuit breaker: after some failures in a row nothing is tried for a while, then one probe decides."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from otel_monitoring.model.clock import Clock

_JITTER = 0.2


class Circuit:
    """Tell whether a try makes sense now.

    Args:
        clock: Its monotonic clock is used.
        failures: So many failures in a row open the circuit.
        probe_s: Seconds between probes while open, plus or minus a fifth at random, so that a fleet of
            processes does not knock at the same moment.
        backoff_s: Seconds before the second try while closed; doubles with each failure.
    """

    def __init__(
        self, *, clock: Clock, failures: int = 3, probe_s: float = 30.0, backoff_s: float = 1.0
    ) -> None:
        self._clock = clock
        self._limit = failures
        self._probe_s = probe_s
        self._backoff_s = backoff_s
        self._failures = 0
        self._next_try_s = 0.0

    @property
    def is_open(self) -> bool:
        """Whether the last ``failures`` tries all failed."""
        return self._failures >= self._limit

    def wait_s(self) -> float:
        """Return the seconds until a try makes sense; 0 where it makes sense now."""
        if not self._failures:
            return 0.0
        return max(0.0, self._next_try_s - self._clock.monotonic_s())

    def succeeded(self) -> None:
        """Close the circuit."""
        self._failures = 0

    def failed(self, retry_after_s: float | None = None) -> None:
        """Count a failure; the server's own wish for a pause is honoured where it is longer."""
        self._failures += 1
        if self.is_open:
            pause_s = self._probe_s * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - no secret
        else:
            pause_s = self._backoff_s * 2 ** (self._failures - 1)
        pause_s = max(pause_s, min(retry_after_s or 0.0, 4 * self._probe_s))
        self._next_try_s = self._clock.monotonic_s() + pause_s
