"""Events, health results, errors, traces and logs: appended, read by kind and time, deleted by age.

They are one table, since all of them are that: something of a kind that happened at a time to something with
a name. What is particular to a kind is in its document.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, tuple_

from otel_monitoring.model.record import Record
from otel_monitoring.storage.documents import pack, plain, unpack
from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.tables import RECORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement, Connection, Row

_RAW, _PACKED = 0, 1
_PACKED_FROM_BYTES = 256
_MOST_KIND, _MOST_KEY, _MOST_TRACE = 32, 200, 32


def append_records(connection: Connection, records: Iterable[Record], *, service: str) -> None:
    """Keep records of a service, by its key; the same one twice is kept twice."""
    rows = [{"service": service, **_row(record)} for record in records]
    if rows:
        connection.execute(RECORDS.insert(), rows)


def load_records(  # noqa: PLR0913 - each is a way to ask for less
    connection: Connection,
    kind: str,
    *,
    service: str,
    since_ms: int = 0,
    until_ms: int | None = None,
    key: str | None = None,
    trace: str | None = None,
    before: tuple[int, int] | None = None,
    most: int = 1000,
) -> list[Record]:
    """Return the records of a kind with ``since_ms <= time < until_ms``, newest first.

    Args:
        connection: Any connection.
        kind: What is asked for.
        service: The key of the service whose records are asked for.
        since_ms: Unix milliseconds.
        until_ms: Unix milliseconds; ``None`` for no end.
        key: Only those with this key; ``None`` for all.
        trace: Only those of this trace; ``None`` for all.
        before: The time and the number of a record: only what comes after it in the answer.
        most: The most records that are returned.

    Raises:
        StorageError: A document is damaged.
    """
    query = select(RECORDS).where(RECORDS.c.service == service, *_within(kind, since_ms, until_ms))
    if key is not None:
        query = query.where(RECORDS.c.key == plain(key, _MOST_KEY))
    if trace is not None:
        query = query.where(RECORDS.c.trace == trace)
    if before is not None:
        query = query.where(tuple_(RECORDS.c.time_ms, RECORDS.c.id) < tuple_(*before))
    query = query.order_by(RECORDS.c.time_ms.desc(), RECORDS.c.id.desc()).limit(most)
    return [record_of(row) for row in connection.execute(query)]


def delete_records(connection: Connection, kind: str, *, until_ms: int, most: int = 10_000) -> int:
    """Delete the oldest records of a kind from before a time; return how many, at most ``most``."""
    oldest = select(RECORDS.c.id).where(*_within(kind, 0, until_ms)).order_by(RECORDS.c.time_ms).limit(most)
    return connection.execute(delete(RECORDS).where(RECORDS.c.id.in_(oldest))).rowcount


def _within(kind: str, since_ms: int, until_ms: int | None) -> list[ColumnElement[bool]]:
    conditions = [RECORDS.c.kind == plain(kind, _MOST_KIND), RECORDS.c.time_ms >= since_ms]
    return conditions if until_ms is None else [*conditions, RECORDS.c.time_ms < until_ms]


def _row(record: Record) -> dict[str, Any]:
    data = pack(dict(record.document)).encode("ascii")
    is_long = len(data) >= _PACKED_FROM_BYTES
    return {
        "kind": plain(record.kind, _MOST_KIND),
        "time_ms": record.time_ms,
        "source": record.source,
        "key": plain(record.key, _MOST_KEY),
        "trace": plain(record.trace, _MOST_TRACE) or None,
        "severity": record.severity,
        "value": record.value,
        "encoding": _PACKED if is_long else _RAW,
        "data": zlib.compress(data) if is_long else data,
    }


def record_of(row: Row[Any]) -> Record:
    """Return what a row holds.

    Raises:
        StorageError: Its document is damaged.
    """
    return Record(
        kind=row.kind,
        time_ms=row.time_ms,
        key=row.key,
        document=_document(row.encoding, row.data),
        source=row.source,
        trace=row.trace or "",
        severity=row.severity,
        value=row.value,
        id=row.id,
    )


def _document(encoding: int, data: bytes) -> dict[str, Any]:
    try:
        text = (zlib.decompress(data) if encoding == _PACKED else data).decode("ascii")
    except (zlib.error, UnicodeDecodeError):
        msg = f"{len(data)} bytes are no packed document"
        raise StorageError(msg) from None
    found: dict[str, Any] = unpack(text)
    return found
