"""One time limit for a whole conversation, however slowly the other side talks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.model.clock import SystemClock

if TYPE_CHECKING:
    from otel_monitoring.model.clock import Clock


class Deadline:
    """When a conversation must be over.

    A socket's own time limit starts again with every piece that arrives, so a server that sends one byte a
    second would hold whoever asks for ever; each step is therefore given what is left of the whole.

    Args:
        timeout_s: The longest time from now.
        clock: Its monotonic side counts; by default real time, in which sockets live whatever clock the rest
            goes by.
    """

    def __init__(self, timeout_s: float, *, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._end_s = self._clock.monotonic_s() + timeout_s

    @property
    def is_over(self) -> bool:
        """Whether there is no time left."""
        return self._clock.monotonic_s() >= self._end_s

    def left_s(self) -> float:
        """Return the seconds that are left.

        Raises:
            TimeoutError: There are none.
        """
        left_s = self._end_s - self._clock.monotonic_s()
        if left_s <= 0:
            msg = "the time is over"
            raise TimeoutError(msg)
        return left_s
