"""What people do reaches the chain once, in order, whatever becomes of the storage meanwhile."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.model.action import Action
from otel_monitoring.storage.recording.audit import AuditLog
from otel_monitoring.storage.repositories.audit_chain import broken_at, load_audit
from otel_monitoring.storage.writer import Job, Writer
from otel_monitoring.testing import FakeClock
from tests.storage.recording.lost import lose_the_answer, lose_the_transaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.storage.database import Database


class Process:
    """One process that appends to the chain; its writer runs no thread, so that tests say when it writes."""

    def __init__(self, database: Database, **options: Any) -> None:
        self.database = database
        self.writer = Writer(database=database, clock=FakeClock())
        self.log = AuditLog(
            database=database, writer=self.writer, service="shop", instance=lambda: "shop-1", **options
        )

    def do(self, target: str, at_ms: int = 1, **more: Any) -> None:
        self.log.put(Action("silence.created", target, "kim", at_ms, **more))

    def write(self) -> None:
        while self.writer.write_once():
            pass

    def targets(self) -> list[str]:
        with self.database.read() as connection:
            assert broken_at(connection, service="shop") is None
            return [entry.document["target"] for entry in load_audit(connection, service="shop")]


@pytest.fixture
def process(database: Database) -> Process:
    return Process(database)


def test_what_was_done_is_in_the_chain(process: Process) -> None:
    process.do("7f", 5, before={"at": Path("x")}, after={"comment": "upgrade"})
    process.write()

    [found] = process.log.find()
    assert found.action == Action(
        "silence.created", "7f", "kim", 5, before={"at": "x"}, after={"comment": "upgrade"}
    )
    assert (found.number, len(found.digest), found.instance) == (1, 64, "shop-1")


def test_entries_come_in_the_order_in_which_they_were_done(process: Process) -> None:
    for number in range(250):
        process.do(str(number))
    process.write()

    assert process.targets() == [str(number) for number in range(250)]
    assert process.log.stats() == {"written": 250, "dropped": 0, "waiting": 0}


def test_asking_waits_for_what_was_done_just_now(process: Process) -> None:
    process.do("7f")

    assert [found.action.target for found in process.log.find()] == ["7f"]


def test_the_newest_come_first_and_page_by_page(process: Process) -> None:
    for number in (1, 2, 3):
        process.do(str(number), number)

    first = process.log.find(since_ms=1, until_ms=4, most=2)
    second = process.log.find(before=(first[-1].action.at_ms, first[-1].number))

    assert [found.action.target for found in first + second] == ["3", "2", "1"]


def test_what_is_done_while_the_storage_is_away_is_written_later(
    tmp_path: Path, open_database: Callable[[str], Database]
) -> None:
    database = open_database(f"sqlite:///{tmp_path}/s.db")
    process = Process(database)
    process.do("before")
    process.write()
    ensure, database.ensure = database.ensure, lambda: False  # type: ignore[method-assign]

    process.do("away")
    process.do("still away")
    process.write()
    waiting = process.log.stats()["waiting"]
    database.ensure = ensure  # type: ignore[method-assign]
    process.write()

    assert waiting == 2
    assert process.targets() == ["before", "away", "still away"]


def test_a_try_whose_answer_was_lost_is_not_repeated(process: Process) -> None:
    lose_the_answer(process.database)

    process.do("a")
    process.do("b")
    process.write()
    process.write()

    assert process.targets() == ["a", "b"]


def test_a_try_that_came_to_nothing_is_repeated(process: Process) -> None:
    lose_the_transaction(process.database)

    process.do("a")
    process.write()
    process.do("b")
    process.write()

    assert process.targets() == ["a", "b"]


def test_an_entry_that_the_writer_left_out_is_handed_over_again(database: Database) -> None:
    process = Process(database)
    process.writer._max_jobs = 1
    process.do("a")

    process.writer.put(Job("samples", lambda _connection: None))  # pushes the audit out of the queue
    process.write()
    process.log.hand_over()
    process.write()

    assert process.targets() == ["a"]


def test_the_oldest_go_where_too_many_wait(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    process = Process(database, max_waiting=2)

    with caplog.at_level(logging.ERROR):
        for target in "abcd":
            process.do(target)
    process.write()

    assert process.targets() == ["c", "d"]
    assert process.log.stats() == {"written": 2, "dropped": 2, "waiting": 0}
    assert "audit" in caplog.text


def test_several_processes_make_one_chain(database: Database) -> None:
    processes = [Process(database) for _ in range(3)]

    def act(process: Process, name: int) -> None:
        for number in range(20):
            process.do(f"{name}-{number}")
            process.write()

    threads = [threading.Thread(target=act, args=(one, at)) for at, one in enumerate(processes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = processes[0].targets()
    assert len(found) == 60
    for name in "012":
        assert [one for one in found if one.startswith(name)] == [f"{name}-{number}" for number in range(20)]


def test_an_action_that_cannot_be_kept_reaches_nobody(process: Process) -> None:
    loop: dict[str, Any] = {}
    loop["self"] = loop

    process.do("a", after=loop)
    process.do("b")
    process.write()

    assert process.targets() == ["b"]


def test_a_child_process_leaves_what_waits_to_its_parent(process: Process) -> None:
    process.do("a")

    process.log.after_fork()

    assert process.log.stats() == {"written": 0, "dropped": 0, "waiting": 0}


def test_nothing_is_taken_after_the_end_and_nothing_raises(process: Process) -> None:
    process.writer.stop(1)

    process.do("a")

    assert process.log.stats()["waiting"] == 1
    assert process.writer._thread is None
