"""Windows of few collections become longer ones, once that time is over: few samples make dear blocks.

What is collected every few minutes, and what is summed up by the hour, has two dozen times in a window; a
block of those takes several times the bytes a sample that one of a month takes. What has to be done is found
in the tables, and done in one transaction for each new window: there are either the short ones or the long
one.

This module needs numpy and SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from otel_monitoring.storage.blocks.errors import CodecError, DamagedError
from otel_monitoring.storage.blocks.pack import merge
from otel_monitoring.storage.blocks.windows import SPANS_MS, TIMES_MIN, window
from otel_monitoring.storage.history import spans as spans_of
from otel_monitoring.storage.history.spans import Span, Written
from otel_monitoring.storage.tables import BATCHES, WINDOWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
        self._counts = dict.fromkeys(("windows", "merged", "damaged"), 0)

    def step(self, now_ms: int) -> bool:
        """Merge the windows of one time; return whether there were some.

        Args:
            now_ms: The time now, Unix milliseconds.

        Raises:
            StorageError: The database cannot be used now, or the lease is another's.
        """
        with self._database.read() as connection:
            due = next(self._due(connection, now_ms - self._grace_ms), None)
            if due is None:
                return False
            there = _there(connection, due)
        try:
            with self._database.read() as connection:
                held = [spans_of.stored(connection, span) for span in there]
            packed = merge(held, rest=self._rest)
        except (DamagedError, CodecError):
            self._damaged.add(due)
            self._counts["damaged"] += 1
            return True
        span = Span(*due, sum(len(one.times_ms) for one in held))
        with self._database.write() as connection:
            self._fence().check(connection)
            if _there(connection, due) != there:  # somebody let some of them go meanwhile
                return True
            spans_of.remove(connection, there)
            spans_of.write(connection, Written(span, packed.times, packed.pieces))
        self._counts["windows"] += 1
        self._counts["merged"] += len(there)
        return True

    def stats(self) -> dict[str, int]:
        """Return how many windows were made, of how many, and how often what was there was damaged."""
        return dict(self._counts)

    def _due(self, connection: Connection, now_ms: int) -> Iterator[_Due]:
        """Yield what is to be merged, into shorter windows first."""
        for width_ms in SPANS_MS[1:]:
            for due in _sparse(connection, width_ms, until_ms=window(now_ms, width_ms)[0]):
                if due not in self._damaged and not _has_collections(connection, due):
                    yield due


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


def _has_collections(connection: Connection, due: _Due) -> bool:
    """Tell whether collections of a time are not in blocks yet."""
    columns = BATCHES.c
    there = (
        (columns.source == due.source) & (columns.time_ms > due.start_ms) & (columns.time_ms <= due.end_ms)
    )
    return connection.execute(select(columns.id).where(there).limit(1)).first() is not None
