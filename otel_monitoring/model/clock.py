"""Time as every part sees it: a wall clock for what is recorded, a monotonic one for what is scheduled."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """What tells the time; tests hand in one that they move."""

    def now_ms(self) -> int:
        """Return the Unix time in milliseconds."""
        ...

    def monotonic_s(self) -> float:
        """Return seconds since an arbitrary point; never steps back."""
        ...


class SystemClock:
    """The clocks of the machine."""

    def now_ms(self) -> int:
        """Return the Unix time in milliseconds."""
        return time.time_ns() // 1_000_000

    def monotonic_s(self) -> float:
        """Return seconds since an arbitrary point; never steps back."""
        return time.monotonic()
