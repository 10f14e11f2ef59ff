"""What belongs to one thread of a pipeline, so that a thread that is stuck can be left behind whole."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from otel_monitoring.telemetry.pipeline import Exporter

T = TypeVar("T")


class Worker(Generic[T]):
    """A queue, what is being exported, and who waits for that.

    Attributes:
        queue: What waits.
        held: The batch that is being exported, or that failed and may succeed later.
        exporter: Made by the thread.
        wake: Set where the thread has something to do before its time.
        idle: Guards what is asked and answered.
        deadline_s: Until when a flush that was asked for may take, on the monotonic clock.
        asked: How many flushes were asked for.
        answered: How many of them are over.
        stopping: Whether the thread is to end.
        is_abandoned: Whether it was left behind with what it held.
        has_thread: Whether there is a thread at all.
    """

    def __init__(self) -> None:
        self.queue: deque[T] = deque()
        self.held: list[T] = []
        self.exporter: Exporter[T] | None = None
        self.wake = threading.Event()
        self.idle = threading.Condition()
        self.deadline_s: float | None = None
        self.asked = 0
        self.answered = 0
        self.stopping = False
        self.is_abandoned = False
        self.has_thread = True

    def ask(self, deadline_s: float) -> None:
        """Ask for a flush, and note it, so that the end of an earlier round is not taken for the answer."""
        with self.idle:
            self.asked += 1
            self.deadline_s = deadline_s
        self.wake.set()

    def answer(self, asked: int) -> None:
        """Tell those who had asked before this round that it is over."""
        with self.idle:
            self.answered = asked
            if asked == self.asked:
                self.deadline_s = None
            self.idle.notify_all()

    def wait_answered(self, timeout_s: float) -> None:
        """Wait until every flush asked for so far is over, at most ``timeout_s``."""
        with self.idle:
            asked = self.asked
            self.idle.wait_for(lambda: self.answered >= asked, max(0.0, timeout_s))

    def waiting(self) -> int:
        """Return how many items have not left."""
        return len(self.queue) + len(self.held)

    def take(self, count: int) -> list[T]:
        """Take the oldest items, ``count`` at most."""
        batch: list[T] = []
        while len(batch) < count:
            try:
                batch.append(self.queue.popleft())
            except IndexError:
                break
        return batch
