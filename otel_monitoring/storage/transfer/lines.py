"""What happened to alerts, and records of every kind, as lines of JSON: one object a line.

Source: JSON Lines, https://jsonlines.org.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.record import Record
from otel_monitoring.storage.documents import digest, pack, pack_labels, unpack, unpack_labels
from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.repositories.records import (
    append_records,
    load_records,
    record_of,
)
from otel_monitoring.storage.statements import insert_new
from otel_monitoring.storage.tables import RECORDS, TRANSITIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

_AT_ONCE: Final = 500
_RECORD: Final = ("kind", "time_ms", "key", "document", "trace", "severity", "value")
_TRANSITION: Final = ("at_ms", "change", "rule", "labels", "document")


def alerts(connection: Connection, *, start_ms: int, end_ms: int) -> Iterator[str]:
    """Yield what happened to alerts with ``start_ms < time <= end_ms``, oldest first, a line each."""
    at = TRANSITIONS.c.at_ms
    query = select(TRANSITIONS).where(at > start_ms, at <= end_ms).order_by(at, TRANSITIONS.c.id)
    for row in connection.execute(query):
        yield alert_line(row)


def events(connection: Connection, *, start_ms: int, end_ms: int) -> Iterator[str]:
    """Yield records of every kind with ``start_ms < time <= end_ms``, newest first, a line each."""
    for kind in connection.scalars(select(RECORDS.c.kind).distinct().order_by(RECORDS.c.kind)).all():
        until_ms = end_ms + 1
        records = load_records(connection, kind, since_ms=start_ms + 1, until_ms=until_ms, most=1 << 31)
        for record in records:
            yield _line({name: getattr(record, name) for name in _RECORD})


def take_alerts(connection: Connection, lines: Iterable[str]) -> int:
    """Keep what :func:`alerts` gave; what is there already is left as it is. Return how many there were.

    Raises:
        StorageError: A line is something else.
    """
    rows = []
    for one in _objects(lines, _TRANSITION):
        labels = pack_labels(Labels.of(one["labels"]))
        rows.append({**one, "labels": labels, "document": pack(one["document"]), "digest": digest(labels)})
    for at in range(0, len(rows), _AT_ONCE):
        insert_new(connection, TRANSITIONS, rows[at : at + _AT_ONCE])
    return len(rows)


def take_events(connection: Connection, lines: Iterable[str]) -> int:
    """Keep what :func:`events` gave; given twice it is kept twice. Return how many there were.

    Raises:
        StorageError: A line is something else.
    """
    records = [Record(**one) for one in _objects(lines, _RECORD)]
    for at in range(0, len(records), _AT_ONCE):
        append_records(connection, records[at : at + _AT_ONCE])
    return len(records)


def alert_line(row: Any) -> str:
    """Return a row of what happened to alerts as a line."""
    labels, document = unpack_labels(row.labels).as_dict(), unpack(row.document)
    one = {"at_ms": row.at_ms, "change": row.change, "rule": row.rule}
    return _line({**one, "labels": labels, "document": document})


def event_line(row: Any) -> str:
    """Return a row of records as a line."""
    record = record_of(row)
    return _line({name: getattr(record, name) for name in _RECORD})


def _line(one: dict[str, Any]) -> str:
    return json.dumps(one, ensure_ascii=True, separators=(",", ":")) + "\n"


def _objects(lines: Iterable[str], names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
            yield {name: found[name] for name in names}
        except (ValueError, TypeError, KeyError):
            msg = f"line {number}: expected a JSON object with {', '.join(names)}"
            raise StorageError(msg) from None
