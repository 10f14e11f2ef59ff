"""What is told once in a while, however often it happens: strangers must not fill the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from otel_monitoring.model.clock import Clock

_MOST = 1024


class Sparing:
    """Say whether it is time to tell of something again.

    Args:
        clock: Measures how long ago it was told.
        every_s: Seconds between two times at least.
    """

    def __init__(self, *, clock: Clock, every_s: float = 3600.0) -> None:
        self._clock = clock
        self._every_s = every_s
        self._told_s: dict[str, float] = {}

    def is_due(self, what: str) -> bool:
        """Tell whether ``what`` is to be told now, and take it as told then."""
        now_s = self._clock.monotonic_s()
        if now_s - self._told_s.get(what, float("-inf")) < self._every_s:
            return False
        if len(self._told_s) >= _MOST:
            self._told_s = {}
        self._told_s[what] = now_s
        return True
