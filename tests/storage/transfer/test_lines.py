"""Alerts and events leave as lines of JSON and come back the same; a copy is made while others write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.model.alert import Alert, Transition
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.record import Record
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.repositories.records import append_records, load_records
from otel_monitoring.storage.repositories.services import load_services, note_service
from otel_monitoring.storage.repositories.transitions import append_transitions, load_transitions
from otel_monitoring.storage.service import Service
from otel_monitoring.storage.transfer.backup import backup
from otel_monitoring.storage.transfer.lines import alerts, events, take_alerts, take_events

if TYPE_CHECKING:
    from pathlib import Path

SHOP = Service("shop")
RECORDS = [
    Record("event", 2_000, "signup", {"plan": "pro"}, severity=9, value=1.5, trace="0" * 32),
    Record("error", 1_000, "ValueError", {"text": "ä" * 300}),
]


def transitions() -> list[Transition]:
    alert = Alert(
        labels=Labels.of(alertname="High", job="shop"),
        annotations={"summary": "ä"},
        state="firing",
        value=0.5,
        active_at_ms=1_000,
    )
    return [Transition("firing", alert, 2_000), Transition("resolved", alert, 3_000)]


def test_alerts_come_back_once(database: Database) -> None:
    with database.write() as connection:
        note_service(connection, SHOP)
        append_transitions(connection, transitions(), service=SHOP.key)
        lines = list(alerts(connection, start_ms=0, end_ms=5_000))
        before = load_transitions(connection, service=SHOP.key)

        assert take_alerts(connection, lines) == 2

        assert load_transitions(connection, service=SHOP.key) == before
        assert len(before) == len(lines) == 2
        assert list(alerts(connection, start_ms=2_000, end_ms=5_000)) == lines[1:]


def test_alerts_are_taken_by_another_storage(database: Database, tmp_path: Path) -> None:
    other = Database(url=f"sqlite:///{tmp_path}/other.db", clock=SystemClock())
    assert other.ensure()
    with database.write() as connection, other.write() as there:
        note_service(connection, SHOP)
        append_transitions(connection, transitions(), service=SHOP.key)

        take_alerts(there, alerts(connection, start_ms=0, end_ms=5_000))

        assert load_transitions(there, service=SHOP.key) == load_transitions(connection, service=SHOP.key)
        labels = transitions()[0].alert.labels
        assert len(load_transitions(there, service=SHOP.key, labels=labels)) == 2
    other.close()


def test_events_come_back(database: Database) -> None:
    with database.write() as connection:
        note_service(connection, SHOP)
        append_records(connection, RECORDS, service=SHOP.key)
        lines = list(events(connection, start_ms=0, end_ms=5_000))

        assert take_events(connection, lines) == 2

        for record in RECORDS:
            one, again = load_records(connection, record.kind, service=SHOP.key)
            assert (one.document, one.value, one.trace) == (again.document, again.value, again.trace)
            assert one.document == record.document


def test_each_line_comes_back_to_its_own_service(database: Database, tmp_path: Path) -> None:
    till, other = (
        Service("till", "town", "test"),
        Database(url=f"sqlite:///{tmp_path}/o.db", clock=SystemClock()),
    )
    assert other.ensure()
    with database.write() as connection, other.write() as there:
        for service, records in ((SHOP, RECORDS[:1]), (till, RECORDS[1:])):
            note_service(connection, service)
            append_records(connection, records, service=service.key)

        take_events(there, events(connection, start_ms=0, end_ms=5_000))

        assert load_services(there) == load_services(connection) == {SHOP.key: SHOP, till.key: till}
        assert [one.key for one in load_records(there, "event", service=SHOP.key)] == ["signup"]
        assert [one.key for one in load_records(there, "error", service=till.key)] == ["ValueError"]
    other.close()


def test_lines_are_taken_for_whoever_is_named(database: Database) -> None:
    till = Service("till")
    with database.write() as connection:
        note_service(connection, SHOP)
        append_transitions(connection, transitions(), service=SHOP.key)
        lines = list(alerts(connection, start_ms=0, end_ms=5_000))

        take_alerts(connection, lines, service=till)

        assert len(load_transitions(connection, service=till.key)) == 2
        assert list(alerts(connection, start_ms=0, end_ms=5_000, service=SHOP.key)) == lines


@pytest.mark.parametrize("line", ["{", "[]", "3", '{"kind": "event"}'])
def test_lines_of_something_else_are_refused(database: Database, line: str) -> None:
    with database.write() as connection, pytest.raises(StorageError, match="line 1: expected a JSON object"):
        take_events(connection, [line])


def test_a_copy_is_made_while_somebody_writes(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(url=sqlite_url, clock=SystemClock())
    assert database.ensure()
    with database.write() as connection:
        append_records(connection, RECORDS, service=SHOP.key)
    target = tmp_path / "copy.db"

    with database.write() as connection:
        append_records(connection, RECORDS, service=SHOP.key)
        size_bytes = backup(sqlite_url, target)

    copy = Database(url=f"sqlite:///{target}", clock=SystemClock())
    assert copy.ensure()
    with copy.read() as connection:
        assert len(load_records(connection, "event", service=SHOP.key)) == 1
    assert size_bytes > 0
    assert not target.with_name("copy.db.partial").exists()
    copy.close()
    database.close()


def test_a_copy_replaces_nothing(sqlite_url: str, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="there already"):
        backup(sqlite_url, tmp_path)


def test_a_server_is_copied_by_its_own_tool(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="pg_dump"):
        backup("postgresql://host/name", tmp_path / "copy")
