"""One channel's lane: a bounded queue, retries, a deadline and a memory of what was sent (P11)."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from otel_monitoring.guard import Guard
from otel_monitoring.notify.channels.log import LogChannel
from otel_monitoring.notify.delivery.ledger import Ledger
from otel_monitoring.notify.delivery.outbox import Entry
from otel_monitoring.notify.delivery.outlet import Outlet, reason
from otel_monitoring.notify.delivery.queue import Item, Queue

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from otel_monitoring.errors import NotifyError
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.notify.channel import Channel
    from otel_monitoring.notify.delivery.ledger import Health
    from otel_monitoring.notify.delivery.outbox import Outbox
    from otel_monitoring.notify.delivery.queue import Done
    from otel_monitoring.notify.delivery.record import Delivery, Outcome
    from otel_monitoring.notify.message import Message
    from otel_monitoring.notify.patience import Patience

_log = logging.getLogger(__name__)


class Lane:
    """One channel with its queue, its thread and its log.

    The thread is a daemon and exists while there is something to send. A message whose fate somebody asked
    to be told gives way to a newer one about the same group, unless it is being sent at that moment.

    Args:
        receiver: The name of the receiver.
        channel_name: The name of the channel within it.
        channel: The channel.
        clock: Its monotonic side times retries and the deadline.
        patience: How long and how often a delivery is tried.
        capacity: The most messages that wait.
        shield: Entered around every send.
        chance: Gives random numbers from 0 to 1.
        outbox: Keeps what waits.
        may_send: Asked right before a message leaves; where it says no, another process sends it.
    """

    def __init__(  # noqa: PLR0913 - one place makes lanes
        self,
        receiver: str,
        channel_name: str,
        channel: Channel,
        *,
        clock: Clock,
        patience: Patience,
        capacity: int,
        shield: Callable[[], AbstractContextManager[object]],
        chance: Callable[[], float],
        outbox: Outbox,
        may_send: Callable[[], bool],
    ) -> None:
        self.name = f"{receiver}/{channel_name}"
        self.receiver = receiver
        self.channel_name = channel_name
        self._clock = clock
        self._patience = patience
        self._capacity = capacity
        self._chance = chance
        self._outbox = outbox
        self._may_send = may_send
        self._guard = Guard(f"delivery.{self.name}")
        self._outlet = Outlet(channel, guard=self._guard, shield=shield)
        self._begin()

    def _begin(self) -> None:
        self._changed = threading.Condition()
        self._queue = Queue()
        self._ledger = Ledger(self.receiver, self.channel_name, clock=self._clock)
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._not_before_s = float("-inf")

    # ---- called by anybody

    def resume(self) -> None:
        """Queue what an earlier process left in the outbox."""
        for entry in self._outbox.claim(self.name):
            self.put(entry.message, does=entry.does)

    def put(
        self,
        message: Message,
        done: Done | None = None,
        *,
        most_tries: int = 0,
        does: str = "send",
        is_firm: bool = False,
    ) -> None:
        """Queue a message, unless it was delivered or queued before; returns at once.

        Args:
            message: What to tell.
            done: Called exactly once with what became of it, perhaps before this returns.
            most_tries: How often it may be tried; 0 for as often as patience lasts.
            does: Which method of the channel takes it.
            is_firm: Whether no newer message may take its place.
        """
        now_s = self._clock.monotonic_s()
        item = Item(message, since_s=now_s, due_s=now_s, most_tries=most_tries, does=does, is_firm=is_firm)
        item.done += [done] if done else []
        with self._changed:
            outcome, superseded = self._take(item)
        for older in superseded:
            self._decide(older, "superseded")
        if outcome == "refused":
            self._give_up(item, "refused")
        elif outcome == "delivered" and done is not None:
            self._guard.call(done, self._ledger.entry(item, "delivered"))

    def _take(self, item: Item) -> tuple[Outcome, list[Item]]:
        """Queue ``item``; return where it stands and what it took the place of. The lock is held."""
        if self._ledger.was_delivered(item.message.key):
            return "delivered", []
        known = self._queue.get(item.message.key)
        if known is not None:
            known.done += item.done
            return "waiting", []
        if self._stopping:
            item.error = "the process ends"
            return "refused", []
        if not self._start():  # the thread waits for the lock; without one nothing is queued
            item.error = "no thread could be started"
            return "refused", []
        superseded = self._queue.supersede(item)
        if len(self._queue) >= self._capacity:
            item.error = "too many messages wait"
            return "refused", superseded
        self._queue.add(item)
        if not item.most_tries:  # a test message is of no use to a later process
            entry = Entry(self.name, item.message, self._clock.now_ms(), item.does)
            self._guard.call(self._outbox.put, entry)
        self._changed.notify_all()
        return "waiting", superseded

    def idle(self, timeout_s: float) -> bool:
        """Wait until nothing waits any more; return whether that came to pass in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._thread is None, timeout_s)

    def forget(self) -> None:
        """Leave everything that waits to another process; what is being sent at this moment is sent."""
        with self._changed:
            self._queue = Queue()
            self._changed.notify_all()

    def stop(self) -> None:
        """Try no more than once from now on, and take nothing new."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def abandon(self) -> None:
        """Put what still waits into the log, and close the channel."""
        with self._changed:
            left = list(self._queue)
            self._queue = Queue()
        for item in left:
            item.error = "the process ended"
            self._leave(item)
        self._outlet.close()

    def log(self) -> list[Delivery]:
        """Return what became of the newest messages, then what waits."""
        with self._changed:
            waiting = [self._ledger.entry(item, "waiting") for item in self._queue]
            return [*self._ledger.entries(), *waiting]

    def stats(self) -> dict[str, int]:
        """Return how many messages were delivered, failed and so on, and how many wait."""
        with self._changed:
            return {**self._ledger.counts(), "waiting": len(self._queue)}

    def health(self) -> Health:
        """Return how the channel does."""
        with self._changed:
            now_s = self._clock.monotonic_s()
            oldest_s = min((item.since_s for item in self._queue), default=now_s)
            return self._ledger.health(waiting=len(self._queue), waiting_s=now_s - oldest_s)

    @property
    def channel(self) -> Channel:
        """The channel."""
        return self._outlet.channel

    def replace(self, channel: Channel) -> None:
        """Send through ``channel`` from now on, which leads to the same place as the one before."""
        with self._changed:
            is_idle = self._thread is None
            older = self._outlet.replace(channel)
        if is_idle:  # else it may be sending: its connections go with it
            self._outlet.close(older)

    def after_fork(self) -> None:
        """Begin anew in a child process: what waits belongs to the parent."""
        self._begin()
        self._guard.after_fork()
        self._outlet.after_fork()

    # ---- the thread

    def _start(self) -> bool:
        """Start the thread where there is none; return whether there is one. The lock is held."""
        if self._thread is None:
            thread = threading.Thread(target=self._run, name=f"otel-monitoring-{self.name}", daemon=True)
            with self._guard:
                thread.start()
                self._thread = thread
        return self._thread is not None

    def _run(self) -> None:
        while True:
            item = self._next()
            if item is None:
                return
            with self._guard:
                self._bring(item)
                continue
            self._give_up(item, "failed")

    def _next(self) -> Item | None:
        """Wait for a message that is due; ``None`` where none waits any more, which ends the thread."""
        with self._changed:
            while len(self._queue):
                now_s = float("inf") if self._stopping else self._clock.monotonic_s()
                item = self._queue.next(now_s) if now_s >= self._not_before_s else None
                if item is not None:
                    item.is_sending = True
                    return item
                due_s = max(self._queue.next_due_s(), self._not_before_s)
                self._changed.wait(max(due_s - self._clock.monotonic_s(), 0))
            self._thread = None
            self._changed.notify_all()
            return None

    def _bring(self, item: Item) -> None:
        """Try once; then it is delivered, given up, or waits for the next try."""
        if (self._stopping and item.attempts) or not self._is_ours(item):
            self._leave(item)
            return
        error = self._try(item)
        if error is None:
            self._decide(item, "delivered")
        elif (
            error.retry_after_s is None
            or item.attempts == item.most_tries
            or not self._postpone(item, error.retry_after_s)
        ):
            self._give_up(item, "failed")

    def _is_ours(self, item: Item) -> bool:
        """Tell whether this process may send it: tests and what a person does go out from any."""
        return bool(item.most_tries) or item.does != "send" or self._may_send()

    def _try(self, item: Item) -> NotifyError | None:
        """Send once; whatever else a channel raises is caught, counted and may be retried."""
        item.attempts += 1
        item.last_try_ms = self._clock.now_ms()
        item.first_try_ms = item.first_try_ms or item.last_try_ms
        begin_s = self._clock.monotonic_s()
        error = self._outlet.take(item.message, does=item.does)
        item.error = reason(error)
        with self._changed:
            is_new = self._ledger.tried(item, self._clock.monotonic_s() - begin_s)
        if is_new and error is not None and error.retry_after_s is not None:
            _log.warning("%s failed and is tried again: %s", self.name, item.error)
        return error

    def _postpone(self, item: Item, retry_after_s: float) -> bool:
        """Say when ``item`` is tried again; return whether it is."""
        item.failures += 1
        wait_s = self._patience.wait_s(item.failures, at_least_s=retry_after_s, chance=self._chance())
        now_s = self._clock.monotonic_s()
        with self._changed:
            if retry_after_s > 0:  # the receiver asked for quiet, whatever the message
                self._not_before_s = max(self._not_before_s, now_s + retry_after_s)
            if wait_s > item.since_s + self._patience.deadline_s - now_s:
                return False
            self._ledger.retried()
            gives_way = self._queue.postpone(item, due_s=now_s + wait_s)
        if gives_way:
            self._decide(item, "superseded")
        return True

    # ---- what became of it

    def _leave(self, item: Item) -> None:
        """Leave what could not be sent to the next process, or where there is no such thing to the log."""
        if item.most_tries or not self._outbox.is_lasting:
            self._give_up(item, "failed")
            return
        with self._changed:
            self._queue.remove(item)

    def _give_up(self, item: Item, outcome: Outcome) -> None:
        """Put what nobody took into the log, so that it is somewhere (P11)."""
        if not self._decide(item, outcome) or item.most_tries:
            return
        _log.error("a message for %s was not delivered: %s", self.name, item.error)
        if not self._outlet.is_log:
            LogChannel().send(item.message)

    def _decide(self, item: Item, outcome: Outcome) -> bool:
        """Note what became of ``item`` and tell whoever asked; return whether it was not decided before."""
        with self._changed:
            if item.is_decided:
                return False
            item.is_decided = True
            self._queue.remove(item)
            delivery = self._ledger.ended(item, outcome)
        self._settle(delivery)
        for done in item.done:
            self._guard.call(done, delivery)
        return True

    def _settle(self, delivery: Delivery) -> None:
        with self._guard:
            if delivery.outcome in ("delivered", "superseded"):
                self._outbox.done(self.name, delivery.key)
            else:
                self._outbox.failed(self.name, delivery.key, delivery.error)
