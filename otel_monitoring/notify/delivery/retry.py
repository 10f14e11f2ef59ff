"""Delivery: every channel on a lane of its own (P11).

A channel that hangs, refuses or raises delays neither the rules nor any other channel.
"""

from __future__ import annotations

import hashlib
import random
import threading
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.delivery.lane import Lane
from otel_monitoring.notify.delivery.outbox import MemoryOutbox
from otel_monitoring.notify.delivery.record import Delivery
from otel_monitoring.notify.delivery.trial import trial_of
from otel_monitoring.notify.message import Backing, message_of, redacted
from otel_monitoring.notify.patience import Patience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from otel_monitoring.model.alert import Notice
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.notify.channel import Channel
    from otel_monitoring.notify.delivery.outbox import Outbox

__all__ = ["ChannelState", "Deliver", "Delivery", "Patience", "ReceiverState"]


_ACKNOWLEDGE = "acknowledge"


@dataclass(frozen=True, slots=True)
class ChannelState:
    """One channel as people may see it.

    Attributes:
        name: Its own within the receiver.
        kind: What it is: ``slack``, ``email`` …
        target: Where its messages go, without secrets.
        counts: How many messages were delivered, failed and so on, and how many wait.
        last_try_ms: When it was tried last, Unix milliseconds; ``None`` before the first try.
        last_try_s: How long the last try took; ``None`` before the first one ended.
        last_error: Why the last try failed, without secrets; empty where it did not.
        waiting_s: How long the oldest message has waited; 0 where none waits.
    """

    name: str
    kind: str
    target: str
    counts: Mapping[str, int]
    last_try_ms: int | None = None
    last_try_s: float | None = None
    last_error: str = ""
    waiting_s: float = 0.0


@dataclass(frozen=True, slots=True)
class ReceiverState:
    """One receiver and its channels."""

    name: str
    channels: tuple[ChannelState, ...]


