"""Windows of few collections become longer ones, once that time is over: few samples make dear blocks.

What is collected every few minutes, and what is summed up by the hour, has two dozen times in a window; a
block of those takes several times the bytes a sample that one of a month takes. What has to be done is found
in the tables, and done in one transaction for each new window: there are either the short ones or the long
one.

This module needs numpy and SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from otel_monitoring.storage.blocks.errors import CodecError, DamagedError
from otel_monitoring.storage.blocks.pack import merge
from otel_monitoring.storage.blocks.windows import SPANS_MS, TIMES_MIN, window
from otel_monitoring.storage.history import spans as spans_of
from otel_monitoring.storage.history.spans import Span, Written
from otel_monitoring.storage.tables import BATCHES, WINDOWS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.lease import Fence


class _Due(NamedTuple):
    """A time of one source and tier whose windows are to become one."""

    source: int
    tier_ms: int
    start_ms: int
    end_ms: int


class Merging:
    """Merge windows, those of one source and one time a step; called by the thread that compacts.

    Args:
        database: Where they are.
        fence: Gives what writes of the one process that compacts have to check.
        grace_ms: How long after its end a time is left alone: as long as memory holds a part of it, short
            windows are read more gladly.
        rest: Called between one block and the next, so that others have the processor as well.
    """

    def __init__(
        self,
        *,
        database: Database,
        fence: Callable[[], Fence],
        grace_ms: int,
        rest: Callable[[], object] = lambda: None,
    ) -> None:
        self._database = database
        self._fence = fence
        self._grace_ms = grace_ms
        self._rest = rest
        self._damaged: set[_Due] = set()
        self._ahead: deque[_Due] = deque()
        self._counts = dict.fromkeys(("windows", "merged", "damaged"), 0)

    def step(self, now_ms: int) -> bool:
        """Merge the windows of one time; return whether there were some.

        Args:
            now_ms: The time now, Unix milliseconds.

        Raises:
            StorageError: The database cannot be used now, or the lease is another's.
        """
        if not self._ahead:
            with self._database.read() as connection:
                self._ahead = self._due(connection, now_ms - self._grace_ms)
        if not self._ahead:
            return False
        due = self._ahead.popleft()
        try:
            with self._database.read() as connection:
                there = _there(connection, due)
                held = [spans_of.stored(connection, span) for span in there]
            packed = merge(held, rest=self._rest)
        except (DamagedError, CodecError):
            self._damaged.add(due)
            self._counts["damaged"] += 1
            return True
        span = Span(*due, sum(len(one.times_ms) for one in held))
        self._replace(due, there, Written(span, packed.times, packed.pieces))
        return True

    def stats(self) -> dict[str, int]:
        """Return how many windows were made, of how many, and how often what was there was damaged."""
        return dict(self._counts)

    def _replace(self, due: _Due, there: Sequence[Span], written: Written) -> None:
        """Write the long window in place of the short ones, unless somebody let some of them go meanwhile."""
        with self._database.write() as connection:
            self._fence().check(connection)
            if not there or _there(connection, due) != there:
                return
            spans_of.remove(connection, there)
            spans_of.write(connection, written)
        self._counts["windows"] += 1
        self._counts["merged"] += len(there)

    def _due(self, connection: Connection, now_ms: int) -> deque[_Due]:
        """Return what is to be merged into the shortest windows of which some are due."""
        waiting = _waiting(connection)
        for width_ms in SPANS_MS[1:]:
            found = deque(
                due
                for due in _sparse(connection, width_ms, until_ms=window(now_ms, width_ms)[0])
                if due not in self._damaged and due.end_ms <= waiting.get(due.source, due.end_ms)
            )
            if found:
                return found
        return deque()


def _sparse(connection: Connection, width_ms: int, *, until_ms: int) -> list[_Due]:
    """Return the times of that width which hold several windows of few collections each."""
    columns = WINDOWS.c
    number = (columns.end_ms - 1) // width_ms
    many = func.count()
    query = (
        select(columns.source, columns.tier_ms, number)
        .where(columns.end_ms <= until_ms, columns.end_ms - columns.start_ms < width_ms)
        .group_by(columns.source, columns.tier_ms, number)
        .having((many > 1) & (func.sum(columns.collections) < TIMES_MIN * many))
        .order_by(number)
    )
    return [
        _Due(source, tier_ms, at * width_ms, (at + 1) * width_ms)
        for source, tier_ms, at in connection.execute(query)
    ]


def _there(connection: Connection, due: _Due) -> list[Span]:
    """Return the windows that lie in a time."""
    return spans_of.spans(
        connection, tier_ms=due.tier_ms, start_ms=due.start_ms, end_ms=due.end_ms, source=due.source
    )


def _waiting(connection: Connection) -> dict[int, int]:
    """Return up to which time all collections of a source are in blocks, where not all are."""
    query = select(BATCHES.c.source, func.min(BATCHES.c.time_ms)).group_by(BATCHES.c.source)
    return {row[0]: row[1] - 1 for row in connection.execute(query)}
