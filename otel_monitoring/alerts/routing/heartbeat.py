"""The heartbeat: a sign of life for somebody who watches the watcher.

A service outside, told every so often that the rules are still asked, raises the alarm when it hears nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.guard import Guard
    from otel_monitoring.model.clock import Clock


class Heartbeat:
    """Call something every so often, for as long as the rules are asked; a job.

    Args:
        beat: Sends the sign of life; it has to return at once, so hand it a lane.
        evaluated_at_s: Returns when rules were last asked, on the monotonic clock; ``None`` for never.
        clock: Its monotonic side counts the time.
        guard: Catches what ``beat`` raises.
        interval_s: Seconds between two signs.
        patience_s: How long ago rules may have been asked; after that there is no sign of life.
    """

    def __init__(
        self,
        *,
        beat: Callable[[], None],
        evaluated_at_s: Callable[[], float | None],
        clock: Clock,
        guard: Guard,
        interval_s: float = 60,
        patience_s: float = 180,
    ) -> None:
        self._beat = beat
        self._evaluated_at_s = evaluated_at_s
        self._clock = clock
        self._guard = guard
        self._interval_s = interval_s
        self._patience_s = patience_s
        self._next_s = 0.0
        self._beats = 0
        self._missed = 0

    def tick(self) -> None:
        """Give a sign of life, if one is due and the rules are asked."""
        now_s = self._clock.monotonic_s()
        if now_s < self._next_s:
            return
        self._next_s = now_s + self._interval_s
        evaluated_at_s = self._evaluated_at_s()
        if evaluated_at_s is None or now_s - evaluated_at_s > self._patience_s:
            self._missed += 1
            return
        with self._guard:
            self._beat()
            self._beats += 1

    def stats(self) -> dict[str, int]:
        """Return how many signs were given, and how many were due while no rules were asked."""
        return {"beats": self._beats, "missed": self._missed}
