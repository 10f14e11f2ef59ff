"""What happened to alerts, records of every kind, and the audit, as lines of JSON that say whose they are.

Source: JSON Lines, https://jsonlines.org.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.record import Record
from otel_monitoring.storage.documents import digest, pack, pack_labels, unpack, unpack_labels
from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.repositories.records import append_records, record_of
from otel_monitoring.storage.repositories.services import load_services, note_service
from otel_monitoring.storage.service import Service
from otel_monitoring.storage.statements import insert_new
from otel_monitoring.storage.tables import AUDIT, RECORDS, TRANSITIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sqlalchemy import ColumnElement, Connection, Select, Table

_AT_ONCE: Final = 500
_RECORD: Final = ("kind", "time_ms", "key", "document", "trace", "severity", "value")
_ENTRY: Final = ("number", "time_ms", "action", "document", "previous", "digest")
_TRANSITION: Final = ("at_ms", "change", "rule", "labels", "document")


def alerts(
    connection: Connection, *, start_ms: int, end_ms: int, service: str | None = None
) -> Iterator[str]:
    """Yield what happened to alerts with ``start_ms < time <= end_ms``, oldest first, a line each.

    Args:
        connection: Any connection.
        start_ms: Unix milliseconds.
        end_ms: Unix milliseconds.
        service: The key of the service whose alerts they are; ``None`` for all services.
    """
    yield from _lines(connection, TRANSITIONS, TRANSITIONS.c.at_ms, (start_ms, end_ms), service, alert_line)


def events(
    connection: Connection, *, start_ms: int, end_ms: int, service: str | None = None
) -> Iterator[str]:
    """Yield records of every kind with ``start_ms < time <= end_ms``, as :func:`alerts` does."""
    yield from _lines(connection, RECORDS, RECORDS.c.time_ms, (start_ms, end_ms), service, event_line)


def audit(connection: Connection, *, start_ms: int, end_ms: int, service: str | None = None) -> Iterator[str]:
    """Yield what people did with ``start_ms < time <= end_ms``, service by service in the order of its chain.

    Each line holds what its hash is made of. The rest as for :func:`alerts`.
    """
    at = AUDIT.c.time_ms
    query = select(AUDIT).where(at > start_ms, at <= end_ms).order_by(AUDIT.c.service, AUDIT.c.number)
    yield from _written(connection, query, AUDIT, service, audit_line)


def take_alerts(connection: Connection, lines: Iterable[str], *, service: Service | None = None) -> int:
    """Keep what :func:`alerts` gave; what is there already is left as it is. Return how many there were.

    Args:
        connection: In a transaction.
        lines: A line each.
        service: The one that they are taken for; ``None`` for the one that each line names.

    Raises:
        StorageError: A line is something else.
    """
    rows, services = [], Services(connection)
    for one in _objects(lines, _TRANSITION, service):
        labels = pack_labels(Labels.of(one["labels"]))
        key = services.noted(one.pop("service"))
        rows.append(
            {
                **one,
                "service": key,
                "labels": labels,
                "document": pack(one["document"]),
                "digest": digest(labels),
            }
        )
    for at in range(0, len(rows), _AT_ONCE):
        insert_new(connection, TRANSITIONS, rows[at : at + _AT_ONCE])
    return len(rows)


def take_events(connection: Connection, lines: Iterable[str], *, service: Service | None = None) -> int:
    """Keep what :func:`events` gave; given twice it is kept twice. The rest as for :func:`take_alerts`."""
    taken: dict[str, list[Record]] = {}
    services = Services(connection)
    for one in _objects(lines, _RECORD, service):
        taken.setdefault(services.noted(one.pop("service")), []).append(Record(**one))
    for key, records in taken.items():
        for at in range(0, len(records), _AT_ONCE):
            append_records(connection, records[at : at + _AT_ONCE], service=key)
    return sum(map(len, taken.values()))


class Services:
    """What the keys of services stand for in one database.

    Args:
        connection: Reads, and writes where services are noted.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known = load_services(connection)

    def words(self, key: str) -> dict[str, str]:
        """Return what a key stands for, as a line says it."""
        return asdict(self._known.get(key, Service()))

    def noted(self, service: Service) -> str:
        """Return the key of a service, which is known from then on."""
        if service.key not in self._known:
            note_service(self._connection, service)
            self._known[service.key] = service
        return service.key


def alert_line(row: Any, services: Services) -> str:
    """Return a row of what happened to alerts as a line."""
    labels, document = unpack_labels(row.labels).as_dict(), unpack(row.document)
    one = {"service": services.words(row.service), "at_ms": row.at_ms, "change": row.change}
    return _line({**one, "rule": row.rule, "labels": labels, "document": document})


def audit_line(row: Any, services: Services) -> str:
    """Return an entry of the audit as a line; a document that somebody damaged as the text that it is."""
    one = {"service": services.words(row.service), **{name: getattr(row, name) for name in _ENTRY}}
    with suppress(StorageError):
        one["document"] = unpack(row.document)
    return _line(one)


def event_line(row: Any, services: Services) -> str:
    """Return a row of records as a line."""
    record = record_of(row)
    one = {"service": services.words(row.service)}
    return _line({**one, **{name: getattr(record, name) for name in _RECORD}})


def _lines(
    connection: Connection,
    table: Table,
    at: ColumnElement[int],
    times_ms: tuple[int, int],
    service: str | None,
    line: Callable[[Any, Services], str],
) -> Iterator[str]:
    query = select(table).where(at > times_ms[0], at <= times_ms[1]).order_by(at, table.c.id)
    yield from _written(connection, query, table, service, line)


def _written(
    connection: Connection,
    query: Select[Any],
    table: Table,
    service: str | None,
    line: Callable[[Any, Services], str],
) -> Iterator[str]:
    if service is not None:
        query = query.where(table.c.service == service)
    services = Services(connection)
    for row in connection.execute(query, execution_options={"yield_per": _AT_ONCE}):
        yield line(row, services)


def _line(one: dict[str, Any]) -> str:
    return json.dumps(one, ensure_ascii=True, separators=(",", ":")) + "\n"


def _objects(
    lines: Iterable[str], names: tuple[str, ...], service: Service | None
) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
            whose = Service(**found["service"]) if service is None else service
            yield {"service": whose, **{name: found[name] for name in names}}
        except (ValueError, TypeError, KeyError):
            needed = names if service is not None else ("service", *names)
            msg = f"line {number}: expected a JSON object with {', '.join(needed)}"
            raise StorageError(msg) from None
