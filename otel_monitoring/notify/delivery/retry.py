"""Delivery: every channel on a lane of its own (P11).

A channel that hangs, refuses or raises delays neither the rules nor any other channel.
"""

from __future__ import annotations

import hashlib
import random
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.delivery.lane import Delivery, Lane, Patience
from otel_monitoring.notify.message import message_of, redacted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from otel_monitoring.model.alert import Notice
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.notify.channel import Channel

__all__ = ["Deliver", "Delivery", "Patience"]


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
    ) -> None:
        self._clock = clock
        self._redact = redact
        self._external_url = external_url
        self._most_alerts = most_alerts
        self._lanes: dict[str, list[Lane]] = {
            receiver: [
                Lane(
                    f"{receiver}/{name}",
                    channel,
                    clock=clock,
                    patience=patience or Patience(),
                    capacity=capacity,
                    shield=shield,
                    chance=chance,
                )
                for name, channel in channels.items()
            ]
            for receiver, channels in receivers.items()
        }

    def __call__(self, notice: Notice) -> None:
        """Queue ``notice`` for every channel of its receiver; returns at once.

        Raises:
            NotifyError: There is no such receiver.
        """
        lanes = self._lanes.get(notice.receiver)
        if lanes is None:
            msg = f"receiver {notice.receiver!r}: expected one of {', '.join(sorted(self._lanes))}"
            raise NotifyError(msg)
        message = message_of(notice, external_url=self._external_url, most_alerts=self._most_alerts)
        message = redacted(message, self._redact)
        for lane in lanes:
            lane.put(replace(message, key=_key(notice.key, lane.name)))

    def log(self) -> list[Delivery]:
        """Return what became of the newest messages, oldest first."""
        return sorted((one for lane in self._all() for one in lane.log()), key=lambda one: one.at_ms)

    def stats(self) -> dict[str, dict[str, int]]:
        """Return, per channel, how many messages were delivered, failed or refused, and how many wait."""
        return {lane.name: lane.stats() for lane in self._all()}

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
        for lane in self._all():
            lane.after_fork()

    def _all(self) -> Sequence[Lane]:
        return [lane for lanes in self._lanes.values() for lane in lanes]


def _key(notice_key: str, lane: str) -> str:
    return hashlib.blake2b(f"{notice_key}\x00{lane}".encode(), digest_size=16).hexdigest()
