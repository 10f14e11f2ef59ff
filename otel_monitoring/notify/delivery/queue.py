"""What waits for one channel, and which of it is next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from otel_monitoring.notify.delivery.record import Delivery
    from otel_monitoring.notify.message import Message

    Done: TypeAlias = Callable[[Delivery], None]


@dataclass(slots=True)
class Item:
    """One message that waits or is being sent.

    Attributes:
        message: What to tell.
        since_s: When it was queued, on the monotonic clock.
        due_s: When it may be tried next.
        done: Called once when its fate is decided; without any, nothing may take its place.
        most_tries: How often it may be tried; 0 for as often as patience lasts.
        does: Which method of the channel takes the message.
        is_firm: Whether nothing may take its place.
        attempts: How often it was tried.
        failures: How often its group was tried in vain, over superseded messages too.
        is_sending: Whether a try runs now.
        is_decided: Whether its fate is known.
        first_try_ms: When it was tried first, Unix milliseconds.
        last_try_ms: When it was tried last.
        error: Why the last try failed.
    """

    message: Message
    since_s: float
    due_s: float
    done: list[Done] = field(default_factory=list)
    most_tries: int = 0
    does: str = "send"
    is_firm: bool = False
    attempts: int = 0
    failures: int = 0
    is_sending: bool = False
    is_decided: bool = False
    first_try_ms: int | None = None
    last_try_ms: int | None = None
    error: str = ""


class Queue:
    """Messages in the order of their arrival; those of one group never overtake each other.

    Not locked: its lane is.
    """

    def __init__(self) -> None:
        self._items: dict[str, Item] = {}
        self._groups: dict[str, list[Item]] = {}

    def __len__(self) -> int:
        """Return how many wait or are being sent."""
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        """Go through them in the order of their arrival."""
        return iter(self._items.values())

    def get(self, key: str) -> Item | None:
        """Return what waits under ``key``."""
        return self._items.get(key)

    def of_group(self, group_id: str) -> list[Item]:
        """Return what waits of one group, oldest first."""
        return list(self._groups.get(group_id, ()))

    def add(self, item: Item) -> None:
        """Put ``item`` last."""
        self._items[item.message.key] = item
        self._groups.setdefault(item.message.group_id, []).append(item)

    def remove(self, item: Item) -> bool:
        """Take ``item`` out; return whether it was there."""
        if self._items.get(item.message.key) is not item:
            return False
        del self._items[item.message.key]
        group = self._groups[item.message.group_id]
        group.remove(item)
        if not group:
            del self._groups[item.message.group_id]
        return True

    def supersede(self, item: Item) -> list[Item]:
        """Take out what waits of the group of a new ``item`` and may give way; it keeps up their pauses.

        What somebody asked to be told the fate of gives way, unless it is being sent or is a test.
        """
        if not item.done:
            return []
        group = self.of_group(item.message.group_id)
        older = [one for one in group if one.done and not (one.is_sending or one.most_tries or one.is_firm)]
        for one in older:
            self.remove(one)
            item.due_s = max(item.due_s, one.due_s)
            item.failures = max(item.failures, one.failures)
        return older

    def postpone(self, item: Item, *, due_s: float) -> bool:
        """Let ``item`` wait for another try; return whether it gives way to a newer one instead."""
        newer = [one for one in self.of_group(item.message.group_id) if one is not item]
        item.due_s = due_s
        item.is_sending = False
        gives_way = bool(newer and item.done and newer[-1].done and not item.is_firm)
        for one in newer if gives_way else ():
            one.due_s, one.failures = item.due_s, item.failures
        return gives_way

    def next(self, now_s: float) -> Item | None:
        """Return the oldest message that is due and the first of its group."""
        return next((item for item in self if item.due_s <= now_s and self._is_first(item)), None)

    def next_due_s(self) -> float:
        """Return when the next message is due; there must be one."""
        return min(group[0].due_s for group in self._groups.values())

    def _is_first(self, item: Item) -> bool:
        return self._groups[item.message.group_id][0] is item
