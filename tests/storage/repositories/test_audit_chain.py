from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, update

from otel_monitoring.storage.repositories import audit_chain
from otel_monitoring.storage.repositories.audit_chain import (
    BEGIN,
    Break,
    End,
    append_audit,
    broken_at,
    chains,
    end_of,
    has_audit,
    load_audit,
    newest_audit,
)
from otel_monitoring.storage.tables import AUDIT, NOTES

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from otel_monitoring.storage.database import Database


@pytest.fixture
def chain(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Five entries, looked at two at a time."""
    monkeypatch.setattr(audit_chain, "_CHECKED_AT_ONCE", 2)
    for number in range(1, 6):
        with database.write() as connection:
            append_audit(
                connection, service="shop", time_ms=number, action="change", document={"who": "ada\0"}
            )
    return database


def test_entries_follow_each_other(chain: Database) -> None:
    with chain.read() as connection:
        entries = load_audit(connection, service="shop")

        assert [entry.number for entry in entries] == [1, 2, 3, 4, 5]
        assert [entry.number for entry in load_audit(connection, service="shop", after=2, most=2)] == [3, 4]
        assert entries[0].document == {"who": "ada\0"}
        assert len({entry.digest for entry in entries}) == 5


def test_a_chain_that_nobody_touched_is_whole(chain: Database) -> None:
    with chain.read() as connection:
        assert broken_at(connection, service="shop") is None
        assert broken_at(connection, service="shop", expected=end_of(connection, service="shop")) is None
        assert end_of(connection, service="shop").number == 5


def test_an_empty_chain_is_whole(database: Database) -> None:
    with database.read() as connection:
        assert broken_at(connection, service="shop") is None
        assert end_of(connection, service="shop") == End(0, BEGIN)


@pytest.mark.parametrize(
    "values", [{"time_ms": 9}, {"action": "other"}, {"document": "{}"}, {"digest": "0" * 64}]
)
def test_a_change_shows_where_it_was_made(chain: Database, values: dict[str, Any]) -> None:
    with chain.write() as connection:
        connection.execute(update(AUDIT).where(AUDIT.c.number == 3).values(**values))

        assert broken_at(connection, service="shop") == Break(3, values.get("time_ms", 3), "it was changed")


def test_a_change_with_a_hash_that_fits_shows_in_the_next(chain: Database) -> None:
    with chain.write() as connection:
        [row] = connection.execute(AUDIT.select().where(AUDIT.c.number == 3))
        forged = {**row._mapping, "document": "{}"}
        forged["digest"] = audit_chain._digest(
            **{name: one for name, one in forged.items() if name != "digest"}
        )
        connection.execute(update(AUDIT).where(AUDIT.c.number == 3).values(**forged))

        assert broken_at(connection, service="shop") == Break(4, 4, "it does not follow the one before")


def test_an_entry_that_is_gone_shows(chain: Database) -> None:
    with chain.write() as connection:
        connection.execute(delete(AUDIT).where(AUDIT.c.number == 2))

        assert broken_at(connection, service="shop") == Break(2, 3, "it is missing")


def test_two_that_changed_places_show(chain: Database) -> None:
    with chain.write() as connection:
        for number, other in ((2, 90), (3, 2), (90, 3)):
            connection.execute(update(AUDIT).where(AUDIT.c.number == number).values(number=other))

        assert broken_at(connection, service="shop") == Break(2, 3, "it was changed")


def test_an_end_that_was_cut_off_shows(chain: Database) -> None:
    with chain.write() as connection:
        connection.execute(delete(AUDIT).where(AUDIT.c.number >= 4))

        assert broken_at(connection, service="shop") == Break(
            4, None, "it is missing, and so is all after it"
        )


def test_an_end_that_was_cut_off_shows_ever_after(chain: Database) -> None:
    with chain.write() as connection:
        connection.execute(delete(AUDIT).where(AUDIT.c.number == 5))
        append_audit(connection, service="shop", time_ms=6, action="change", document={})

        assert broken_at(connection, service="shop") == Break(5, 6, "it is missing")


def append_by_hand(connection: Connection, number: int) -> None:
    last = end_of(connection, service="shop")
    said = {"service": "shop", "time_ms": 6, "action": "change", "document": "{}"}
    row = {"number": number, "previous": last.digest, **said}
    connection.execute(AUDIT.insert().values(**row, digest=audit_chain._digest(**row)))


def test_an_entry_that_somebody_else_put_at_the_end_shows(chain: Database) -> None:
    with chain.write() as connection:
        append_by_hand(connection, 6)

        assert broken_at(connection, service="shop") == Break(6, 6, "it was put there by somebody else")


def test_an_entry_that_somebody_else_put_at_the_end_shows_ever_after(chain: Database) -> None:
    with chain.write() as connection:
        append_by_hand(connection, 6)
        append_audit(connection, service="shop", time_ms=7, action="change", document={})

        assert broken_at(connection, service="shop") == Break(7, 7, "it does not follow the one before")


def test_a_chain_without_the_note_of_its_end_shows(chain: Database) -> None:
    with chain.write() as connection:
        connection.execute(delete(NOTES))

        assert broken_at(connection, service="shop") == Break(5, 5, "nothing says that it is the last one")


def test_a_damaged_note_of_the_end_keeps_nobody_from_appending(chain: Database) -> None:
    with chain.write() as connection:
        connection.execute(update(NOTES).values(document="{"))

        assert append_audit(connection, service="shop", time_ms=6, action="change", document={}).number == 6
        assert broken_at(connection, service="shop") is None


def test_a_chain_that_was_written_anew_shows_beside_a_hash_kept_elsewhere(chain: Database) -> None:
    with chain.write() as connection:
        last = end_of(connection, service="shop")
        connection.execute(delete(AUDIT))
        connection.execute(delete(NOTES))
        for number in range(1, 6):
            append_audit(connection, service="shop", time_ms=number, action="change", document={"who": "eve"})

        assert broken_at(connection, service="shop") is None
        assert broken_at(connection, service="shop", expected=last) == Break(
            5, 5, "it is another one than was written"
        )


def test_a_chain_shorter_than_one_kept_elsewhere_shows(chain: Database) -> None:
    with chain.read() as connection:
        found = broken_at(connection, service="shop", expected=End(7, "ab" * 32))

        assert found == Break(6, None, "it is missing, and so is all after it")


def test_entries_are_read_newest_first_and_page_by_page(chain: Database) -> None:
    with chain.write() as connection:
        append_audit(connection, service="shop", time_ms=2, action="late", document={})

        first = newest_audit(connection, service="shop", since_ms=2, until_ms=5, most=2)
        second = newest_audit(
            connection, service="shop", since_ms=2, before=(first[-1].time_ms, first[-1].number)
        )

    assert [one.number for one in first + second] == [4, 3, 6, 2]


def test_an_entry_is_known_by_its_id(chain: Database) -> None:
    with chain.write() as connection:
        append_audit(connection, service="shop", time_ms=9, action="change", document={"id": "a"})

        assert has_audit(connection, service="shop", time_ms=9, key="a")
        assert not has_audit(connection, service="shop", time_ms=9, key="b")
        assert not has_audit(connection, service="shop", time_ms=3, key="a")


def test_a_chain_that_grows_while_it_is_looked_at_is_whole(chain: Database) -> None:
    """Others append between the looks of a reader that sees what is committed."""
    looks: list[int] = []
    rows = audit_chain._rows

    def rows_after_another_entry(
        connection: Connection, service: str, after: int, most: int
    ) -> list[Row[Any]]:
        if len(looks) < 4:
            looks.append(after)
            append_audit(connection, service="shop", time_ms=9, action="change", document={})
        return rows(connection, service, after, most)

    with pytest.MonkeyPatch.context() as patch, chain.write() as connection:
        patch.setattr(audit_chain, "_rows", rows_after_another_entry)

        assert broken_at(connection, service="shop") is None
    assert looks


def test_entries_of_several_threads_make_one_chain(database: Database) -> None:
    def add() -> None:
        for number in range(5):
            with database.write() as connection:
                append_audit(connection, service="shop", time_ms=number, action="change", document={})

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.read() as connection:
        assert len(load_audit(connection, service="shop")) == 20
        assert broken_at(connection, service="shop") is None


def test_each_service_has_a_chain_of_its_own(chain: Database) -> None:
    with chain.write() as connection:
        first = append_audit(connection, service="till", time_ms=1, action="change", document={})
        append_audit(connection, service="shop", time_ms=6, action="change", document={})

        assert first.number == 1
        assert [entry.number for entry in load_audit(connection, service="till")] == [1]
        assert broken_at(connection, service="till") is None
        assert broken_at(connection, service="shop") is None


def test_an_entry_does_not_fit_into_the_chain_of_another_service(chain: Database) -> None:
    with chain.write() as connection:
        append_audit(connection, service="till", time_ms=1, action="change", document={"who": "ada\0"})
        connection.execute(delete(AUDIT).where(AUDIT.c.service == "till"))
        mine = AUDIT.c.service == "shop", AUDIT.c.number == 1
        connection.execute(update(AUDIT).where(*mine).values(service="till"))

        assert broken_at(connection, service="till") == Break(1, 1, "it was changed")


def test_every_chain_is_known_also_one_that_is_gone(chain: Database) -> None:
    with chain.write() as connection:
        append_audit(connection, service="till", time_ms=1, action="change", document={})
        connection.execute(delete(AUDIT).where(AUDIT.c.service == "till"))

        assert chains(connection) == ["shop", "till"]
        found = broken_at(connection, service="till")
        assert found == Break(1, None, "it is missing, and so is all after it")


@pytest.mark.parametrize("document", ["{", "[]", "3"])
def test_a_damaged_document_shows_nothing_and_hides_no_other(chain: Database, document: str) -> None:
    with chain.write() as connection:
        connection.execute(update(AUDIT).where(AUDIT.c.number == 3).values(document=document))

        assert [one.document for one in load_audit(connection, service="shop")][2] == {}
        assert broken_at(connection, service="shop") == Break(3, 3, "it was changed")
