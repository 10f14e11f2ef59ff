"""What many ask for at the same time is made once, and is good for a moment."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from otel_monitoring.model.clock import Clock

T = TypeVar("T")

_PATIENCE_S = 10.0
_STALE_TIMES = 10


@dataclass(frozen=True, slots=True)
class Thrift:
    """What making something may cost.

    Attributes:
        share: Of one processor, at most; what costs more is made less often.
        most_s: How long it is good for at most, whatever it costs, in seconds.
        cpu_s: Returns the processor time of the thread, in seconds.
    """

    share: float
    most_s: float
    cpu_s: Callable[[], float] = time.thread_time


@dataclass(frozen=True, slots=True)
class _Made(Generic[T]):
    what: T
    at_s: float
    fresh_s: float


@dataclass(slots=True)
class _Slot(Generic[T]):
    lock: threading.Lock = field(default_factory=threading.Lock)
    made: _Made[T] | None = None


class Once(Generic[T]):
    """Make something at most once in a while, however many ask; called from worker threads.

    Whoever comes while it is made anew gets what was made before, where that is not too old; so threads that
    the application needs as well do not wait in a row. The first ones wait, though not for ever: a lock that
    another thread of a parent process held is never let go in its child.

    Args:
        clock: The time.
        fresh_s: How long it is good for at least, in seconds.
        thrift: What it may cost; ``None`` for whatever it does.
        most: How many different ones are kept.
    """

    def __init__(self, clock: Clock, *, fresh_s: float, thrift: Thrift | None = None, most: int = 16) -> None:
        self._clock = clock
        self._fresh_s = fresh_s
        self._thrift = thrift
        self._most = most
        self._slots: dict[Hashable, _Slot[T]] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what was made for a key a moment ago, or make it now; what fails is not kept.

        Args:
            key: What is wanted.
            make: Makes it.
        """
        slot = self._slots.setdefault(key, _Slot())
        found = self._known(slot)
        if found is not None:
            return found.what
        if not slot.lock.acquire(blocking=False):
            found = self._known(slot, times=_STALE_TIMES)
            if found is not None:
                return found.what
            if not slot.lock.acquire(timeout=_PATIENCE_S):
                return make()
        try:
            found = self._known(slot)
            if found is None:
                found = slot.made = self._made(make)
                self._forget()
            return found.what
        finally:
            slot.lock.release()

    def known(self, key: Hashable) -> T | None:
        """Return what was made for a key and is still good; ``None`` where there is none. Immediate."""
        slot = self._slots.get(key)
        found = None if slot is None else self._known(slot)
        return None if found is None else found.what

    def _made(self, make: Callable[[], T]) -> _Made[T]:
        thrift = self._thrift
        if thrift is None:
            return _Made(make(), self._clock.monotonic_s(), self._fresh_s)
        begun_s = thrift.cpu_s()
        what = make()
        affordable_s = (thrift.cpu_s() - begun_s) / thrift.share
        fresh_s = max(self._fresh_s, min(affordable_s, thrift.most_s))
        return _Made(what, self._clock.monotonic_s(), fresh_s)

    def _known(self, slot: _Slot[T], *, times: int = 1) -> _Made[T] | None:
        """Return what was made, unless that was longer ago than so many times of what it is good for."""
        made = slot.made
        if made is None or self._clock.monotonic_s() - made.at_s >= made.fresh_s * times:
            return None
        return made

    def _forget(self) -> None:
        """Let go of the oldest keys; other threads may be at it as well."""
        for key in list(self._slots)[: max(len(self._slots) - self._most, 0)]:
            self._slots.pop(key, None)
