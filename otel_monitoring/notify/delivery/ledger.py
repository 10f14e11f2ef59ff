"""What became of the messages of one channel: a log of the newest, and numbers of all."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from otel_monitoring.notify.delivery.record import Delivery

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.notify.delivery.queue import Item
    from otel_monitoring.notify.delivery.record import Outcome

_REMEMBERED = 4096
_LOGGED = 200
_MOST_NAMES = 20


@dataclass(frozen=True, slots=True)
class Health:
    """How a channel does.

    Attributes:
        counts: How many messages ended how, how many tries were repeated, and how many messages wait.
        last_try_ms: When it was tried last, Unix milliseconds; ``None`` before the first try.
        last_try_s: How long the last try took; ``None`` before the first one ended.
        last_error: Why the last try failed, without secrets; empty where it did not.
        waiting_s: How long the oldest message has waited; 0 where none waits.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    last_try_ms: int | None = None
    last_try_s: float | None = None
    last_error: str = ""
    waiting_s: float = 0.0


class Ledger:
    """Note what becomes of messages. Not locked: its lane is.

    Args:
        receiver: The name of the receiver.
        channel_name: The name of the channel within it.
        clock: The time.
    """

    def __init__(self, receiver: str, channel_name: str, *, clock: Clock) -> None:
        self._receiver = receiver
        self._channel_name = channel_name
        self._clock = clock
        self._delivered: OrderedDict[str, None] = OrderedDict()
        self._deliveries: deque[Delivery] = deque(maxlen=_LOGGED)
        self._counts = {"delivered": 0, "failed": 0, "refused": 0, "retried": 0, "superseded": 0}
        self._last_try_ms: int | None = None
        self._last_try_s: float | None = None
        self._last_error = ""

    def was_delivered(self, key: str) -> bool:
        """Return whether the message of that key has arrived, as far as is remembered."""
        return key in self._delivered

    def tried(self, item: Item, took_s: float) -> bool:
        """Note the end of a try; return whether it is the first to fail after one that did not."""
        is_new = bool(item.error) and not self._last_error
        self._last_try_ms = item.last_try_ms
        self._last_try_s = took_s
        self._last_error = item.error
        return is_new

    def retried(self) -> None:
        """Count a message that waits for another try."""
        self._counts["retried"] += 1

    def ended(self, item: Item, outcome: Outcome) -> Delivery:
        """Note how a message ended."""
        delivery = self.entry(item, outcome)
        self._deliveries.append(delivery)
        self._counts[outcome] += 1
        if outcome == "delivered":
            self._delivered[item.message.key] = None
            while len(self._delivered) > _REMEMBERED:
                self._delivered.popitem(last=False)
        return delivery

    def entries(self) -> list[Delivery]:
        """Return what became of the newest messages, oldest first."""
        return list(self._deliveries)

    def counts(self) -> dict[str, int]:
        """Return how many messages ended how, and how many tries were repeated."""
        return dict(self._counts)

    def health(self, *, waiting: int, waiting_s: float) -> Health:
        """Return how the channel does."""
        return Health(
            counts={**self._counts, "waiting": waiting},
            last_try_ms=self._last_try_ms,
            last_try_s=self._last_try_s,
            last_error=self._last_error,
            waiting_s=waiting_s,
        )

    def entry(self, item: Item, outcome: Outcome) -> Delivery:
        """Return how a message stands."""
        names = dict.fromkeys(alert.labels.get("alertname", "") for alert in item.message.alerts)
        return Delivery(
            key=item.message.key,
            receiver=self._receiver,
            channel=self._channel_name,
            status="report" if item.message.document else item.message.status,
            outcome=outcome,
            attempts=item.attempts,
            error=item.error,
            at_ms=self._clock.now_ms(),
            first_try_ms=item.first_try_ms,
            last_try_ms=item.last_try_ms,
            group_key=item.message.group_key,
            alert_names=tuple(names)[:_MOST_NAMES],
        )
