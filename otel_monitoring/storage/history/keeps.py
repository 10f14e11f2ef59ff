"""How long each service wants its own to be kept: written down, so that whoever lets things go heeds it.

This module needs SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from otel_monitoring.storage.documents import unpack
from otel_monitoring.storage.history.retention import Keep, Share
from otel_monitoring.storage.repositories.notes import Kind
from otel_monitoring.storage.repositories.services import load_services
from otel_monitoring.storage.tables import NOTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from otel_monitoring.storage.database import Database

_KEEP: Final = Kind("keep", keys=("name",))
_NAME: Final = "retention"
_DAYS: Final = ("metrics_days", "logs_days", "errors_days", "alerts_days")


class KeepNote:
    """Writes down once in a database how long a service wants its own to be kept.

    Args:
        keep: How long; what the whole database may take is nobody's alone, and not written down.
        service: The key of the service.
    """

    def __init__(self, keep: Keep, *, service: str) -> None:
        self._record = {"name": _NAME, **{name: getattr(keep, name) for name in _DAYS}}
        self._notes = _KEEP.of(service)
        self._identity = ""

    def write(self, database: Database, *, now_ms: int) -> None:
        """Write it, unless this database has it from us, or from another process that wants the same.

        Raises:
            StorageError: The database cannot be used now.
        """
        identity = database.identity
        if identity == self._identity:
            return
        with database.read() as connection:
            there = self._notes.load(connection, now_ms=now_ms)
        if there != [self._record]:
            with database.write() as connection:
                self._notes.save(connection, [self._record], now_ms=now_ms)
        self._identity = identity


def as_noted(connection: Connection, keep: Keep) -> Sequence[Share]:
    """Return how long what each service has is kept: as it wants, or as ``keep`` says where it is silent."""
    rows = connection.execute(select(NOTES.c.service, NOTES.c.document).where(NOTES.c.kind == _KEEP.name))
    noted = {row.service: _keep(unpack(row.document)) for row in rows}
    return [Share(noted.get(service, keep), service) for service in load_services(connection)]


def _keep(record: dict[str, Any]) -> Keep:
    return Keep(**{name: record[name] for name in _DAYS})