class Deliver:
    """Take notices and bring them to the channels of their receivers.

    Args:
        receivers: The channels of each receiver, by name.
        clock: Its monotonic side times retries and deadlines.
        patience: How long and how often a delivery is tried.
        capacity: The most messages that wait for one channel; further ones go to the log.
        redact: Applied to every text of a message that came from the application.
        shield: Entered around every send, so that our own calls are in nobody's telemetry.
        external_url: Where this monitoring is reached.
        most_alerts: The most alerts in one message; 0 for no limit.
        chance: Gives random numbers from 0 to 1.
        outbox: Keeps what waits; ``None`` for memory alone.
        backing: What is known about alerts besides themselves.
        may_send: Asked right before a message leaves; where it says no, it is left in the outbox.
    """

    def __init__(  # noqa: PLR0913 - one place wires it
        self,
        *,
        receivers: Mapping[str, Mapping[str, Channel]],
        clock: Clock,
        patience: Patience | None = None,
        capacity: int = 1000,
        redact: Callable[[str], str] = str,
        shield: Callable[[], AbstractContextManager[object]] = nullcontext,
        external_url: str = "",
        most_alerts: int = 0,
        chance: Callable[[], float] = random.random,
        outbox: Outbox | None = None,
        backing: Backing | None = None,
        may_send: Callable[[], bool] = lambda: True,
    ) -> None:
        self._clock = clock
        self._patience = patience or Patience()
        self._capacity = capacity
        self._redact = redact
        self._shield = shield
        self._external_url = external_url
        self._most_alerts = most_alerts
        self._chance = chance
        self._outbox = outbox or MemoryOutbox()
        self._backing = backing or Backing()
        self._may_send = may_send
        self._elsewhere: tuple[Delivery, ...] = ()
        self._lanes: dict[str, dict[str, Lane]] = {}
        self._retired: list[Lane] = []
        self.use(receivers)

    def use(self, receivers: Mapping[str, Mapping[str, Channel]]) -> None:
        """Deliver to ``receivers`` from now on; what waits for earlier ones still goes to them.

        A channel that leads to the same place as the one of that name before takes its place: what waits
        goes through it, and what was delivered is remembered.
        """
        kept = {id(lane.channel): lane for lane in self._all()}
        lanes = {
            receiver: {
                name: self._lane(kept.get(id(channel)), receiver, name, channel)
                for name, channel in channels.items()
            }
            for receiver, channels in receivers.items()
        }
        current = {id(lane) for channels in lanes.values() for lane in channels.values()}
        gone = [lane for lane in self._all() if id(lane) not in current]
        self._lanes = lanes
        self._retired = [lane for lane in gone if not lane.idle(0)]
        for lane in gone:
            if lane not in self._retired:
                lane.abandon()

    def __call__(
        self, notice: Notice, done: Callable[[bool], None] | None = None, *, is_firm: bool = False
    ) -> None:
        """Queue ``notice`` for its channel, or for every channel of its receiver; returns at once.

        Args:
            notice: What to tell.
            done: Called exactly once, perhaps by another thread and perhaps before this returns: ``True``
                when all channels took it, ``False`` when one was given up or superseded. Given one, the
                notice may be superseded by a newer one about the same group.
            is_firm: Whether it may not.

        Raises:
            NotifyError: There is no such receiver or channel; ``done`` is not called then.
        """
        lanes = self._lanes_of(notice)
        message = message_of(
            notice,
            external_url=self._external_url,
            most_alerts=self._most_alerts,
            backing=self._backing,
        )
        message = redacted(message, self._redact)
        told = None if done is None else _AllDone(done, count=len(lanes))
        for lane in lanes:
            lane.put(replace(message, key=_key(notice.key, lane.name)), told, is_firm=is_firm)
        if done is not None and not lanes:
            done(True)  # noqa: FBT003 - the agreed form of the callback

    def acknowledge(self, notice: Notice) -> int:
        """Tell channels that know incidents, such as PagerDuty, that somebody looks after a group.

        It comes after what waits of the group already. Returns how many channels are told.

        Args:
            notice: The group, as it stands.

        Raises:
            NotifyError: There is no such receiver or channel.
        """
        lanes = [lane for lane in self._lanes_of(notice) if hasattr(lane.channel, _ACKNOWLEDGE)]
        message = redacted(message_of(notice, external_url=self._external_url), self._redact)
        for lane in lanes:
            key = _key(f"{notice.key}\x00{_ACKNOWLEDGE}", lane.name)
            lane.put(replace(message, key=key), does=_ACKNOWLEDGE)
        return len(lanes)

    def test(self, receiver: str, *, channel: str = "", timeout_s: float = 30) -> dict[str, Delivery]:
        """Send a test message, tried once, and return what became of it on each channel.

        Raises:
            NotifyError: There is no such receiver or channel.
        """
        return self.once(trial_of(receiver, channel, now_ms=self._clock.now_ms()), timeout_s=timeout_s)

    def once(self, notice: Notice, *, timeout_s: float = 30) -> dict[str, Delivery]:
        """Send a notice by hand, tried once, by this process; return what became of it on each channel.

        Raises:
            NotifyError: There is no such receiver or channel.
        """
        lanes = self._lanes_of(notice)
        message = message_of(notice, external_url=self._external_url)
        told = _Outcomes(count=len(lanes))
        for lane in lanes:
            lane.put(replace(message, key=_key(notice.key, lane.name)), told, most_tries=1)
        return told.wait(timeout_s, {lane.channel_name: lane for lane in lanes})

    def receivers(self) -> list[ReceiverState]:
        """Return who can be told, and over which channels."""
        return [
            ReceiverState(receiver, tuple(_state(lane) for lane in lanes.values()))
            for receiver, lanes in self._lanes.items()
        ]

    def log(self) -> list[Delivery]:
        """Return what became of the newest messages, oldest first; those that wait come last."""
        found = {(one.receiver, one.channel, one.key): one for one in self._elsewhere}
        for lane in self._all():
            found.update({(one.receiver, one.channel, one.key): one for one in lane.log()})
        return sorted(found.values(), key=lambda one: (one.outcome == "waiting", one.at_ms))

    def recall(self, deliveries: Iterable[Delivery]) -> None:
        """Show in the log what other processes delivered, in place of what was shown of them before."""
        self._elsewhere = tuple(deliveries)

    def forget(self) -> None:
        """Leave everything that waits to another process."""
        for lane in self._all():
            lane.forget()

    def stats(self) -> dict[str, dict[str, int]]:
        """Return, per channel, how many messages were delivered, failed or refused, and how many wait."""
        return {lane.name: lane.stats() for lane in self._all()}

    def resume(self) -> None:
        """Queue what an earlier process left in the outbox."""
        for lane in self._all():
            lane.resume()

    def flush(self, timeout_s: float) -> bool:
        """Wait until nothing waits any more; return whether that came to pass in time."""
        end_s = self._clock.monotonic_s() + timeout_s
        return all(lane.idle(max(end_s - self._clock.monotonic_s(), 0)) for lane in self._all())

    def stop(self, timeout_s: float) -> None:
        """Give what waits one last try within ``timeout_s``, then put the rest into the log."""
        for lane in self._all():
            lane.stop()
        self.flush(timeout_s)
        for lane in self._all():
            lane.abandon()

    def after_fork(self) -> None:
        """Begin anew in a child process: what waits belongs to the parent."""
        self._retired = []
        if isinstance(self._outbox, MemoryOutbox):
            self._outbox.after_fork()
        for lane in self._all():
            lane.after_fork()

    def _lane(self, kept: Lane | None, receiver: str, name: str, channel: Channel) -> Lane:
        if kept is not None and kept.name == f"{receiver}/{name}":
            return kept
        before = self._lanes.get(receiver, {}).get(name)
        if before is not None and _place(before.channel) == _place(channel):
            before.replace(channel)
            return before
        return Lane(
            receiver,
            name,
            channel,
            clock=self._clock,
            patience=self._patience,
            capacity=self._capacity,
            shield=self._shield,
            chance=self._chance,
            outbox=self._outbox,
            may_send=self._may_send,
        )

    def _lanes_of(self, notice: Notice) -> list[Lane]:
        lanes = self._lanes.get(notice.receiver)
        if lanes is None:
            raise NotifyError(_unknown("receiver", notice.receiver, self._lanes))
        if not notice.channel:
            return list(lanes.values())
        if notice.channel not in lanes:
            raise NotifyError(_unknown(f"channel of receiver {notice.receiver!r}", notice.channel, lanes))
        return [lanes[notice.channel]]

    def _all(self) -> Sequence[Lane]:
        return [*(lane for lanes in self._lanes.values() for lane in lanes.values()), *self._retired]


