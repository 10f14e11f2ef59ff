"""What watches have learned, kept so that the next process goes on from there."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from otel_monitoring.errors import MonitoringError
from otel_monitoring.storage.repositories.notes import Kind
from otel_monitoring.storage.writer import Job

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from otel_monitoring.bootstrap.storage.keeping import Keeping
    from otel_monitoring.model.clock import Clock

_KEY = "key"
_BYTES_A_RECORD = 4096


class Learned:
    """Documents of one watch, each under a key; this module needs SQLAlchemy.

    Args:
        name: What they are, at most 32 characters.
        keeping: The storage.
        clock: Stamps them.
    """

    def __init__(self, name: str, *, keeping: Keeping, clock: Clock) -> None:
        self._keeping = keeping
        self._clock = clock
        self._notes = Kind(name, keys=(_KEY,)).of(keeping.service.key)

    def load(self) -> list[dict[str, Any]]:
        """Return what is kept; nothing where the storage is away."""
        with suppress(MonitoringError), self._keeping.database.read() as connection:
            return self._notes.load(connection, now_ms=self._clock.now_ms())
        return []

    def save(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Hand records to the writer, who keeps them and no others; each has a ``key``. Never waits."""
        kept, now_ms = list(records), self._clock.now_ms()

        def write(connection: Connection) -> None:
            self._notes.replace(connection, kept, now_ms=now_ms)

        self._keeping.writer.put(Job("learned", write, size_bytes=_BYTES_A_RECORD * (len(kept) + 1)))
