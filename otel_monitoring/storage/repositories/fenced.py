"""What only the holder of a lease may write: all of it in one transaction, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from otel_monitoring.storage.writer import Job

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.lease import Fence
    from otel_monitoring.storage.writer import Done

Write: TypeAlias = "Callable[[Connection], object]"


def write_fenced(database: Database, fence: Fence, *writes: Write) -> None:
    """Write now, in one transaction that checks the fence first.

    Raises:
        FencedError: The lease has gone to another holder; nothing was written.
        StorageError: The database cannot be used, or refused; nothing was written.
    """
    with database.write() as connection:
        fence.check(connection)
        for write in writes:
            write(connection)


def fenced_job(kind: str, fence: Fence, *writes: Write, done: Done | None = None) -> Job:
    """Return a job for the writer that does the same in its own time; what is refused counts as failed."""

    def write_all(connection: Connection) -> None:
        fence.check(connection)
        for write in writes:
            write(connection)

    return Job(kind, write_all, done=done)
