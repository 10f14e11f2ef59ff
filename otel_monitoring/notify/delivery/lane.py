"""One channel's lane: a bounded queue, retries, a deadline and a memory of what was sent (P11)."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from otel_monitoring.errors import NotifyError
from otel_monitoring.guard import Guard
from otel_monitoring.notify.channels.log import LogChannel

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.notify.channel import Channel
    from otel_monitoring.notify.message import Message

_log = logging.getLogger(__name__)

Outcome: TypeAlias = Literal["delivered", "failed", "refused"]

_REMEMBERED = 4096
_LOGGED = 200


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often a delivery is tried.

    Attributes:
        deadline_s: Time after which a message is given up.
        first_s: The longest wait before the second try; it doubles with every try.
        longest_s: The longest wait between two tries.
    """

    deadline_s: float = 900
    first_s: float = 1
    longest_s: float = 60

    def wait_s(self, attempt: int, *, at_least_s: float, chance: float) -> float:
        """Return the seconds to wait after try number ``attempt``, counted from 1.

        Exponential back-off with full jitter, so that what failed together does not come back together;
        never less than the receiver asked for. ``chance`` is a random number from 0 to 1.
        """
        longest_s = min(self.first_s * 2.0 ** min(attempt - 1, 32), self.longest_s)
        return max(at_least_s, longest_s * chance)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one message on one channel.

    Attributes:
        key: The key of the message.
        channel: The name of the channel.
        status: Whether the message said firing or resolved.
        outcome: ``refused`` where the queue was full.
        attempts: How often it was tried.
        error: Why it failed; empty where it did not.
        at_ms: When it was decided, Unix milliseconds.
    """

    key: str
    channel: str
    status: str
    outcome: Outcome
    attempts: int
    error: str
    at_ms: int


class Lane:
    """One channel with its queue, its thread and its log.

    The thread is a daemon and exists while there is something to send.

    Args:
        name: The name of the channel.
        channel: The channel.
        clock: Its monotonic side times retries and the deadline.
        patience: How long and how often a delivery is tried.
        capacity: The most messages that wait.
        shield: Entered around every send.
        chance: Gives random numbers from 0 to 1.
    """

    def __init__(
        self,
        name: str,
        channel: Channel,
        *,
        clock: Clock,
        patience: Patience,
        capacity: int,
        shield: Callable[[], AbstractContextManager[object]],
        chance: Callable[[], float],
    ) -> None:
        self.name = name
        self._channel = channel
        self._clock = clock
        self._patience = patience
        self._capacity = capacity
        self._shield = shield
        self._chance = chance
        self._guard = Guard(f"delivery.{name}")
        self._begin()

    def _begin(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[tuple[Message, float]] = deque()
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._deliveries: deque[Delivery] = deque(maxlen=_LOGGED)
        self._counts = {"delivered": 0, "failed": 0, "refused": 0, "retried": 0}
        self._thread: threading.Thread | None = None
        self._stopping = False

    # ---- called by anybody

    def put(self, message: Message) -> None:
        """Queue a message, unless it was queued before; returns at once."""
        with self._changed:
            if message.key in self._seen:
                return
            is_full = self._stopping or len(self._waiting) >= self._capacity
            if not is_full:
                self._start()  # it waits for the lock; where no thread can be made, nothing is queued
                self._remember(message.key)
                self._waiting.append((message, self._clock.monotonic_s()))
        if is_full:
            self._give_up(message, "refused", attempts=0, error="too many messages wait")

    def idle(self, timeout_s: float) -> bool:
        """Wait until nothing waits any more; return whether that came to pass in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._thread is None, timeout_s)

    def stop(self) -> None:
        """Try no more than once from now on, and take nothing new."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def abandon(self) -> None:
        """Put what still waits into the log, and close the channel."""
        with self._changed:
            left = [message for message, _ in self._waiting]
            self._waiting.clear()
        for message in left:
            self._give_up(message, "failed", attempts=0, error="the process ended")
        self._ask_channel("close")

    def log(self) -> list[Delivery]:
        """Return what became of the newest messages."""
        with self._changed:
            return list(self._deliveries)

    def stats(self) -> dict[str, int]:
        """Return how many messages were delivered, failed, were refused or retried, and how many wait."""
        with self._changed:
            return {**self._counts, "waiting": len(self._waiting)}

    def after_fork(self) -> None:
        """Begin anew in a child process: what waits belongs to the parent."""
        self._begin()
        self._guard.after_fork()
        self._ask_channel("after_fork")

    def _ask_channel(self, what: str) -> None:
        """Call a method that a channel may have besides ``send``."""
        method = getattr(self._channel, what, None)
        if method is not None:
            self._guard.call(method)

    # ---- the thread

    def _start(self) -> None:
        if self._thread is None:
            thread = threading.Thread(target=self._run, name=f"otel-monitoring-{self.name}", daemon=True)
            thread.start()
            self._thread = thread

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._waiting:
                    self._thread = None
                    self._changed.notify_all()
                    return
                message, since_s = self._waiting[0]
            self._guard.call(self._bring, message, since_s)
            with self._changed:
                if self._waiting and self._waiting[0][0] is message:
                    self._waiting.popleft()

    def _bring(self, message: Message, since_s: float) -> None:
        """Try until it is delivered, cannot be, or takes too long."""
        attempt = 1
        while True:
            error = self._try(message)
            if error is None:
                self._note(message, "delivered", attempts=attempt, error="")
                return
            wait_s = self._wait_s(error, attempt, since_s)
            if wait_s is None or self._pause(wait_s):
                self._give_up(message, "failed", attempts=attempt, error=str(error))
                return
            attempt += 1
            with self._changed:
                self._counts["retried"] += 1

    def _try(self, message: Message) -> NotifyError | None:
        """Send once; whatever else a channel raises is caught, counted and may be retried."""
        error: NotifyError | None = NotifyError("the channel failed unexpectedly", retry_after_s=0)
        with self._guard, self._shield():
            try:
                self._channel.send(message)
                error = None
            except NotifyError as expected:
                error = expected
        return error

    def _wait_s(self, error: NotifyError, attempt: int, since_s: float) -> float | None:
        """Return the seconds to the next try; ``None`` where there is none."""
        if error.retry_after_s is None:
            return None
        wait_s = self._patience.wait_s(attempt, at_least_s=error.retry_after_s, chance=self._chance())
        left_s = since_s + self._patience.deadline_s - self._clock.monotonic_s()
        return wait_s if wait_s <= left_s else None

    def _pause(self, wait_s: float) -> bool:
        """Wait, but not longer than until the lane is stopped; return whether it was."""
        end_s = self._clock.monotonic_s() + wait_s
        with self._changed:
            while not self._stopping and self._clock.monotonic_s() < end_s:
                self._changed.wait(end_s - self._clock.monotonic_s())
            return self._stopping

    # ---- what became of it

    def _give_up(self, message: Message, outcome: Outcome, *, attempts: int, error: str) -> None:
        """Put what nobody took into the log, so that it is somewhere (P11)."""
        self._note(message, outcome, attempts=attempts, error=error)
        _log.error("a message for %s was not delivered: %s", self.name, error)
        if not isinstance(self._channel, LogChannel):
            LogChannel().send(message)

    def _note(self, message: Message, outcome: Outcome, *, attempts: int, error: str) -> None:
        delivery = Delivery(
            key=message.key,
            channel=self.name,
            status=message.status,
            outcome=outcome,
            attempts=attempts,
            error=error,
            at_ms=self._clock.now_ms(),
        )
        with self._changed:
            self._deliveries.append(delivery)
            self._counts[outcome] += 1

    def _remember(self, key: str) -> None:
        self._seen[key] = None
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
