"""A database that may take so much and no more: the oldest goes first.

First what is older than two days of every sample and of records, then minutes and hours, then the rest, at
last collections that are in no block yet. Those of the last minutes stay, since other processes have yet to
read them, and so do label sets, alerts, and the audit: a limit below what these take cannot be kept to, which
is said once.

Rows go once the limit is nearly reached, so that the file itself stays below it: what is free is used again.

This module needs SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import func, select, tuple_

from otel_monitoring.storage.history import space
from otel_monitoring.storage.history.spans import RAW
from otel_monitoring.storage.tables import BATCHES, BLOCKS, RECORDS, WINDOWS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Connection, Table

    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.history.erase import Eraser

_log = logging.getLogger(__name__)

_HOUR_MS: Final = 3_600_000
_RECENT_MS: Final = 48 * _HOUR_MS
_UNREAD_MS: Final = 300_000
_WINDOWS_AT_ONCE: Final = 32
_ROWS_AT_ONCE: Final = 500
_SQLITE: Final = (0.85, 0.9)
_SERVER: Final = (0.5, 0.55)
"""Down to which share of the limit rows go, and from which on. Servers fill gaps less well."""


_CROWDED: Final = 0.7
"""From which share of the limit on a server is asked to use gaps again; what is rewritten leaves some."""


class _Oldest(NamedTuple):
    kind: str
    table: Table
    rows: Sequence[Any]
    sizes: Sequence[int]
    time: str

    @property
    def from_ms(self) -> int:
        first: int = getattr(self.rows[0], self.time)
        return first

    def before(self, time_ms: int) -> _Oldest:
        """Return those that are older than a time."""
        rows = [row for row in self.rows if getattr(row, self.time) < time_ms]
        return self._replace(rows=rows, sizes=self.sizes[: len(rows)])


class Room:
    """Keep a database below what it may take; called by one thread.

    Args:
        database: Where it is.
        max_bytes: What it may take; ``None`` for no limit.
        erase: Lets rows go.

    Attributes:
        gone: How many rows went.
    """

    def __init__(self, *, database: Database, max_bytes: int | None, erase: Eraser) -> None:
        self._database = database
        self._max_bytes = max_bytes
        self._erase = erase
        self._share = _SQLITE if database.is_sqlite else _SERVER
        self._is_making = self._is_short = False
        self.gone = 0

    def step(self, now_ms: int) -> bool:
        """Let the oldest go where too much is taken; return whether there may be more.

        Args:
            now_ms: The time now, Unix milliseconds.

        Raises:
            StorageError: The database cannot be used now, or the lease is another's.
        """
        if self._max_bytes is None:
            return False
        taken = space.space_of(self._database)
        low, high = (round(share * self._max_bytes) for share in self._share)
        if taken.used_bytes <= (low if self._is_making else high):
            return self._settle(taken)
        with self._database.read() as connection:
            found = _oldest(connection, now_ms)
        if found is None:
            self._tell(f"{taken.used_bytes} bytes have to stay")
            return self._settle(taken)
        self._is_making = True
        rows = _enough(found, taken.used_bytes - low)
        self._erase(found.kind, found.table, rows)
        self.gone += len(rows)
        if getattr(rows[-1], found.time) > now_ms - _HOUR_MS:
            self._tell("the oldest that went is younger")
        else:
            self._is_short = False
        return True

    def stats(self) -> dict[str, int]:
        """Return how many rows went for want of space, and 1 where the limit is too small for an hour."""
        return {"for_space": self.gone, "short_of_space": int(self._is_short)}

    def _settle(self, taken: space.Space) -> bool:
        """Make what is free of use; return whether there may be more to do."""
        was_making, self._is_making = self._is_making, False
        if not self._database.is_sqlite:
            if was_making or taken.total_bytes > (self._max_bytes or 0) * _CROWDED:
                space.reuse(self._database)
            return False
        if taken.total_bytes <= (self._max_bytes or 0):
            return False
        with self._database.write() as connection:
            self._erase.check(connection)
            space.shrink(connection)
        return space.space_of(self._database).total_bytes < taken.total_bytes

    def _tell(self, reason: str) -> None:
        if not self._is_short:
            _log.warning(
                "storage.max_bytes is %s, too little for an hour of samples: %s", self._max_bytes, reason
            )
        self._is_short = True


def _oldest(connection: Connection, now_ms: int) -> _Oldest | None:
    """Return rows to go next, the oldest first; ``None`` where everything has to stay."""
    samples = _windows(connection, WINDOWS.c.tier_ms == RAW)
    records = select(RECORDS).order_by(RECORDS.c.id).limit(_ROWS_AT_ONCE)  # in the order in which they came
    several = [samples, _rows(connection, "records", RECORDS, records, "time_ms")]
    oldest = min((one for one in several if one.rows), key=lambda one: one.from_ms, default=None)
    if oldest is not None and oldest.from_ms < now_ms - _RECENT_MS:
        return oldest.before(now_ms - _RECENT_MS)
    summed = _windows(connection, WINDOWS.c.tier_ms != RAW)
    if summed.rows:
        return summed
    if oldest is not None and oldest.from_ms < now_ms - _UNREAD_MS:
        return oldest.before(now_ms - _UNREAD_MS)
    unread = BATCHES.c.time_ms < now_ms - _UNREAD_MS
    query = select(BATCHES).where(unread).order_by(BATCHES.c.time_ms).limit(_ROWS_AT_ONCE)
    collections = _rows(connection, "collections", BATCHES, query, "time_ms")
    return collections if collections.rows else None


def _windows(connection: Connection, which: ColumnElement[bool]) -> _Oldest:
    query = select(WINDOWS).where(which).order_by(WINDOWS.c.end_ms).limit(_WINDOWS_AT_ONCE)
    rows = connection.execute(query).all()
    key = (BLOCKS.c.source, BLOCKS.c.tier_ms, BLOCKS.c.start_ms)
    keys = [(row.source, row.tier_ms, row.start_ms) for row in rows]
    sizes: dict[tuple[int, int, int], int] = {}
    if keys:
        held = select(*key, func.sum(func.length(BLOCKS.c.data))).where(tuple_(*key).in_(keys)).group_by(*key)
        sizes = {(row[0], row[1], row[2]): int(row[3]) for row in connection.execute(held)}
    return _Oldest("metrics", WINDOWS, rows, [sizes.get(one, 0) for one in keys], "end_ms")


def _rows(connection: Connection, kind: str, table: Table, query: Any, time: str) -> _Oldest:
    rows = connection.execute(query).all()
    return _Oldest(kind, table, rows, [len(row.data) for row in rows], time)


def _enough(found: _Oldest, wanted_bytes: int) -> Sequence[Any]:
    """Return the first rows that make as much room as is wanted, at least one."""
    freed = 0
    for count, size_bytes in enumerate(found.sizes, 1):
        freed += size_bytes
        if freed >= wanted_bytes:
            return found.rows[:count]
    return found.rows
