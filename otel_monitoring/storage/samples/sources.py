"""Who collects: one run of a process, known by its instance id."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from otel_monitoring.storage.documents import pack, plain, unpack
from otel_monitoring.storage.tables import SOURCES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Row

INSTANCE_ID = "service.instance.id"
WRITTEN_BY = "written_by"
"""The attribute of a source that is no process: the instance whose rules wrote it."""

_MOST_INSTANCE = 200


@dataclass(frozen=True, slots=True)
class Source:
    """One run of a process.

    Attributes:
        instance: A name that no other run has; usually its ``service.instance.id``.
        service: The name of the service.
        host: The name of the host.
        pid: The number of the process on its host.
        version: The version of the service.
        started_ms: When it started, Unix milliseconds.
        attributes: What else is known of it, plain values.
    """

    instance: str
    service: str = ""
    host: str = ""
    pid: int = 0
    version: str = ""
    started_ms: int = 0
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The ``service.instance.id``, the label ``instance`` of its series; a fixed one outlives a run."""
        return str(self.attributes.get(INSTANCE_ID, self.instance))

    @property
    def written_by(self) -> str:
        """The instance whose rules wrote it; empty for what a process collected itself."""
        return str(self.attributes.get(WRITTEN_BY, ""))


@dataclass(frozen=True, slots=True)
class Run:
    """A source as the storage knows it; times are Unix milliseconds.

    Attributes:
        id: Its number in this database.
        source: Who it is.
        last_seen_ms: When it appended last.
        last_seq: The number of its last collection.
        ended_ms: When it said that it ends; ``None`` while it runs, and where it crashed.
        exit_reason: Why it ended; empty where it did not say.
    """

    id: int
    source: Source
    last_seen_ms: int
    last_seq: int
    ended_ms: int | None
    exit_reason: str


def runs(connection: Connection, *, seen_since_ms: int = 0) -> list[Run]:
    """Return every run that was seen since a time, in the order in which they came."""
    query = select(SOURCES).where(SOURCES.c.last_seen_ms >= seen_since_ms).order_by(SOURCES.c.id)
    return [_run(row) for row in connection.execute(query) if isinstance(row.last_seq, int)]


def source_row(source: Source) -> dict[str, Any]:
    """Return the row of a source that has appended nothing yet."""
    return {
        "instance": plain(source.instance, _MOST_INSTANCE),
        "service": plain(source.service),
        "host": plain(source.host),
        "pid": source.pid,
        "version": plain(source.version),
        "started_ms": source.started_ms,
        "last_seen_ms": source.started_ms,
        "last_seq": 0,
        "ended_ms": None,
        "exit_reason": None,
        "document": pack(dict(source.attributes)),
    }


def _run(row: Row[Any]) -> Run:
    source = Source(
        instance=row.instance,
        service=row.service,
        host=row.host,
        pid=row.pid,
        version=row.version,
        started_ms=row.started_ms,
        attributes=unpack(row.document),
    )
    return Run(row.id, source, row.last_seen_ms, row.last_seq, row.ended_ms, row.exit_reason or "")
