from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.storage.errors import BusyError, FencedError
from otel_monitoring.storage.state import Trouble
from otel_monitoring.storage.tables import NOTES
from otel_monitoring.storage.writer import Job, Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from otel_monitoring.storage.database import Database

TROUBLE = Trouble("unreachable", "the network is cut")


@pytest.fixture
def writer(database: Database) -> Iterator[Writer]:
    writer = Writer(database=database, clock=SystemClock(), max_jobs=5, max_bytes=10_000)
    yield writer
    writer.stop(10)


def test_writes_what_was_handed_over_in_order(writer: Writer, database: Database) -> None:
    seen: list[int] = []
    for number in range(5):
        writer.put(Job("note", _noting(number, seen)))

    assert writer.flush(10)

    assert seen == [0, 1, 2, 3, 4]
    assert _notes(database) == 5
    assert writer.stats()["written"] == 5


def test_a_batch_is_one_transaction(writer: Writer) -> None:
    for number in range(5):
        writer.put(Job("note", _noting(number)))

    writer.flush(10)

    assert writer.stats()["batches"] == 1


def test_the_oldest_makes_room_where_too_many_wait(writer: Writer) -> None:
    seen: list[int] = []
    told: list[tuple[int, bool]] = []

    def tell(number: int) -> Callable[[bool], None]:
        return lambda written: told.append((number, written))

    for number in range(7):
        writer.put(Job("note", _noting(number, seen), done=tell(number)))

    writer.flush(10)

    assert seen == [2, 3, 4, 5, 6]
    assert told[:2] == [(0, False), (1, False)]
    assert told[2:] == [(number, True) for number in range(2, 7)]
    assert writer.stats()["dropped"] == 2


def test_the_oldest_makes_room_where_too_much_waits(writer: Writer) -> None:
    for number in range(3):
        writer.put(Job("note", _noting(number), size_bytes=4000))

    assert writer.stats()["dropped"] == 1
    assert writer.stats()["waiting_bytes"] == 8000


def test_one_that_is_refused_keeps_nobody_else(writer: Writer, database: Database) -> None:
    told: list[bool] = []
    writer.put(Job("note", _noting(0)))
    writer.put(Job("note", _refusing, done=told.append))
    writer.put(Job("note", _noting(2)))

    assert writer.flush(10)

    assert told == [False]
    assert _notes(database) == 2
    assert (writer.stats()["written"], writer.stats()["failed"]) == (2, 1)


def test_one_that_has_a_bug_keeps_nobody_else(writer: Writer, database: Database) -> None:
    writer.put(Job("note", _noting(0)))
    writer.put(Job("note", _failing))

    assert writer.flush(10)

    assert _notes(database) == 1
    assert writer._guard.counts() == {"ZeroDivisionError": 2}


def test_what_a_refused_job_wrote_is_taken_back(writer: Writer, database: Database) -> None:
    def half(connection: Connection) -> None:
        _noting(1)(connection)
        _refusing(connection)

    writer.put(Job("note", half))
    writer.flush(10)

    assert _notes(database) == 0


def test_jobs_wait_for_a_database_that_is_away(writer: Writer, database: Database) -> None:
    def lose_once(connection: Connection) -> None:
        if not lost:
            lost.append(True)
            database._lost(TROUBLE)
            connection.close()
            database._refuse_unavailable()
        _noting(1)(connection)

    lost: list[bool] = []
    writer.put(Job("note", _noting(0)))
    writer.put(Job("note", lose_once))

    assert not writer.write_once()
    assert writer.stats()["waiting"] == 2
    assert writer.flush(10)

    assert _notes(database) == 2
    assert writer.stats()["failed"] == 0


def test_one_that_always_finds_the_database_busy_is_left_out_in_the_end(
    writer: Writer, database: Database
) -> None:
    writer.put(Job("note", _noting(0)))
    writer.put(Job("slow", _waiting_in_vain))
    writer.put(Job("note", _noting(2)))

    tries = 0
    while not writer.flush(10):
        tries += 1

    assert tries == 19
    assert _notes(database) == 2
    assert (writer.stats()["written"], writer.stats()["failed"]) == (2, 1)


def test_a_thread_writes_what_is_put(writer: Writer, database: Database) -> None:
    written = threading.Event()
    writer.start()

    writer.put(Job("note", _noting(1), done=lambda _: written.set()))

    assert written.wait(10)
    assert _notes(database) == 1


def test_stopping_writes_the_rest_and_takes_nothing_more(writer: Writer, database: Database) -> None:
    writer.start()
    for number in range(5):
        writer.put(Job("note", _noting(number)))

    assert writer.stop(10)

    assert _notes(database) == 5
    assert not writer.put(Job("note", _noting(9)))
    assert writer.stats()["refused"] == 1


def test_a_flush_does_not_wait_for_a_database_that_is_away(writer: Writer, database: Database) -> None:
    writer.start()
    database.close()
    database._retry_at_s = float("inf")
    writer.put(Job("note", _noting(1)))

    assert not writer.flush(60)

    database._retry_at_s = 0.0
    assert writer.flush(60)


def test_a_child_process_leaves_the_jobs_to_its_parent(writer: Writer) -> None:
    writer.put(Job("note", _noting(1)))

    writer.after_fork()

    assert writer.stats()["waiting"] == 0


def _noting(number: int, seen: list[int] | None = None) -> Callable[[Connection], None]:
    def write(connection: Connection) -> None:
        connection.execute(
            NOTES.insert().values(service="s", kind="test", digest=str(number), saved_ms=0, document="{}")
        )
        if seen is not None:
            seen.append(number)

    return write


def _refusing(_connection: Connection) -> None:
    msg = "not by us"
    raise FencedError(msg)


def _waiting_in_vain(_connection: Connection) -> None:
    msg = "others hold it"
    raise BusyError(msg)


def _failing(_connection: Connection) -> None:
    print(1 / 0)


def _notes(database: Database) -> int:
    with database.read() as connection:
        found: int = connection.execute(select(func.count()).select_from(NOTES)).scalar_one()
        return found
