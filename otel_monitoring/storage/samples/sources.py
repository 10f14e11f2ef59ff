"""Who collects: one run of a process, known by its instance id."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from otel_monitoring.storage.documents import pack, plain, unpack
from otel_monitoring.storage.repositories.services import load_services, note_service
from otel_monitoring.storage.service import Service
from otel_monitoring.storage.statements import insert_new
from otel_monitoring.storage.tables import SOURCES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Row

INSTANCE_ID = "service.instance.id"
WRITTEN_BY = "written_by"
"""The attribute of a source that is no process: the instance whose rules wrote it."""

MOST_INSTANCE = 200
"""How many characters of a name are kept."""


@dataclass(frozen=True, slots=True)
class Source:
    """One run of a process.

    Attributes:
        instance: A name that no other run has; usually its ``service.instance.id``.
        service: Whose process it is.
        host: The name of the host.
        pid: The number of the process on its host.
        version: The version of the service.
        started_ms: When it started, Unix milliseconds.
        attributes: What else is known of it, plain values.
    """

    instance: str
    service: Service = field(default_factory=Service)
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


def runs(connection: Connection, *, service: str | None = None, seen_since_ms: int = 0) -> list[Run]:
    """Return every run that was seen since a time, in the order in which they came.

    Args:
        connection: Any connection.
        service: The key of the service whose runs are asked for; ``None`` for all services.
        seen_since_ms: Unix milliseconds.
    """
    query = select(SOURCES).where(SOURCES.c.last_seen_ms >= seen_since_ms).order_by(SOURCES.c.id)
    if service is not None:
        query = query.where(SOURCES.c.service == service)
    rows = connection.execute(query).all()
    services = load_services(connection) if rows else {}
    return [_run(row, services.get(row.service, Service())) for row in rows if isinstance(row.last_seq, int)]


def introduce(connection: Connection, source: Source) -> int:
    """Write down a source that is not known yet, and its service; return its number in this database."""
    note_service(connection, source.service)
    insert_new(connection, SOURCES, [source_row(source)])
    named = SOURCES.c.instance == plain(source.instance, MOST_INSTANCE)
    number: int = connection.execute(select(SOURCES.c.id).where(named)).scalar_one()
    return number


def source_row(source: Source) -> dict[str, Any]:
    """Return the row of a source that has appended nothing yet."""
    return {
        "instance": plain(source.instance, MOST_INSTANCE),
        "service": source.service.key,
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


def _run(row: Row[Any], service: Service) -> Run:
    source = Source(
        instance=row.instance,
        service=service,
        host=row.host,
        pid=row.pid,
        version=row.version,
        started_ms=row.started_ms,
        attributes=unpack(row.document),
    )
    return Run(row.id, source, row.last_seen_ms, row.last_seq, row.ended_ms, row.exit_reason or "")
