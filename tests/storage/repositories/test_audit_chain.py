from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, update

from otel_monitoring.storage.repositories import audit_chain
from otel_monitoring.storage.repositories.audit_chain import append_audit, broken_at, load_audit
from otel_monitoring.storage.tables import AUDIT

if TYPE_CHECKING:
    from otel_monitoring.storage.database import Database


@pytest.fixture
def chain(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Five entries, looked at two at a time."""
    monkeypatch.setattr(audit_chain, "_CHECKED_AT_ONCE", 2)
    for number in range(1, 6):
        with database.write() as connection:
            append_audit(connection, time_ms=number, action="change", document={"who": "ada\0"})
    return database


def test_entries_follow_each_other(chain: Database) -> None:
    with chain.read() as connection:
        entries = load_audit(connection)

        assert [entry.number for entry in entries] == [1, 2, 3, 4, 5]
        assert [entry.number for entry in load_audit(connection, after=2, most=2)] == [3, 4]
        assert entries[0].document == {"who": "ada\0"}
        assert len({entry.digest for entry in entries}) == 5


def test_a_chain_that_nobody_touched_is_whole(chain: Database) -> None:
    with chain.read() as connection:
        last = load_audit(connection)[-1]

        assert broken_at(connection) is None
        assert broken_at(connection, expected=(last.number, last.digest)) is None


def test_an_empty_chain_is_whole(database: Database) -> None:
    with database.read() as connection:
        assert broken_at(connection) is None


@pytest.mark.parametrize(
    "values", [{"time_ms": 9}, {"action": "other"}, {"document": "{}"}, {"digest": "0" * 64}]
)
def test_a_change_shows_where_it_was_made(chain: Database, values: dict[str, Any]) -> None:
    with chain.write() as connection:
        connection.execute(update(AUDIT).where(AUDIT.c.number == 3).values(**values))

        assert broken_at(connection) == 3


def test_an_entry_that_is_gone_shows(chain: Database) -> None:
    with chain.write() as connection:
        connection.execute(delete(AUDIT).where(AUDIT.c.number == 2))

        assert broken_at(connection) == 2


def test_an_end_that_was_cut_off_shows_beside_a_hash_kept_elsewhere(chain: Database) -> None:
    with chain.write() as connection:
        last = load_audit(connection)[-1]
        connection.execute(delete(AUDIT).where(AUDIT.c.number == 5))

        assert broken_at(connection) is None
        assert broken_at(connection, expected=(last.number, last.digest)) == 5


def test_a_chain_that_was_written_anew_shows_beside_a_hash_kept_elsewhere(chain: Database) -> None:
    with chain.write() as connection:
        last = load_audit(connection)[-1]
        connection.execute(delete(AUDIT))
        for number in range(1, 6):
            append_audit(connection, time_ms=number, action="change", document={"who": "eve"})

        assert broken_at(connection) is None
        assert broken_at(connection, expected=(last.number, last.digest)) == 5


def test_entries_of_several_threads_make_one_chain(database: Database) -> None:
    def add() -> None:
        for number in range(5):
            with database.write() as connection:
                append_audit(connection, time_ms=number, action="change", document={})

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.read() as connection:
        assert len(load_audit(connection)) == 20
        assert broken_at(connection) is None
