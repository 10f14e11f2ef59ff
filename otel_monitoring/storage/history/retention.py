"""What is old enough goes: how long each kind is kept, what would go now, and its going, slice by slice.

The audit is kept for ever. Where the database takes more than it may, the oldest raw samples go first;
minutes and hours of them stay.

This module needs numpy and SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from sqlalchemy import delete, exists, func, select, text

from otel_monitoring.storage.history.spans import RAW, Span, remove
from otel_monitoring.storage.tables import (
    BATCHES,
    DELIVERIES,
    FAMILIES,
    LAYOUTS,
    RECORDS,
    SERIES,
    SOURCES,
    TRANSITIONS,
    WINDOWS,
    metadata,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import ColumnElement, Connection, Table

    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.lease import Fence

_DAY_MS = 86_400_000
_WINDOWS_AT_ONCE = 32
_ROWS_AT_ONCE = 500
_SOURCES_AT_ONCE = 20
_FREE_SHARE = 4
_FREE_BYTES_MIN = 1 << 20
_PAGES_AT_ONCE = 4000


@dataclass(frozen=True, slots=True)
class Keep:
    """How long what is kept; the audit is kept for ever.

    Attributes:
        metrics_days: Samples, and the processes that collected them.
        logs_days: Logs, traces, events and results of health checks.
        errors_days: Errors.
        alerts_days: What happened to alerts, and who was told.
        max_bytes: What the database may take; ``None`` for no limit.
    """

    metrics_days: float = 30
    logs_days: float = 90
    errors_days: float = 90
    alerts_days: float = 365
    max_bytes: int | None = None


class Due(NamedTuple):
    """What is old enough of one kind.

    Attributes:
        kind: What it is.
        rows: How many.
        before_ms: What is older goes, Unix milliseconds.
        oldest_ms: The oldest of it; ``None`` where nothing is.
    """

    kind: str
    rows: int
    before_ms: int
    oldest_ms: int | None


class Going(Protocol):
    """Told of what goes before it goes."""

    def __call__(self, connection: Connection, kind: str, rows: Sequence[Any]) -> None:
        """Take note of some rows of one kind; what raises keeps them."""
        ...


class _Kind(NamedTuple):
    name: str
    table: Table
    time: str
    days: str
    only: ColumnElement[bool] | None = None

    def where(self, keep: Keep, now_ms: int) -> tuple[int, list[ColumnElement[bool]]]:
        before_ms = now_ms - round(getattr(keep, self.days) * _DAY_MS)
        conditions = [self.table.c[self.time] < before_ms]
        return before_ms, conditions if self.only is None else [*conditions, self.only]


_KINDS: Final = (
    _Kind("metrics", WINDOWS, "end_ms", "metrics_days"),
    _Kind("collections", BATCHES, "time_ms", "metrics_days"),
    _Kind("errors", RECORDS, "time_ms", "errors_days", RECORDS.c.kind == "error"),
    _Kind("logs", RECORDS, "time_ms", "logs_days", RECORDS.c.kind != "error"),
    _Kind("alerts", TRANSITIONS, "at_ms", "alerts_days"),
    _Kind("deliveries", DELIVERIES, "at_ms", "alerts_days"),
    _Kind("processes", SOURCES, "last_seen_ms", "metrics_days"),
)


def due(connection: Connection, keep: Keep, now_ms: int) -> list[Due]:
    """Return what would go now, by kind; nothing is changed."""
    found = []
    for kind in _KINDS:
        before_ms, conditions = kind.where(keep, now_ms)
        time = kind.table.c[kind.time]
        rows, oldest_ms = connection.execute(select(func.count(), func.min(time)).where(*conditions)).one()
        found.append(Due(kind.name, rows, before_ms, oldest_ms))
    return found


class Retention:
    """Let go what is old enough, a slice at a time; called by one thread.

    Args:
        database: Where it is.
        keep: How long what is kept.
        fence: Gives what writes of the one process that does this have to check; ``None`` where somebody asks
            for it by hand.
        going: Told of the kind and the rows of every slice before they go, such as an archive.
    """

    def __init__(
        self,
        *,
        database: Database,
        keep: Keep,
        fence: Callable[[], Fence] | None = None,
        going: Going | None = None,
    ) -> None:
        self._database = database
        self._fence = fence
        self._keep = keep
        self._going = going
        self._counts = dict.fromkeys([*(kind.name for kind in _KINDS), "for_space"], 0)

    def step(self, now_ms: int) -> bool:
        """Let one slice go; return whether there may be more.

        Args:
            now_ms: The time now, Unix milliseconds.

        Raises:
            StorageError: The database cannot be used now, or the lease is another's.
        """
        return any(self._slice(kind, now_ms) for kind in _KINDS) or self._make_room() or self._give_back()

    def stats(self) -> dict[str, int]:
        """Return how many rows of each kind went, and how many windows for want of space."""
        return dict(self._counts)

    def _slice(self, kind: _Kind, now_ms: int) -> bool:
        _, conditions = kind.where(self._keep, now_ms)
        if kind.table is SOURCES:
            conditions.append(~exists().where(WINDOWS.c.source == SOURCES.c.id))
            conditions.append(~exists().where(BATCHES.c.source == SOURCES.c.id))
        most = {WINDOWS: _WINDOWS_AT_ONCE, SOURCES: _SOURCES_AT_ONCE}.get(kind.table, _ROWS_AT_ONCE)
        query = select(kind.table).where(*conditions).order_by(kind.table.c[kind.time]).limit(most)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
            if not rows:
                return False
            if self._going is not None:
                self._going(connection, kind.name, rows)
        self._delete(kind.table, rows)
        self._counts[kind.name] += len(rows)
        return True

    def _delete(self, table: Table, rows: Sequence[Any]) -> None:
        with self._database.write() as connection:
            if self._fence is not None:
                self._fence().check(connection)
            if table is WINDOWS:
                remove(connection, [_span(row) for row in rows])
                return
            [key] = table.primary_key
            keys = [getattr(row, key.name) for row in rows]
            if table is SOURCES:
                for other in (SERIES, LAYOUTS, FAMILIES):
                    connection.execute(delete(other).where(other.c.source.in_(keys)))
            connection.execute(delete(table).where(key.in_(keys)))

    def _make_room(self) -> bool:
        """Let the oldest raw windows go where the database takes more than it may."""
        if self._keep.max_bytes is None:
            return False
        with self._database.read() as connection:
            if size_bytes(connection) <= self._keep.max_bytes:
                return False
            oldest = select(WINDOWS).order_by(WINDOWS.c.tier_ms != RAW, WINDOWS.c.end_ms)
            rows = connection.execute(oldest.limit(_WINDOWS_AT_ONCE)).all()
            if rows and self._going is not None:
                self._going(connection, "metrics", rows)
        if rows:
            self._delete(WINDOWS, rows)
        self._counts["for_space"] += len(rows)
        return bool(rows)

    def _give_back(self) -> bool:
        """Shrink an SQLite file of which much is free; what is free in it otherwise is used again."""
        if not self._database.is_sqlite:
            return False
        with self._database.read() as connection:
            page, pages, free = _pages(connection)
        if free * page < _FREE_BYTES_MIN or free * _FREE_SHARE < pages:
            return False
        with self._database.write() as connection:
            if self._fence is not None:
                self._fence().check(connection)
            connection.execute(text(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})")).all()
        with self._database.read() as connection:
            return _pages(connection)[2] < free


def size_bytes(connection: Connection) -> int:
    """Return what our tables take, free pages left out."""
    if connection.dialect.name == "sqlite":
        page, pages, free = _pages(connection)
        return page * (pages - free)
    sizes = [select(func.pg_total_relation_size(name)) for name in metadata.tables]
    return sum(connection.scalar(query) or 0 for query in sizes)


def _pages(connection: Connection) -> tuple[int, int, int]:
    """Return the size of a page in bytes, and how many there are, and how many of them are free."""
    names = ("page_size", "page_count", "freelist_count")
    page, pages, free = (int(connection.execute(text(f"PRAGMA {name}")).scalar_one()) for name in names)
    return page, pages, free


def _span(row: Any) -> Span:
    return Span(row.source, row.tier_ms, row.start_ms, row.end_ms, row.collections)
