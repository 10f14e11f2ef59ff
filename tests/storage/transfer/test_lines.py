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
from otel_monitoring.storage.repositories.transitions import append_transitions, load_transitions
from otel_monitoring.storage.transfer.backup import backup
from otel_monitoring.storage.transfer.lines import alerts, events, take_alerts, take_events

if TYPE_CHECKING:
    from pathlib import Path

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
        append_transitions(connection, transitions())
        lines = list(alerts(connection, start_ms=0, end_ms=5_000))
        before = load_transitions(connection)

        assert take_alerts(connection, lines) == 2

        assert load_transitions(connection) == before
        assert len(before) == len(lines) == 2
        assert list(alerts(connection, start_ms=2_000, end_ms=5_000)) == lines[1:]


def test_alerts_are_taken_by_another_storage(database: Database, tmp_path: Path) -> None:
    other = Database(url=f"sqlite:///{tmp_path}/other.db", clock=SystemClock())
    assert other.ensure()
    with database.write() as connection, other.write() as there:
        append_transitions(connection, transitions())

        take_alerts(there, alerts(connection, start_ms=0, end_ms=5_000))

        assert load_transitions(there) == load_transitions(connection)
        labels = transitions()[0].alert.labels
        assert len(load_transitions(there, labels=labels)) == 2
    other.close()


def test_events_come_back(database: Database) -> None:
    with database.write() as connection:
        append_records(connection, RECORDS)
        lines = list(events(connection, start_ms=0, end_ms=5_000))

        assert take_events(connection, lines) == 2

        for record in RECORDS:
            one, again = load_records(connection, record.kind)
            assert (one.document, one.value, one.trace) == (again.document, again.value, again.trace)
            assert one.document == record.document


@pytest.mark.parametrize("line", ["{", "[]", "3", '{"kind": "event"}'])
def test_lines_of_something_else_are_refused(database: Database, line: str) -> None:
    with database.write() as connection, pytest.raises(StorageError, match="line 1: expected a JSON object"):
        take_events(connection, [line])


def test_a_copy_is_made_while_somebody_writes(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(url=sqlite_url, clock=SystemClock())
    assert database.ensure()
    with database.write() as connection:
        append_records(connection, RECORDS)
    target = tmp_path / "copy.db"

    with database.write() as connection:
        append_records(connection, RECORDS)
        size_bytes = backup(sqlite_url, target)

    copy = Database(url=f"sqlite:///{target}", clock=SystemClock())
    assert copy.ensure()
    with copy.read() as connection:
        assert len(load_records(connection, "event")) == 1
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
