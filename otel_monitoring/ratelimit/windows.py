"""Windows that move with time, in the memory of this process.

Each window keeps the time of every unit in it, so that no span of the window's length ever holds more than
the limit, wherever it begins. What is kept is bounded: whose window was used longest ago is forgotten first.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from typing import TYPE_CHECKING

from otel_monitoring.ratelimit.charge import Taken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.ratelimit.charge import Charge

_SWEPT = 2


class _Window:
    """The times of the units in one window, oldest first."""

    __slots__ = ("times_s", "window_s")

    def __init__(self, window_s: int) -> None:
        self.times_s: deque[float] = deque()
        self.window_s = window_s

    def trim(self, now_s: float) -> int:
        """Forget what has left the window; return how many units that was."""
        times_s, horizon_s = self.times_s, now_s - self.window_s
        if not times_s or times_s[0] > horizon_s:
            return 0
        before = len(times_s)
        if times_s[-1] <= horizon_s:
            times_s.clear()
        while times_s and times_s[0] <= horizon_s:
            times_s.popleft()
        return before - len(times_s)


class MovingWindows:
    """Count units in windows of this process alone; safe for threads.

    Args:
        clock: The time; its monotonic side, so that nobody is let in by a clock that is set.
        most_windows: The most windows that are kept.
        most_units: The most units that are kept in all windows together; each takes some 32 bytes.
    """

    def __init__(self, *, clock: Clock, most_windows: int = 20_000, most_units: int = 1_000_000) -> None:
        self._clock = clock
        self._most_windows = most_windows
        self._most_units = most_units
        self._windows: OrderedDict[str, _Window] = OrderedDict()
        self._units = 0
        self._forgotten = 0
        self._lock = threading.Lock()

    def take(self, charges: Sequence[Charge]) -> Taken:
        """Take all charges, or none where one of them does not fit."""
        with self._lock:
            now_s, known = self._clock.monotonic_s(), len(self._windows)
            windows = [self._window(charge, now_s) for charge in charges]
            refused, retry_s = -1, 0.0
            for at, charge in enumerate(charges):
                wait_s = _wait_s(windows[at], charge, now_s)
                if wait_s > retry_s:
                    refused, retry_s = at, wait_s
            if refused < 0:
                for window, charge in zip(windows, charges, strict=True):
                    window.times_s.extend((now_s,) * charge.cost)
                    self._units += charge.cost
            taken = Taken(
                refused,
                retry_s,
                [len(window.times_s) for window in windows],
                [_reset_s(window, now_s) for window in windows],
            )
            if len(self._windows) > known:
                self._sweep(now_s)
            self._forget()
            return taken

    def stats(self) -> dict[str, float]:
        """Return how many windows and units are kept, and how many windows were forgotten before time."""
        with self._lock:
            return {"windows": len(self._windows), "units": self._units, "forgotten": self._forgotten}

    def after_fork(self) -> None:
        """Take a fresh lock in a child process: another thread of the parent may have held this one."""
        self._lock = threading.Lock()

    def _window(self, charge: Charge, now_s: float) -> _Window:
        window = self._windows.get(charge.key)
        if window is None:
            window = self._windows[charge.key] = _Window(charge.rate.window_s)
            return window
        self._windows.move_to_end(charge.key)
        self._units -= window.trim(now_s)
        return window

    def _sweep(self, now_s: float) -> None:
        """Drop windows at the old end in which nothing is left; a few at a time are enough."""
        for _ in range(min(_SWEPT, len(self._windows))):
            key, oldest = next(iter(self._windows.items()))
            self._units -= oldest.trim(now_s)
            if oldest.times_s:
                return
            del self._windows[key]

    def _forget(self) -> None:
        while len(self._windows) > self._most_windows or self._units > self._most_units:
            _, oldest = self._windows.popitem(last=False)
            self._units -= len(oldest.times_s)
            self._forgotten += 1


def _wait_s(window: _Window, charge: Charge, now_s: float) -> float:
    """Return how long it takes until the charge fits; 0 where it does."""
    over = len(window.times_s) + charge.cost - charge.rate.limit
    if over <= 0:
        return 0.0
    if over > len(window.times_s):
        return float(window.window_s)
    return max(window.times_s[over - 1] + window.window_s - now_s, 1e-6)


def _reset_s(window: _Window, now_s: float) -> float:
    return window.times_s[0] + window.window_s - now_s if window.times_s else 0.0
