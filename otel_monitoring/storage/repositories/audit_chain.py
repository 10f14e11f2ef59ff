"""The audit: entries that each hold the hash of the one before, so that a change or a gap shows.

Each service has a chain of its own.

Where the chain ends is noted beside it, so that the loss of its last entries shows as well. Whoever can write
to the database can write all of it anew; the last hash, kept elsewhere, shows that too.

Source: Haber and Stornetta, How to time-stamp a digital document (1991), linking.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select, text, tuple_

from otel_monitoring.storage.documents import pack, plain, unpack
from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.repositories.notes import Kind
from otel_monitoring.storage.tables import AUDIT, NOTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Row, Select

BEGIN = "0" * 64
"""What the first entry holds in place of a hash."""

_CHECKED_AT_ONCE = 1000
_HASHED = ("previous", "service", "number", "time_ms", "action", "document")
_ENDS = Kind("audit_end", keys=("chain",))
_CHAIN = "audit"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Something that somebody did.

    Attributes:
        number: Its place in the chain, from 1 without a gap.
        time_ms: When, Unix milliseconds.
        action: What was done, in one word.
        document: Who did it to what, plain values; empty where somebody damaged it.
        digest: The hash of all of this and of the entry before, 64 hexadecimal digits.
    """

    number: int
    time_ms: int
    action: str
    document: Mapping[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class Break:
    """The first place at which a chain is not what was written.

    Attributes:
        number: The number of the entry.
        time_ms: When what is found there was done, or where there is nothing, what comes after it, Unix
            milliseconds; ``None`` where nothing does.
        reason: What is wrong with it, as people read it.
    """

    number: int
    time_ms: int | None
    reason: str


class End(NamedTuple):
    """Where a chain ends.

    Attributes:
        number: The number of its last entry; 0 for none.
        digest: Its hash.
    """

    number: int = 0
    digest: str = BEGIN


def append_audit(
    connection: Connection, *, service: str, time_ms: int, action: str, document: Mapping[str, Any]
) -> AuditEntry:
    """Add an entry to the end of a service's chain; others who add one wait for the end of the transaction.

    Where somebody took entries off the end or put some there, the chain goes on so that it shows.
    """
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        connection.execute(text(f"LOCK TABLE {AUDIT.name} IN EXCLUSIVE MODE"))
    found = _newest(connection, service)
    end = _noted_end(connection, service) or found
    row: dict[str, Any] = {
        "service": service,
        "number": max(end.number, found.number) + 1,
        "time_ms": time_ms,
        "action": plain(action),
        "document": pack(dict(document)),
        "previous": end.digest,
    }
    row["digest"] = _digest(**row)
    connection.execute(AUDIT.insert().values(**row))
    noted = {"chain": _CHAIN, "number": row["number"], "digest": row["digest"]}
    _ENDS.of(service).save(connection, [noted], now_ms=time_ms)
    return AuditEntry(row["number"], time_ms, row["action"], document, row["digest"])


def has_audit(connection: Connection, *, service: str, time_ms: int, key: str) -> bool:
    """Tell whether an entry of a service and of that time has a document with that ``id``."""
    query = select(AUDIT.c.document).where(AUDIT.c.service == service, AUDIT.c.time_ms == time_ms)
    return any(_said(text).get("id") == key for text in connection.scalars(query))


def load_audit(connection: Connection, *, service: str, after: int = 0, most: int = 1000) -> list[AuditEntry]:
    """Return entries of a service in the order of the chain, beginning after number ``after``."""
    return [_entry(row) for row in _rows(connection, service, after, most)]


def newest_audit(
    connection: Connection,
    *,
    service: str,
    since_ms: int = 0,
    until_ms: int | None = None,
    before: tuple[int, int] | None = None,
    most: int = 1000,
) -> list[AuditEntry]:
    """Return entries with ``since_ms <= time < until_ms``, newest first.

    Args:
        connection: Any connection.
        service: The key of the service whose entries are asked for.
        since_ms: Unix milliseconds.
        until_ms: Unix milliseconds; ``None`` for no end.
        before: The time and the number of an entry: only what comes after it in the answer.
        most: The most entries that are returned.
    """
    query = _chain(service).where(AUDIT.c.time_ms >= since_ms)
    if until_ms is not None:
        query = query.where(AUDIT.c.time_ms < until_ms)
    if before is not None:
        query = query.where(tuple_(AUDIT.c.time_ms, AUDIT.c.number) < tuple_(*before))
    query = query.order_by(AUDIT.c.time_ms.desc(), AUDIT.c.number.desc()).limit(most)
    return [_entry(row) for row in connection.execute(query)]


def chains(connection: Connection) -> list[str]:
    """Return the keys of the services that have a chain, or had one of which the end is still noted."""
    noted = select(NOTES.c.service).where(NOTES.c.kind == _ENDS.name)
    return sorted({*connection.scalars(select(AUDIT.c.service).distinct()), *connection.scalars(noted)})


def end_of(connection: Connection, *, service: str) -> End:
    """Return where the chain of a service ends, to be kept elsewhere."""
    return _newest(connection, service)


def broken_at(connection: Connection, *, service: str, expected: End | None = None) -> Break | None:
    """Return the first entry that is missing, out of place, not what was written, or too many.

    Args:
        connection: Any connection.
        service: The key of the service whose chain it is.
        expected: The number and the hash of an entry that were kept elsewhere; also broken where that entry
            is another one, or gone.

    Returns:
        ``None`` where the chain is whole.
    """
    seen, noted = End(), _noted_end(connection, service)
    while True:
        found = _first_break(connection, service, seen, [one for one in (noted, expected) if one])
        if isinstance(found, Break):
            return found
        before, noted = noted, _noted_end(connection, service)
        if noted == before or (noted and noted.number == found.number):
            return _wrong_end(connection, service, found, noted=noted, expected=expected)
        seen = found  # others append meanwhile


def _first_break(connection: Connection, service: str, seen: End, known: list[End]) -> Break | End:
    """Go through the entries after one; return the first that does not fit, or where they end."""
    while rows := _rows(connection, service, seen.number, _CHECKED_AT_ONCE):
        for row in rows:
            reason = _wrong(row, seen, known)
            if reason:
                return Break(seen.number + 1, _time_ms(row), reason)
            seen = End(row.number, row.digest)
    return seen


def _wrong(row: Row[Any], before: End, known: list[End]) -> str:
    if row.number != before.number + 1:
        return "it is missing"
    if row.digest != _digest_of(row):
        return "it was changed"
    if row.previous != before.digest:
        return "it does not follow the one before"
    is_it = all(end.digest == row.digest for end in known if end.number == row.number)
    return "" if is_it else "it is another one than was written"


def _wrong_end(
    connection: Connection, service: str, found: End, *, noted: End | None, expected: End | None
) -> Break | None:
    """Return what is wrong with where the entries end, each of which fits the one before."""
    last = max((end.number for end in (noted, expected) if end), default=0)
    if last > found.number:
        return Break(found.number + 1, None, "it is missing, and so is all after it")
    if noted is None and not found.number:
        return None
    first = found.number if noted is None else noted.number + 1
    rows = _rows(connection, service, first - 1, 1)
    if not rows:
        return None
    said = "nothing says that it is the last one" if noted is None else "it was put there by somebody else"
    return Break(first, _time_ms(rows[0]), said)


def _time_ms(row: Row[Any]) -> int | None:
    return row.time_ms if isinstance(row.time_ms, int) else None  # SQLite takes anything


def _noted_end(connection: Connection, service: str) -> End | None:
    """Return where the chain ends according to the note beside it; ``None`` where it is gone or damaged."""
    try:
        [noted] = [one for one in _ENDS.of(service).load(connection, now_ms=0) if one["chain"] == _CHAIN]
        return End(int(noted["number"]), str(noted["digest"]))
    except (StorageError, ValueError, TypeError, KeyError):
        return None


def _newest(connection: Connection, service: str) -> End:
    row = connection.execute(_chain(service).order_by(AUDIT.c.number.desc()).limit(1)).first()
    return End() if row is None else End(row.number, row.digest)


def _rows(connection: Connection, service: str, after: int, most: int) -> list[Row[Any]]:
    query = _chain(service).where(AUDIT.c.number > after).order_by(AUDIT.c.number).limit(most)
    return list(connection.execute(query).all())


def _chain(service: str) -> Select[Any]:
    return select(AUDIT).where(AUDIT.c.service == service)


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(row.number, row.time_ms, row.action, _said(row.document), row.digest)


def _said(text: str) -> dict[str, Any]:
    """Return a document; nothing where somebody made it something else."""
    try:
        found = unpack(text)
    except StorageError:
        return {}
    return found if isinstance(found, dict) else {}


def _digest_of(row: Row[Any]) -> str:
    return _digest(
        service=row.service,
        number=row.number,
        time_ms=row.time_ms,
        action=row.action,
        document=row.document,
        previous=row.previous,
    )


def _digest(**fields: Any) -> str:
    words = [fields[name] for name in _HASHED]
    return hashlib.sha256(pack(words).encode("ascii")).hexdigest()
