"""The records of one process: handed over to the storage, and read with those of all others.

This module needs SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from otel_monitoring.storage.documents import pack
from otel_monitoring.storage.repositories.records import append_records, load_records
from otel_monitoring.storage.samples.sources import introduce
from otel_monitoring.storage.writer import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from otel_monitoring.model.record import Record
    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.samples.sources import Source
    from otel_monitoring.storage.writer import Writer

_AT_ONCE = 500
_RECORD_BYTES = 512
_FLUSH_S = 1.0


class RecordLog:
    """Append records in the writer's own time; what does not fit into its queue is counted.

    Args:
        database: Where to.
        writer: Writes them.
        source: Returns who this process is, as of its samples.
    """

    def __init__(self, *, database: Database, writer: Writer, source: Callable[[], Source]) -> None:
        self._database = database
        self._writer = writer
        self._source = source
        self._begin()

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._waiting: Counter[str] = Counter()
        self._written: Counter[str] = Counter()
        self._dropped: Counter[str] = Counter()

    def append(self, records: Sequence[Record]) -> None:
        """Hand records over to the writer; never waits for the database."""
        for at in range(0, len(records), _AT_ONCE):
            self._put(records[at : at + _AT_ONCE])

    def find(
        self,
        kind: str,
        *,
        since_ms: int = 0,
        until_ms: int | None = None,
        key: str | None = None,
        trace: str | None = None,
        before: tuple[int, int] | None = None,
        most: int = 1000,
    ) -> list[Record]:
        """Return records of all processes, newest first, as :func:`load_records` does.

        Waits a moment for what this process handed over just now.

        Raises:
            StorageError: The storage cannot be used now.
        """
        if any(self._waiting.values()):
            self._writer.flush(_FLUSH_S)
        with self._database.read() as connection:
            return load_records(
                connection,
                kind,
                service=self._source().service.key,
                since_ms=since_ms,
                until_ms=until_ms,
                key=key,
                trace=trace,
                before=before,
                most=most,
            )

    def stats(self) -> dict[str, dict[str, int]]:
        """Return how many records wait, were written, and were dropped by the storage, by kind."""
        with self._lock:
            counts = {"waiting": self._waiting, "written": self._written, "dropped": self._dropped}
            return {name: dict(count) for name, count in counts.items()}

    def after_fork(self) -> None:
        """Begin empty in a child process: the parent writes what it was given."""
        self._begin()

    def _put(self, records: Sequence[Record]) -> None:
        kinds = Counter(record.kind for record in records)
        whose = self._source()
        service = whose.service.key
        tries = count()

        def write(connection: Connection) -> None:
            source = introduce(connection, whose)
            ours = [replace(record, source=source) for record in records]
            if next(tries) == 0 or not _is_there(connection, ours[0], service):
                append_records(connection, ours, service=service)

        def done(written: bool) -> None:  # noqa: FBT001 - what a job is told
            with self._lock:
                self._waiting.subtract(kinds)
                (self._written if written else self._dropped).update(kinds)

        with self._lock:
            self._waiting.update(kinds)
        size_bytes = sum(_RECORD_BYTES + len(pack(dict(record.document))) for record in records)
        if not self._writer.put(Job("records", write, size_bytes, done)):
            done(written=False)


def _is_there(connection: Connection, record: Record, service: str) -> bool:
    """Tell whether an earlier try has written a record after all: the answer of a server may get lost."""
    at_ms = record.time_ms
    found = load_records(
        connection, record.kind, service=service, since_ms=at_ms, until_ms=at_ms + 1, key=record.key
    )
    said = pack(dict(record.document))
    return any(one.source == record.source and pack(one.document) == said for one in found)
