from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from otel_monitoring.model.record import Record
from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.repositories.records import (
    append_records,
    delete_records,
    load_records,
)
from otel_monitoring.storage.tables import RECORDS

if TYPE_CHECKING:
    from otel_monitoring.storage.database import Database

SIGN_UP = Record("event", 1000, "signup", {"plan": "pro", "name": "ü\0\ud800"}, source=3)
AT = (("a", 1), ("b", 2), ("c", 2), ("d", 2))
FAILURE = Record(
    "error",
    2000,
    "ZeroDivisionError at price",
    {"stack": "a line\n" * 500},
    trace="ab" * 16,
    severity=17,
    value=0.1,
)


def test_records_of_any_kind_come_back_as_they_were(database: Database) -> None:
    with database.write() as connection:
        append_records(connection, [SIGN_UP, FAILURE], service="shop")

    with database.read() as connection:
        [event], [error] = (
            load_records(connection, "event", service="shop"),
            load_records(connection, "error", service="shop"),
        )
    assert replace(event, id=0) == SIGN_UP
    assert replace(error, id=0) == FAILURE
    assert event.id < error.id


def test_a_long_document_is_packed(database: Database) -> None:
    with database.write() as connection:
        append_records(connection, [FAILURE], service="shop")
        row = connection.execute(RECORDS.select()).one()

    assert len(row.data) < 200


def test_records_are_read_by_time_newest_first(database: Database) -> None:
    with database.write() as connection:
        append_records(
            connection, [replace(SIGN_UP, time_ms=time_ms) for time_ms in (3, 1, 2, 4)], service="shop"
        )

    with database.read() as connection:
        found = load_records(connection, "event", service="shop", since_ms=2, until_ms=4)
        newest = load_records(connection, "event", service="shop", most=1)
    assert [one.time_ms for one in found] == [3, 2]
    assert [one.time_ms for one in newest] == [4]


def test_records_are_read_by_key_and_by_trace(database: Database) -> None:
    other = replace(SIGN_UP, key="login", trace="cd" * 16)
    with database.write() as connection:
        append_records(connection, [SIGN_UP, other], service="shop")

    with database.read() as connection:
        by_key = load_records(connection, "event", service="shop", key="signup")
        by_trace = load_records(connection, "event", service="shop", trace="cd" * 16)
    assert [one.key for one in by_key] == ["signup"]
    assert [one.key for one in by_trace] == ["login"]


def test_pages_follow_each_other_also_within_a_moment(database: Database) -> None:
    with database.write() as connection:
        append_records(
            connection, [replace(SIGN_UP, key=key, time_ms=time_ms) for key, time_ms in AT], service="shop"
        )

    with database.read() as connection:
        first = load_records(connection, "event", service="shop", most=2)
        after = (first[-1].time_ms, first[-1].id)
        second = load_records(connection, "event", service="shop", before=after, most=3)
    assert [one.key for one in first + second] == ["d", "c", "b", "a"]


def test_the_oldest_of_a_kind_go_first_and_a_few_at_a_time(database: Database) -> None:
    with database.write() as connection:
        append_records(
            connection, [replace(SIGN_UP, time_ms=time_ms) for time_ms in range(10)], service="shop"
        )
        append_records(connection, [replace(FAILURE, time_ms=0)], service="shop")

        deleted = [delete_records(connection, "event", until_ms=5, most=3) for _ in range(3)]

        assert deleted == [3, 2, 0]
        assert [one.time_ms for one in load_records(connection, "event", service="shop")] == [9, 8, 7, 6, 5]
        assert len(load_records(connection, "error", service="shop")) == 1


def test_a_damaged_document_is_told(database: Database) -> None:
    with database.write() as connection:
        append_records(connection, [FAILURE], service="shop")
        connection.execute(update(RECORDS).values(data=b"damaged"))

    with pytest.raises(StorageError, match="no packed document"), database.read() as connection:
        load_records(connection, "error", service="shop")


def test_nothing_is_nothing(database: Database) -> None:
    with database.write() as connection:
        append_records(connection, [], service="shop")

        assert load_records(connection, "event", service="shop") == []
