"""One channel's lane: a bounded queue, retries, a deadline and a memory of what was sent (P11)."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict, deque
from typing import TYPE_CHECKING

from otel_monitoring.errors import NotifyError
from otel_monitoring.guard import Guard
from otel_monitoring.notify.channels.log import LogChannel
from otel_monitoring.notify.delivery.outbox import Entry
from otel_monitoring.notify.delivery.queue import Item, Queue
from otel_monitoring.notify.delivery.record import Delivery, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.notify.channel import Channel
    from otel_monitoring.notify.delivery.outbox import Outbox
    from otel_monitoring.notify.delivery.queue import Done
    from otel_monitoring.notify.message import Message
    from otel_monitoring.notify.patience import Patience

_log = logging.getLogger(__name__)

_REMEMBERED = 4096
_LOGGED = 200
_MOST_NAMES = 20
_LONGEST_ERROR = 300


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
    ) -> None:
        self.name = f"{receiver}/{channel_name}"
        self.receiver = receiver
        self.channel_name = channel_name
        self.channel = channel
        self._clock = clock
        self._patience = patience
        self._capacity = capacity
        self._shield = shield
        self._chance = chance
        self._outbox = outbox
        self._guard = Guard(f"delivery.{self.name}")
        self._begin()

    def _begin(self) -> None:
        self._changed = threading.Condition()
        self._queue = Queue()
        self._delivered: OrderedDict[str, None] = OrderedDict()
        self._deliveries: deque[Delivery] = deque(maxlen=_LOGGED)
        self._counts = {"delivered": 0, "failed": 0, "refused": 0, "retried": 0, "superseded": 0}
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._not_before_s = float("-inf")

    # ---- called by anybody

    def resume(self) -> None:
        """Queue what an earlier process left in the outbox."""
        for entry in self._outbox.claim(self.name):
            self.put(entry.message)

    def put(self, message: Message, done: Done | None = None, *, most_tries: int = 0) -> None:
        """Queue a message, unless it was delivered or queued before; returns at once.

        Args:
            message: What to tell.
            done: Called exactly once with what became of it, perhaps before this returns.
            most_tries: How often it may be tried; 0 for as often as patience lasts.
        """
        now_s = self._clock.monotonic_s()
        item = Item(message, since_s=now_s, due_s=now_s, done=[done] if done else [], most_tries=most_tries)
        with self._changed:
            outcome, superseded = self._take(item)
        for older in superseded:
            self._decide(older, "superseded")
        if outcome == "refused":
            item.error = "too many messages wait"
            self._give_up(item, "refused")
        elif outcome == "delivered" and done is not None:
            self._guard.call(done, self._delivery(item, "delivered"))

    def _take(self, item: Item) -> tuple[Outcome, list[Item]]:
        """Queue ``item``; return where it stands and what it took the place of. The lock is held."""
        if item.message.key in self._delivered:
            return "delivered", []
        known = self._queue.get(item.message.key)
        if known is not None:
            known.done += item.done
            return "waiting", []
        superseded = self._superseded(item)
        if self._stopping or len(self._queue) >= self._capacity:
            return "refused", superseded
        self._start()  # it waits for the lock; where no thread can be made, nothing is queued
        self._queue.add(item)
        self._outbox.put(Entry(self.name, item.message, self._clock.now_ms()))
        self._changed.notify_all()
        return "waiting", superseded

    def _superseded(self, item: Item) -> list[Item]:
        """Take out what waits of the same group and may give way; ``item`` keeps up its pauses."""
        if not item.done:
            return []
        older = [
            one
            for one in self._queue.of_group(item.message.group_id)
            if one.done and not one.is_sending and not one.most_tries
        ]
        for one in older:
            self._queue.remove(one)
            item.due_s = max(item.due_s, one.due_s)
            item.failures = max(item.failures, one.failures)
        return older

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
            left = list(self._queue)
            self._queue = Queue()
        for item in left:
            item.error = "the process ended"
            self._give_up(item, "failed")
        self._ask_channel("close")

    def log(self) -> list[Delivery]:
        """Return what became of the newest messages, then what waits."""
        with self._changed:
            waiting = [self._delivery(item, "waiting") for item in self._queue]
            return [*self._deliveries, *waiting]

    def stats(self) -> dict[str, int]:
        """Return how many messages were delivered, failed and so on, and how many wait."""
        with self._changed:
            return {**self._counts, "waiting": len(self._queue)}

    def after_fork(self) -> None:
        """Begin anew in a child process: what waits belongs to the parent."""
        self._begin()
        self._guard.after_fork()
        self._ask_channel("after_fork")

    def _ask_channel(self, what: str) -> None:
        """Call a method that a channel may have besides ``send``."""
        method = getattr(self.channel, what, None)
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
        if self._stopping and item.attempts:
            self._give_up(item, "failed")
            return
        error = self._try(item)
        if error is None:
            item.error = ""
            self._decide(item, "delivered")
            return
        item.error = str(error)[:_LONGEST_ERROR]
        if not self._postpone(item, error):
            self._give_up(item, "failed")

    def _try(self, item: Item) -> NotifyError | None:
        """Send once; whatever else a channel raises is caught, counted and may be retried."""
        item.attempts += 1
        item.last_try_ms = self._clock.now_ms()
        item.first_try_ms = item.first_try_ms or item.last_try_ms
        error: NotifyError | None = NotifyError("the channel failed unexpectedly", retry_after_s=0)
        with self._guard, self._shield():
            try:
                self.channel.send(item.message.completed())
                error = None
            except NotifyError as expected:
                error = expected
        return error

    def _postpone(self, item: Item, error: NotifyError) -> bool:
        """Say when ``item`` is tried again; return whether it is."""
        if error.retry_after_s is None or item.attempts == item.most_tries:
            return False
        item.failures += 1
        wait_s = self._patience.wait_s(item.failures, at_least_s=error.retry_after_s, chance=self._chance())
        now_s = self._clock.monotonic_s()
        with self._changed:
            newer = [one for one in self._queue.of_group(item.message.group_id) if one is not item]
            if self._stopping or wait_s > item.since_s + self._patience.deadline_s - now_s:
                return False
            item.due_s = now_s + wait_s
            if error.retry_after_s > 0:  # the receiver asked for quiet, whatever the message
                self._not_before_s = max(self._not_before_s, now_s + error.retry_after_s)
            item.is_sending = False
            self._counts["retried"] += 1
            gives_way = bool(newer and item.done and newer[-1].done)
            for one in newer if gives_way else ():
                one.due_s, one.failures = item.due_s, item.failures
        if gives_way:
            self._decide(item, "superseded")
        return True

    # ---- what became of it

    def _give_up(self, item: Item, outcome: Outcome) -> None:
        """Put what nobody took into the log, so that it is somewhere (P11)."""
        if not self._decide(item, outcome) or item.most_tries:
            return
        _log.error("a message for %s was not delivered: %s", self.name, item.error)
        if not isinstance(self.channel, LogChannel):
            LogChannel().send(item.message)

    def _decide(self, item: Item, outcome: Outcome) -> bool:
        """Note what became of ``item`` and tell whoever asked; return whether it was not decided before."""
        with self._changed:
            if item.is_decided:
                return False
            item.is_decided = True
            self._queue.remove(item)
            delivery = self._delivery(item, outcome)
            self._deliveries.append(delivery)
            self._counts[outcome] += 1
            if outcome == "delivered":
                self._remember(item.message.key)
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

    def _delivery(self, item: Item, outcome: Outcome) -> Delivery:
        names = dict.fromkeys(alert.labels.get("alertname", "") for alert in item.message.alerts)
        return Delivery(
            key=item.message.key,
            receiver=self.receiver,
            channel=self.channel_name,
            status=item.message.status,
            outcome=outcome,
            attempts=item.attempts,
            error=item.error,
            at_ms=self._clock.now_ms(),
            first_try_ms=item.first_try_ms,
            last_try_ms=item.last_try_ms,
            group_key=item.message.group_key,
            alert_names=tuple(names)[:_MOST_NAMES],
        )

    def _remember(self, key: str) -> None:
        self._delivered[key] = None
        while len(self._delivered) > _REMEMBERED:
            self._delivered.popitem(last=False)
