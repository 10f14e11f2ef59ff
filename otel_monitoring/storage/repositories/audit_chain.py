"""The audit: entries that each hold the hash of the one before, so that a change or a gap shows.

Whoever can write to the database can write the whole chain anew; its last hash, kept elsewhere, shows that
too.

Source: Haber and Stornetta, How to time-stamp a digital document (1991), linking.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, text

from otel_monitoring.storage.documents import pack, plain, unpack
from otel_monitoring.storage.tables import AUDIT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Row

BEGIN = "0" * 64
"""What the first entry holds in place of a hash."""

_CHECKED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Something that somebody did.

    Attributes:
        number: Its place in the chain, from 1 without a gap.
        time_ms: When, Unix milliseconds.
        action: What was done, in one word.
        document: Who did it to what, plain values.
        digest: The hash of all of this and of the entry before, 64 hexadecimal digits.
    """

    number: int
    time_ms: int
    action: str
    document: Mapping[str, Any]
    digest: str


def append_audit(
    connection: Connection, *, time_ms: int, action: str, document: Mapping[str, Any]
) -> AuditEntry:
    """Add an entry to the end of the chain; others who add one wait for the end of the transaction."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        connection.execute(text(f"LOCK TABLE {AUDIT.name} IN EXCLUSIVE MODE"))
    last = connection.execute(select(AUDIT).order_by(AUDIT.c.number.desc()).limit(1)).first()
    row: dict[str, Any] = {
        "number": 1 if last is None else last.number + 1,
        "time_ms": time_ms,
        "action": plain(action),
        "document": pack(dict(document)),
        "previous": BEGIN if last is None else last.digest,
    }
    row["digest"] = _digest(**row)
    connection.execute(AUDIT.insert().values(**row))
    return AuditEntry(row["number"], time_ms, row["action"], document, row["digest"])


def load_audit(connection: Connection, *, after: int = 0, most: int = 1000) -> list[AuditEntry]:
    """Return entries in the order of the chain, beginning after number ``after``."""
    return [
        AuditEntry(row.number, row.time_ms, row.action, unpack(row.document), row.digest)
        for row in _rows(connection, after, most)
    ]


def broken_at(connection: Connection, *, expected: tuple[int, str] | None = None) -> int | None:
    """Return the number of the first entry that is missing, out of place or not what was written.

    Args:
        connection: Any connection.
        expected: The number and the hash of an entry that were kept elsewhere; also broken where that entry
            is another one, or gone.

    Returns:
        ``None`` where the chain is whole.
    """
    number, previous = 0, BEGIN
    while rows := _rows(connection, number, _CHECKED_AT_ONCE):
        for row in rows:
            is_whole = (row.number, row.previous) == (number + 1, previous) and row.digest == _digest_of(row)
            if not is_whole or (expected and row.number == expected[0] and row.digest != expected[1]):
                return number + 1
            number, previous = row.number, row.digest
    return number + 1 if expected and expected[0] > number else None


def _rows(connection: Connection, after: int, most: int) -> list[Row[Any]]:
    query = select(AUDIT).where(AUDIT.c.number > after).order_by(AUDIT.c.number).limit(most)
    return list(connection.execute(query).all())


def _digest_of(row: Row[Any]) -> str:
    return _digest(
        number=row.number,
        time_ms=row.time_ms,
        action=row.action,
        document=row.document,
        previous=row.previous,
    )


def _digest(**fields: Any) -> str:
    words = [fields[name] for name in ("previous", "number", "time_ms", "action", "document")]
    return hashlib.sha256(pack(words).encode("ascii")).hexdigest()
