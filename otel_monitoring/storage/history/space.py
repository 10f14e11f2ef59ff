"""What our tables take of a disk, what of it is in use, and giving back what is not.

SQLite keeps the pages of deleted rows and fills them again; PostgreSQL does so after ``VACUUM``. Neither
makes its files smaller by itself.

This module needs SQLAlchemy; import it lazily on the start-up path.

Sources: https://www.sqlite.org/pragma.html#pragma_incremental_vacuum,
https://www.postgresql.org/docs/current/routine-vacuuming.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import LargeBinary, func, select, text

from otel_monitoring.storage.tables import metadata

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

    from otel_monitoring.storage.database import Database

_LOG: Final = "-wal"
_PER_CHUNK: Final = 1.06
"""Long values lie in pieces of two kilobytes, each with a head and a line of an index."""
_PER_ROW_BYTES: Final = 120
_PAGES_AT_ONCE: Final = 4000


class Space(NamedTuple):
    """What is taken.

    Attributes:
        total_bytes: Of the disk: the file of SQLite with its log, or all of our tables with their indexes.
        used_bytes: What of it holds something.
    """

    total_bytes: int
    used_bytes: int


def space_of(database: Database) -> Space:
    """Return what a database takes.

    Raises:
        StorageError: It cannot be used now.
    """
    with database.read() as connection:
        if not database.is_sqlite:
            return _of_server(connection)
        page, pages, free = pages_of(connection)
    return Space(page * pages + _log_bytes(database), page * (pages - free) + _log_bytes(database))


def pages_of(connection: Connection) -> tuple[int, int, int]:
    """Return the size of a page of SQLite in bytes, and how many there are, and how many of them are free."""
    names = ("page_size", "page_count", "freelist_count")
    page, pages, free = (int(connection.execute(text(f"PRAGMA {name}")).scalar_one()) for name in names)
    return page, pages, free


def shrink(connection: Connection) -> None:
    """Give some free pages of SQLite back, in a transaction that writes."""
    _, _, free = pages_of(connection)
    for _ in range(min(free, _PAGES_AT_ONCE)):
        # Of many pages asked for at once the driver gives one back: it takes one step where no rows come.
        connection.exec_driver_sql("PRAGMA incremental_vacuum(1)")


def reuse(database: Database) -> None:
    """Let PostgreSQL use the space of deleted rows again at once; others read and write meanwhile.

    Raises:
        StorageError: It cannot be used now.
    """
    database.outside(f"VACUUM {', '.join(sorted(metadata.tables))}")


def _log_bytes(database: Database) -> int:
    path = database.place.path
    if path is None:
        return 0
    try:
        return path.with_name(path.name + _LOG).stat().st_size
    except OSError:
        return 0


def _of_server(connection: Connection) -> Space:
    total = used = 0
    for table in metadata.tables.values():
        size = connection.scalar(select(func.pg_total_relation_size(table.name))) or 0
        total += size
        used += min(size, _held(connection, table)) if _is_long(table) else size
    return Space(total, used)


def _is_long(table: Table) -> bool:
    return any(isinstance(column.type, LargeBinary) for column in table.columns)


def _held(connection: Connection, table: Table) -> int:
    """Return about what the rows of a table take; the length of a long value is known without reading it."""
    lengths = [func.sum(func.octet_length(one)) for one in table.columns if isinstance(one.type, LargeBinary)]
    *held, rows = connection.execute(select(*lengths, func.count()).select_from(table)).one()
    return round(float(sum(one or 0 for one in held)) * _PER_CHUNK) + int(rows) * _PER_ROW_BYTES
