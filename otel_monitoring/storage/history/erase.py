"""Rows go: shown to whoever keeps a copy, then deleted, with what belongs to them.

This module needs SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import delete, tuple_

from otel_monitoring.storage.history.spans import Span, remove
from otel_monitoring.storage.tables import FAMILIES, LAYOUTS, SERIES, SOURCES, WINDOWS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, Table

    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.lease import Fence


class Going(Protocol):
    """Told of what goes before it goes."""

    def __call__(self, connection: Connection, kind: str, rows: Sequence[Any]) -> None:
        """Take note of some rows of one kind; what raises keeps them."""
        ...


class Eraser:
    """Delete rows.

    Args:
        database: Where they are.
        fence: Gives what writes of the one process that does this have to check; ``None`` where somebody asks
            for it by hand.
        going: Told of the kind and the rows before they go, such as an archive.
    """

    def __init__(
        self, *, database: Database, fence: Callable[[], Fence] | None = None, going: Going | None = None
    ) -> None:
        self._database = database
        self._fence = fence
        self._going = going

    def __call__(self, kind: str, table: Table, rows: Sequence[Any]) -> None:
        """Let rows go.

        Args:
            kind: What they are.
            table: Where they are; what belongs to windows and to sources goes with them.
            rows: Whole ones.

        Raises:
            StorageError: The database cannot be used now, the lease is another's, or no copy can be kept.
        """
        if self._going is not None:
            with self._database.read() as connection:
                self._going(connection, kind, rows)
        with self._database.write() as connection:
            self.check(connection)
            if table is WINDOWS:
                remove(connection, [span_of(row) for row in rows])
                return
            key = list(table.primary_key)
            keys = [tuple(getattr(row, column.name) for column in key) for row in rows]
            if table is SOURCES:
                for other in (SERIES, LAYOUTS, FAMILIES):
                    connection.execute(delete(other).where(other.c.source.in_([one for (one,) in keys])))
            connection.execute(delete(table).where(tuple_(*key).in_(keys)))

    def check(self, connection: Connection) -> None:
        """Raise where another process has taken this over."""
        if self._fence is not None:
            self._fence().check(connection)


def span_of(row: Any) -> Span:
    """Return a row of ``windows`` as a window."""
    return Span(row.source, row.tier_ms, row.start_ms, row.end_ms, row.collections)
