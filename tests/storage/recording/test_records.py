"""Records of a process on their way into the storage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.model.record import Record
from otel_monitoring.storage.recording.records import RecordLog
from otel_monitoring.storage.samples.sources import Source, runs
from otel_monitoring.storage.service import Service
from otel_monitoring.storage.writer import Writer
from otel_monitoring.testing import FakeClock
from tests.storage.recording.lost import lose_the_answer, lose_the_transaction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from otel_monitoring.storage.database import Database


class Process:
    """One process; its writer runs no thread, so that tests say when it writes."""

    def __init__(self, database: Database, instance: str = "one", **options: Any) -> None:
        self.database = database
        self.writer = Writer(database=database, clock=FakeClock(), **options)
        source = Source(instance, Service("shop"))
        self.log = RecordLog(database=database, writer=self.writer, source=lambda: source)

    def write(self) -> None:
        while self.writer.write_once():
            pass


def events(times_ms: Iterable[int]) -> list[Record]:
    return [Record("event", time_ms, "signup", {"attributes": {"tags": ("a",)}}) for time_ms in times_ms]


@pytest.fixture
def process(database: Database) -> Process:
    return Process(database)


def test_records_of_all_processes_are_found(database: Database) -> None:
    for at_ms, name in ((1, "one"), (2, "two")):
        process = Process(database, name)
        process.log.append(events([at_ms]))
        process.write()

    assert [one.time_ms for one in process.log.find("event")] == [2, 1]
    assert process.log.find("event", since_ms=2, until_ms=3, key="signup", most=5)[0].time_ms == 2
    assert process.log.find("event", trace="ab") == []


def test_a_record_knows_the_process_that_it_comes_from(database: Database) -> None:
    for at_ms, name in ((1, "one"), (2, "two"), (3, "one")):
        process = Process(database, name)
        process.log.append(events([at_ms]))
        process.write()

    with database.read() as connection:
        names = {run.id: run.source.instance for run in runs(connection)}
    assert [names[one.source] for one in process.log.find("event")] == ["one", "two", "one"]


def test_many_go_in_several_transactions(process: Process) -> None:
    process.log.append(events(range(1200)))

    waiting = process.writer.stats()["waiting"]
    process.write()

    assert waiting == 3
    assert process.log.stats() == {"waiting": {"event": 0}, "written": {"event": 1200}, "dropped": {}}


def test_what_the_storage_does_not_take_is_counted(database: Database) -> None:
    process = Process(database, max_jobs=1)

    for at_ms in (1, 2):
        process.log.append(events([at_ms]))
    process.write()

    assert process.log.stats()["dropped"] == {"event": 1}
    assert [one.time_ms for one in process.log.find("event")] == [2]


def test_after_the_end_records_are_counted_as_dropped(process: Process) -> None:
    process.writer.stop(1)

    process.log.append(events([1]))

    assert process.log.stats()["dropped"] == {"event": 1}


def test_a_try_whose_answer_was_lost_is_not_repeated(process: Process) -> None:
    lose_the_answer(process.database)

    process.log.append(events([1, 2]))
    process.write()
    process.write()

    assert [one.time_ms for one in process.log.find("event")] == [2, 1]


def test_a_try_that_came_to_nothing_is_repeated(process: Process) -> None:
    lose_the_transaction(process.database)

    process.log.append(events([1]))
    process.write()
    process.write()

    assert [one.time_ms for one in process.log.find("event")] == [1]


def test_a_child_process_begins_empty(process: Process) -> None:
    process.log.append(events([1]))

    process.log.after_fork()

    assert process.log.stats() == {"waiting": {}, "written": {}, "dropped": {}}
