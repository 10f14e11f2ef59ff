"""Shared windows that may be away: nobody waits for them then, and they are found again in the background."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from otel_monitoring.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.ratelimit.charge import Charge, Taken

_log = logging.getLogger(__name__)

_TELL_EVERY_S = 60.0


class Backend(Protocol):
    """Windows on a server; every method may raise."""

    def take(self, charges: Sequence[Charge]) -> Taken:
        """Take all charges or none, from a thread that may wait."""
        ...

    async def take_async(self, charges: Sequence[Charge]) -> Taken:
        """Take all charges or none, from an event loop."""
        ...

    def ping(self) -> None:
        """Ask whether the server is there; raises where it is not."""
        ...

    def forget_connections(self) -> None:
        """Begin with new connections."""
        ...

    def close(self) -> None:
        """Close all connections."""
        ...

    def after_fork(self) -> None:
        """Leave the connections of the parent to the parent."""
        ...


@dataclass(frozen=True, slots=True)
class SharedState:
    """How the shared windows are.

    Attributes:
        is_away: Whether they are not asked at present.
        reason: The kind of error that was seen last, without what it says; empty before the first.
        since_ms: Since when they are away or back, Unix milliseconds.
        times_away: How often they went away.
    """

    is_away: bool = False
    reason: str = ""
    since_ms: int = 0
    times_away: int = 0


class SharedWindows:
    """Take from shared windows while they are there.

    The first request that fails, or takes too long, closes the way for all: none waits in vain after it. A
    thread asks every ``retry_s`` seconds until the windows answer again.

    Args:
        backend: The windows.
        clock: The time.
        retry_s: How often windows that are away are asked.
        in_background: Whether a thread asks; without one, somebody calls ``look``.
    """

    def __init__(
        self, backend: Backend, *, clock: Clock, retry_s: float = 2.0, in_background: bool = True
    ) -> None:
        self.retry_s = retry_s
        self._backend = backend
        self._clock = clock
        self._in_background = in_background
        self._state = SharedState()
        self._guard = Guard("ratelimit.shared")
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._told_s, self._is_told = float("-inf"), False

    @property
    def state(self) -> SharedState:
        """How they are."""
        return self._state

    async def take_async(self, charges: Sequence[Charge]) -> Taken | None:
        """Take all charges or none; ``None`` where the windows are away. Never raises."""
        if self._state.is_away:
            return None
        try:
            return await self._backend.take_async(charges)
        except Exception as error:  # noqa: BLE001 - whatever a server or its client does, the request goes on
            self._away(error)
            return None

    def take(self, charges: Sequence[Charge]) -> Taken | None:
        """Take all charges or none; ``None`` where the windows are away. Never raises."""
        if self._state.is_away:
            return None
        try:
            return self._backend.take(charges)
        except Exception as error:  # noqa: BLE001 - whatever a server or its client does, the request goes on
            self._away(error)
            return None

    def look(self) -> bool:
        """Ask windows that are away whether they are back; return whether they are there."""
        if not self._state.is_away:
            return True
        try:
            self._backend.ping()
        except Exception as error:  # noqa: BLE001 - as above
            self._note(is_away=True, reason=type(error).__name__)
            return False
        self._note(is_away=False, reason=self._state.reason)
        if self._is_told:
            _log.warning("rate limits: the shared windows are back")
        return True

    def close(self) -> None:
        """Stop asking, and close the connections."""
        self._closed.set()
        self._guard.call(self._backend.close)

    def after_fork(self) -> None:
        """Begin anew in a child process, with connections and locks of its own."""
        self._lock, self._closed = threading.Lock(), threading.Event()
        self._state = SharedState()
        self._backend.after_fork()
        self._guard.after_fork()

    def _away(self, error: Exception) -> None:
        reason = type(error).__name__
        if not self._note(is_away=True, reason=reason):
            return
        self._tell(reason)
        with self._guard:
            self._backend.forget_connections()
            if self._in_background:
                threading.Thread(target=self._watch, name="otel-monitoring-ratelimit", daemon=True).start()

    def _tell(self, reason: str) -> None:
        """Log that they are away; windows that come and go are told of once a minute."""
        now_s = self._clock.monotonic_s()
        self._is_told = now_s - self._told_s >= _TELL_EVERY_S
        if not self._is_told:
            return
        self._told_s = now_s
        _log.warning(
            "rate limits: the shared windows do not answer (%s); until they do, each rule holds as it says "
            "for when they are away",
            reason,
        )

    def _note(self, *, is_away: bool, reason: str) -> bool:
        """Keep how they are; return whether that has changed."""
        with self._lock:
            before = self._state
            changed = before.is_away is not is_away
            self._state = SharedState(
                is_away=is_away,
                reason=reason,
                since_ms=self._clock.now_ms() if changed else before.since_ms,
                times_away=before.times_away + (changed and is_away),
            )
            return changed

    def _watch(self) -> None:
        closed = self._closed
        while not closed.wait(self.retry_s):
            if self.look():
                return
