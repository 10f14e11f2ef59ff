"""What people said and what was told: silences, acknowledgements, the notification log.

Each is a plain record as its owner's ``state()`` gives it. Durations in it that pass (``age_s``, ``left_s``)
are counted on while it lies here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select

from otel_monitoring.storage.documents import digest, pack, unpack
from otel_monitoring.storage.statements import insert_new, put
from otel_monitoring.storage.tables import NOTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import ColumnElement, Connection


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of records.

    Attributes:
        name: What they are, at most 32 characters.
        keys: The fields that identify one.
        growing: The field that says how long ago something was, in seconds.
        shrinking: The field that says how much of its time is left, in seconds; without any it is forgotten.
    """

    name: str
    keys: tuple[str, ...]
    growing: str = ""
    shrinking: str = ""

    def of(self, service: str) -> Notes:
        """Return the records of this kind that belong to a service, by its key."""
        return Notes(self, service=service)


class Notes:
    """The records of one kind that belong to one service; those of others are neither seen nor changed.

    Args:
        kind: What they are.
        service: The key of the service.
    """

    def __init__(self, kind: Kind, *, service: str) -> None:
        self.kind = kind
        self._service = service

    def save(self, connection: Connection, records: Iterable[Mapping[str, Any]], *, now_ms: int) -> None:
        """Keep records, each in place of the one with the same keys; others stay."""
        put(connection, NOTES, [self._row(record, now_ms) for record in records])

    def add(self, connection: Connection, records: Iterable[Mapping[str, Any]], *, now_ms: int) -> None:
        """Keep records of which there is none with the same keys; whoever comes first stays."""
        insert_new(connection, NOTES, [self._row(record, now_ms) for record in records])

    def replace(self, connection: Connection, records: Iterable[Mapping[str, Any]], *, now_ms: int) -> None:
        """Keep these records and no others."""
        rows = [self._row(record, now_ms) for record in records]
        kept = {row["digest"] for row in rows}
        mine = self._mine()
        for key in connection.scalars(select(NOTES.c.digest).where(mine)).all():
            if key not in kept:
                connection.execute(delete(NOTES).where(mine, NOTES.c.digest == key))
        put(connection, NOTES, rows)

    def remove(self, connection: Connection, record: Mapping[str, Any]) -> None:
        """Forget the record with the keys of ``record``."""
        mine = self._mine() & (NOTES.c.digest == self._digest(record))
        connection.execute(delete(NOTES).where(mine))

    def load(self, connection: Connection, *, now_ms: int) -> list[dict[str, Any]]:
        """Return the records as their owner's ``restore()`` takes them, as of now."""
        query = select(NOTES).where(self._mine()).order_by(NOTES.c.saved_ms, NOTES.c.digest)
        found = [
            self._as_of(unpack(row.document), (now_ms - row.saved_ms) / 1000)
            for row in connection.execute(query)
        ]
        return [record for record in found if not self.kind.shrinking or record[self.kind.shrinking] > 0]

    def stamp(self, connection: Connection) -> tuple[int, int]:
        """Return what tells whether any of the records has changed, at little cost."""
        query = select(func.count(), func.sum(NOTES.c.saved_ms)).where(self._mine())
        count, saved_ms = connection.execute(query).one()
        return int(count), int(saved_ms or 0)

    def key(self, record: Mapping[str, Any]) -> str:
        """Return what identifies a record, as text."""
        return pack([record[key] for key in self.kind.keys])

    def content(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Return a record without what changes as time passes: what two are compared by."""
        passing = (self.kind.growing, self.kind.shrinking)
        return {name: value for name, value in record.items() if name not in passing}

    def _mine(self) -> ColumnElement[bool]:
        return (NOTES.c.service == self._service) & (NOTES.c.kind == self.kind.name)

    def _as_of(self, record: dict[str, Any], passed_s: float) -> dict[str, Any]:
        if self.kind.growing:
            record[self.kind.growing] += passed_s
        if self.kind.shrinking:
            record[self.kind.shrinking] -= passed_s
        return record

    def _row(self, record: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
        document = pack(dict(record))
        return {
            "service": self._service,
            "kind": self.kind.name,
            "digest": self._digest(record),
            "saved_ms": now_ms,
            "document": document,
        }

    def _digest(self, record: Mapping[str, Any]) -> str:
        return digest(*(pack(record[key]) for key in self.kind.keys))


SILENCES = Kind("silence", keys=("id",))
ACKNOWLEDGEMENTS = Kind("acknowledgement", keys=("kind", "labels"), shrinking="left_s")
NOTIFICATION_LOG = Kind("told", keys=("group_key", "receiver", "channel"), growing="age_s")
RULES = Kind("rule", keys=("kind", "name"))
USED_LINKS = Kind("used_link", keys=("nonce",))
EPISODES = Kind("episode", keys=("labels", "started_at_ms"))
VERDICTS = Kind("verdict", keys=("rule",))
LINGERING = Kind("lingering", keys=("labels",))
FLAPPING = Kind("flapping", keys=("labels",), growing="age_s")
COOLDOWN = Kind("cooldown", keys=("labels",), growing="age_s")
DELIVERIES = Kind("delivery", keys=("receiver", "channel", "key"))
REVISION = Kind("revision", keys=("name",))
