"""Records in step between memory and a storage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.bootstrap.storage.kept import Shared, Told
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.repositories.notes import SILENCES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(url=f"sqlite:///{tmp_path}/storage.db", clock=SystemClock())
    assert made.ensure()
    yield made
    made.close()


class Part:
    """What one process knows: records by their id."""

    def __init__(self, **records: str) -> None:
        self.records = dict(records)
        self.restored: list[str] = []
        self.shared = Shared(
            SILENCES.of("shop"), state=self.state, restore=self.restore, discard=self.discard
        )
        self.told = Told(SILENCES.of("shop"), state=self.state, replace=self.replace)

    def state(self) -> list[dict[str, Any]]:
        return [{"id": name, "comment": comment} for name, comment in self.records.items()]

    def restore(self, records: list[dict[str, Any]]) -> None:
        self.restored += [record["id"] for record in records]
        self.records.update({record["id"]: record["comment"] for record in records})

    def discard(self, records: list[dict[str, Any]]) -> None:
        for record in records:
            del self.records[record["id"]]

    def replace(self, records: list[dict[str, Any]]) -> None:
        self.records = {record["id"]: record["comment"] for record in records}

    def meet(self, database: Database, now_ms: int = 1000) -> None:
        self.shared.bring_together(database, now_ms)

    def save(self, database: Database) -> bool:
        """Write what has changed; return whether anything had."""
        if not self.told.prepare():
            return False
        with database.write() as connection:
            self.told.write(connection, 1000)
        self.told.confirm()
        return True


def test_what_each_made_both_have(database: Database) -> None:
    one, two = Part(a="1"), Part(b="2")

    for part in (one, two, one):
        part.meet(database)

    assert one.records == two.records == {"a": "1", "b": "2"}


def test_a_change_and_a_removal_reach_the_other(database: Database) -> None:
    one, two = Part(a="1", b="2"), Part()
    one.meet(database)
    two.meet(database)

    two.records["a"] = "changed"
    del two.records["b"]
    two.meet(database, 2000)
    one.meet(database, 3000)

    assert one.records == two.records == {"a": "changed"}


def test_what_has_not_changed_is_not_taken_again(database: Database) -> None:
    one, two = Part(a="1"), Part()
    for _ in range(3):
        one.meet(database)
        two.meet(database)

    assert one.restored == []
    assert two.restored == ["a"]


def test_of_two_changes_at_once_the_later_stays(database: Database) -> None:
    one, two = Part(a="1"), Part()
    one.meet(database)
    two.meet(database)

    one.records["a"], two.records["a"] = "by one", "by two"
    one.meet(database, 2000)
    two.meet(database, 3000)
    one.meet(database, 4000)

    assert one.records == two.records == {"a": "by two"}


def test_a_storage_that_begins_anew_gets_what_is_known(database: Database, tmp_path: Path) -> None:
    one = Part(a="1")
    one.meet(database)
    fresh = Database(url=f"sqlite:///{tmp_path}/fresh.db", clock=SystemClock())
    assert fresh.ensure()

    one.meet(fresh)
    with fresh.read() as connection:
        found = SILENCES.of("shop").load(connection, now_ms=1000)
    fresh.close()

    assert one.records == {"a": "1"}
    assert [record["id"] for record in found] == ["a"]


def test_only_what_changed_is_written(database: Database) -> None:
    speaker = Part(a="1", b="2")

    written = [speaker.save(database), speaker.save(database)]
    speaker.records = {"a": "new"}
    written.append(speaker.save(database))
    with database.read() as connection:
        found = Part().told.read(connection, 1000)

    assert written == [True, False, True]
    assert found == [{"id": "a", "comment": "new"}]


def test_what_was_not_committed_is_written_the_next_time(database: Database) -> None:
    speaker = Part(a="1")

    prepared = [speaker.told.prepare(), speaker.told.prepare()]

    assert prepared == [True, True]
    assert speaker.save(database)


def test_records_that_say_that_they_have_not_changed_are_not_compared(database: Database) -> None:
    part, version = Part(a="1"), 1
    told = Told(SILENCES.of("shop"), state=part.state, replace=part.replace, version=lambda: version)
    first = told.prepare()
    with database.write() as connection:
        told.write(connection, 1000)
    told.confirm()

    part.records["a"] = "2"
    same = told.prepare()
    version = 2

    assert (first, same, told.prepare()) == (True, False, True)


def test_others_see_that_something_was_written(database: Database) -> None:
    speaker, other = Part(a="1"), Part()
    with database.read() as connection:
        other.told.read(connection, 1000)
        before = other.told.has_changed(connection)

    speaker.save(database)

    with database.read() as connection:
        assert (before, other.told.has_changed(connection)) == (False, True)
