"""What is old enough goes: how long each kind is kept, what would go now, and its going, slice by slice.

The audit is kept for ever. Where the database takes more than it may, ``room`` lets the oldest go first.

This module needs numpy and SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import exists, func, select

from otel_monitoring.storage.history.erase import Eraser
from otel_monitoring.storage.history.room import Room
from otel_monitoring.storage.history.space import pages_of, shrink
from otel_monitoring.storage.history.spans import RAW, TIERS_MS
from otel_monitoring.storage.tables import BATCHES, DELIVERIES, RECORDS, SOURCES, TRANSITIONS, WINDOWS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import ColumnElement, Connection, Table

    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.history.erase import Going
    from otel_monitoring.storage.lease import Fence

_DAY_MS = 86_400_000
_WINDOWS_AT_ONCE = 32
_ROWS_AT_ONCE = 500
_SOURCES_AT_ONCE = 20
_FREE_SHARE = 4
_FREE_BYTES_MIN = 1 << 20


@dataclass(frozen=True, slots=True)
class Keep:
    """How long what is kept; the audit is kept for ever.

    Attributes:
        metrics_days: Samples, and the processes that collected them.
        logs_days: Logs, traces, events and results of health checks.
        errors_days: Errors.
        alerts_days: What happened to alerts, and who was told.
        max_bytes: What the whole database may take; ``None`` for no limit.
    """

    metrics_days: float = 30
    logs_days: float = 90
    errors_days: float = 90
    alerts_days: float = 365
    max_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """What is kept for so long.

    Attributes:
        keep: How long.
        service: The key of the service whose it is; ``None`` for all services.
    """

    keep: Keep
    service: str | None = None


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


class _Kind(NamedTuple):
    name: str
    table: Table
    time: str
    days: str
    only: ColumnElement[bool] | None = None

    def where(self, share: Share, now_ms: int) -> tuple[int, list[ColumnElement[bool]]]:
        before_ms = now_ms - round(getattr(share.keep, self.days) * _DAY_MS)
        conditions = [self.table.c[self.time] < before_ms]
        if share.service is not None:
            conditions.append(self._belongs_to(share.service))
        return before_ms, conditions if self.only is None else [*conditions, self.only]

    def _belongs_to(self, service: str) -> ColumnElement[bool]:
        if "service" in self.table.c:
            return self.table.c.service == service
        ours = (SOURCES.c.id == self.table.c.source) & (SOURCES.c.service == service)
        return exists().where(ours)  # asked of each row that is old: a list of sources would be read first


_KINDS: Final = (
    _Kind("metrics", WINDOWS, "end_ms", "metrics_days", WINDOWS.c.tier_ms.in_((RAW, *TIERS_MS))),
    _Kind("collections", BATCHES, "time_ms", "metrics_days"),
    _Kind("errors", RECORDS, "time_ms", "errors_days", RECORDS.c.kind == "error"),
    _Kind("logs", RECORDS, "time_ms", "logs_days", RECORDS.c.kind != "error"),
    _Kind("alerts", TRANSITIONS, "at_ms", "alerts_days"),
    _Kind("deliveries", DELIVERIES, "at_ms", "alerts_days"),
    _Kind("processes", SOURCES, "last_seen_ms", "metrics_days"),
)


def everything(_connection: Connection, keep: Keep) -> Sequence[Share]:
    """Return that all of it is kept for equally long."""
    return [Share(keep)]


def due(connection: Connection, share: Share, now_ms: int) -> list[Due]:
    """Return what would go now, by kind; nothing is changed."""
    found = []
    for kind in _KINDS:
        before_ms, conditions = kind.where(share, now_ms)
        time = kind.table.c[kind.time]
        rows, oldest_ms = connection.execute(select(func.count(), func.min(time)).where(*conditions)).one()
        found.append(Due(kind.name, rows, before_ms, oldest_ms))
    return found


class Retention:
    """Let go what is old enough, a slice at a time; called by one thread.

    Args:
        database: Where it is.
        keep: How long what is kept.
        shares: Says whose is kept for how long.
        fence: Gives what writes of the one process that does this have to check; ``None`` where somebody asks
            for it by hand.
        going: Told of the kind and the rows of every slice before they go, such as an archive.
    """

    def __init__(
        self,
        *,
        database: Database,
        keep: Keep,
        shares: Callable[[Connection, Keep], Sequence[Share]] = everything,
        fence: Callable[[], Fence] | None = None,
        going: Going | None = None,
    ) -> None:
        self._database = database
        self._keep = keep
        self._shares = shares
        self._erase = Eraser(database=database, fence=fence, going=going)
        self._room = Room(database=database, max_bytes=keep.max_bytes, erase=self._erase)
        self._counts = dict.fromkeys([kind.name for kind in _KINDS], 0)

    def step(self, now_ms: int) -> bool:
        """Let one slice go; return whether there may be more.

        Args:
            now_ms: The time now, Unix milliseconds.

        Raises:
            StorageError: The database cannot be used now, or the lease is another's.
        """
        with self._database.read() as connection:
            shares = self._shares(connection, self._keep)
        is_old = any(self._slice(kind, share, now_ms) for share in shares for kind in _KINDS)
        return is_old or self._room.step(now_ms) or self._give_back()

    def gone(self) -> dict[str, int]:
        """Return how many rows of each kind went, and how many ``for_space``."""
        return {**self._counts, "for_space": self._room.gone}

    def stats(self) -> dict[str, int]:
        """Return what :meth:`gone` does, and what else :meth:`Room.stats` gives."""
        return {**self._counts, **self._room.stats()}

    def _slice(self, kind: _Kind, share: Share, now_ms: int) -> bool:
        _, conditions = kind.where(share, now_ms)
        if kind.table is SOURCES:
            conditions.append(~exists().where(WINDOWS.c.source == SOURCES.c.id))
            conditions.append(~exists().where(BATCHES.c.source == SOURCES.c.id))
        most = {WINDOWS: _WINDOWS_AT_ONCE, SOURCES: _SOURCES_AT_ONCE}.get(kind.table, _ROWS_AT_ONCE)
        query = select(kind.table).where(*conditions).order_by(kind.table.c[kind.time]).limit(most)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        if not rows:
            return False
        self._erase(kind.name, kind.table, rows)
        self._counts[kind.name] += len(rows)
        return True

    def _give_back(self) -> bool:
        """Shrink an SQLite file of which much is free; what is free in it otherwise is used again."""
        if not self._database.is_sqlite:
            return False
        with self._database.read() as connection:
            page, pages, free = pages_of(connection)
        if free * page < _FREE_BYTES_MIN or free * _FREE_SHARE < pages:
            return False
        with self._database.write() as connection:
            self._erase.check(connection)
            shrink(connection)
        with self._database.read() as connection:
            return pages_of(connection)[2] < free
