"""Which groups are looked at next, and the time that counts for alerts."""

from __future__ import annotations

import heapq
import math
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from otel_monitoring.alerts.routing.groups import Group

_HEARD_EVERY_S = 60.0
"""A process that runs is heard of this often, whether a group is due or not."""
_ASLEEP_AFTER_S = 60.0
"""A flush that comes this much later means that the process stood still, not that alerts ended."""


class Agenda:
    """Groups by the time at which they are due; scheduling one again makes what was planned before void."""

    def __init__(self) -> None:
        self._queue: list[tuple[float, int, Group]] = []
        self._order = count()

    def schedule(self, group: Group, due_s: float) -> None:
        """Plan a look at a group, in place of the one that was planned."""
        group.due_s = due_s
        heapq.heappush(self._queue, (due_s, next(self._order), group))

    def due(self, now_s: float) -> list[Group]:
        """Take off the groups that are due, in order of time."""
        found: list[Group] = []
        while self._queue and self._queue[0][0] <= now_s:
            due_s, _, group = heapq.heappop(self._queue)
            if group.due_s == due_s:
                group.due_s = -math.inf
                found.append(group)
        return found

    def next_s(self) -> float:
        """Return when the next group is due; infinite where there is none."""
        while self._queue and self._queue[0][2].due_s != self._queue[0][0]:
            heapq.heappop(self._queue)
        return self._queue[0][0] if self._queue else math.inf


class AwakeTime:
    """Monotonic seconds without those in which the process stood still: they are not held against alerts."""

    def __init__(self) -> None:
        self._asleep_s = 0.0
        self._promised_s = math.inf

    def promise(self, due_s: float, *, now_s: float) -> None:
        """Note when there is something to do next: by then, or a minute from now, the process is heard of."""
        self._promised_s = min(due_s, now_s + _HEARD_EVERY_S)

    def notice(self, now_s: float) -> None:
        """Note that the process runs: where that is much later than it meant to, it stood still."""
        late_s = now_s - self._promised_s
        if late_s > _ASLEEP_AFTER_S:
            self._asleep_s += late_s
            self._promised_s = now_s

    def at(self, now_s: float) -> float:
        """Return the awake time at a time of the monotonic clock."""
        return now_s - self._asleep_s
