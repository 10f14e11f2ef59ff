"""Guesses are slowed: an address that keeps being wrong is not asked for a while, and longer each time.

Only what can be guessed at all is asked here, such as a token that a person chose. What has been drawn at
random is checked in any case, so that nobody can lock out others by guessing from their address.
"""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from otel_monitoring.model.clock import Clock

_MOST_ADDRESSES: Final = 10_000
_SPREAD: Final = 20
"""How many times the failures of one address all addresses together may have in a window."""


@dataclass(slots=True)
class _Seen:
    """What is known of an address.

    Attributes:
        failures: How often it was wrong in this window.
        began_s: When the window began, on the monotonic clock.
        locks: How often it was locked so far.
        until_s: Until when it is locked.
    """

    failures: int = 0
    began_s: float = -math.inf
    locks: int = 0
    until_s: float = -math.inf


class Lockout:
    """Count wrong credentials by address, and say how long to wait.

    It is used from the event loop alone; of the addresses it keeps the latest ten thousand.

    Args:
        clock: The monotonic clock.
        failures: Wrong credentials within a window, after which an address has to wait.
        window_s: The window.
        lock_s: The first wait; each further one is twice as long.
        longest_s: The longest wait. Whoever was not wrong for as long begins anew.
    """

    def __init__(
        self, *, clock: Clock, failures: int, window_s: float, lock_s: float, longest_s: float
    ) -> None:
        self._clock = clock
        self._most = failures
        self._window_s = window_s
        self._lock_s = lock_s
        self._longest_s = max(longest_s, lock_s)
        self._seen: OrderedDict[str, _Seen] = OrderedDict()
        self._proven: OrderedDict[str, None] = OrderedDict()
        self._all: deque[float] = deque(maxlen=failures * _SPREAD)

    def wait_s(self, address: str) -> float:
        """Return how long an address has to wait; 0 where it may try.

        While very many addresses are wrong, those wait too that have never been right.
        """
        now_s = self._clock.monotonic_s()
        seen = self._seen.get(address)
        if seen is not None and seen.until_s > now_s:
            return seen.until_s - now_s
        if address in self._proven or len(self._all) < self._most * _SPREAD:
            return 0.0
        return max(0.0, self._all[0] + self._window_s - now_s)

    def failed(self, address: str) -> float:
        """Count a wrong credential; return for how long the address is locked by it, 0 for not at all."""
        now_s = self._clock.monotonic_s()
        self._all.append(now_s)
        seen = self._seen.setdefault(address, _Seen())
        self._seen.move_to_end(address)
        if len(self._seen) > _MOST_ADDRESSES:
            self._seen.popitem(last=False)
        if now_s - max(seen.until_s, seen.began_s) > self._longest_s:
            seen.locks = 0
        if now_s - seen.began_s > self._window_s:
            seen.began_s, seen.failures = now_s, 0
        seen.failures += 1
        if seen.failures < self._most:
            return 0.0
        wait_s = min(self._lock_s * 2.0 ** min(seen.locks, 64), self._longest_s)
        seen.locks += 1
        seen.failures, seen.began_s, seen.until_s = 0, now_s, now_s + wait_s
        return wait_s

    def succeeded(self, address: str) -> None:
        """Note that an address was right; it takes nothing back, or one key would be a licence to guess."""
        self._proven[address] = None
        self._proven.move_to_end(address)
        if len(self._proven) > _MOST_ADDRESSES:
            self._proven.popitem(last=False)