class _AllDone:
    """Calls back once, when all channels have decided."""

    def __init__(self, done: Callable[[bool], None], *, count: int) -> None:
        self._done = done
        self._left = count
        self._went_well = True
        self._lock = threading.Lock()

    def __call__(self, delivery: Delivery) -> None:
        with self._lock:
            self._left -= 1
            self._went_well &= delivery.outcome == "delivered"
            is_last = self._left == 0
        if is_last:
            self._done(self._went_well)


class _Outcomes:
    """Gathers what became of a message on several channels."""

    def __init__(self, *, count: int) -> None:
        self._count = count
        self._changed = threading.Condition()
        self._deliveries: dict[str, Delivery] = {}

    def __call__(self, delivery: Delivery) -> None:
        with self._changed:
            self._deliveries[delivery.channel] = delivery
            self._changed.notify_all()

    def wait(self, timeout_s: float, lanes: Mapping[str, Lane]) -> dict[str, Delivery]:
        """Return the outcomes by channel; those that took too long as they stand in the lane."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._deliveries) == self._count, timeout_s)
            found = dict(self._deliveries)
        for name in lanes.keys() - found.keys():
            waiting = [one for one in lanes[name].log() if one.outcome == "waiting"]
            if waiting:
                found[name] = waiting[-1]
        return found


def _state(lane: Lane) -> ChannelState:
    kind, target = _place(lane.channel)
    health = lane.health()
    return ChannelState(
        name=lane.channel_name,
        kind=kind,
        target=target,
        counts=health.counts,
        last_try_ms=health.last_try_ms,
        last_try_s=health.last_try_s,
        last_error=health.last_error,
        waiting_s=health.waiting_s,
    )


def _place(channel: Channel) -> tuple[str, str]:
    """Return the kind of a channel and where it leads; one that does not say is like no other."""
    return getattr(channel, "kind", "") or type(channel).__name__, repr(channel)


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    return f"{what} {name!r}: expected one of {', '.join(sorted(known))}"


def _key(notice_key: str, lane: str) -> str:
    return hashlib.blake2b(f"{notice_key}\x00{lane}".encode(), digest_size=16).hexdigest()
