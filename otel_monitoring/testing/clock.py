"""A clock for tests."""

from __future__ import annotations


class FakeClock:
    """A clock that stands still until it is moved.

    Args:
        now_ms: The Unix time that it starts at, in milliseconds.
    """

    def __init__(self, now_ms: int = 1_700_000_000_000) -> None:
        self._now_ms = now_ms
        self._monotonic_s = 1000.0

    def now_ms(self) -> int:
        """Return the Unix time in milliseconds."""
        return self._now_ms

    def monotonic_s(self) -> float:
        """Return the seconds of the monotonic clock."""
        return self._monotonic_s

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass on both clocks."""
        self._now_ms += round(seconds * 1000)
        self._monotonic_s += seconds

    def step_wall_clock(self, seconds: float) -> None:
        """Move the wall clock alone, as a time server or a hand does."""
        self._now_ms += round(seconds * 1000)
