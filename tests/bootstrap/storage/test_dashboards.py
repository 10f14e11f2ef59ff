"""Dashboards of several processes on one storage, and of one whose storage is away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.bootstrap.storage.dashboards import Dashboards
from otel_monitoring.bootstrap.storage.shared_dashboards import SharedDashboards
from otel_monitoring.model.dashboard import DashboardChangedError, DashboardUnknownError
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.repositories.dashboards import KeptDashboards
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from otel_monitoring.model.action import Action


class House:
    """Processes that share a file which can be away."""

    def __init__(self, url: str) -> None:
        self.clock = FakeClock()
        self.database = Database(url=url, clock=self.clock)
        self.actions: list[Action] = []
        self.come_back()

    def process(self) -> Dashboards:
        """Return the dashboards of another process."""
        kept = KeptDashboards(service="shop", most=5)
        return Dashboards(
            clock=self.clock,
            audit=self.actions.append,
            shared=SharedDashboards(database=self.database, kept=kept),
        )

    def go_away(self) -> None:
        """Let nobody reach the storage."""
        self.database.close()

    def come_back(self) -> None:
        """Let everybody reach it."""
        assert self.database.ensure(), self.database.state


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(f"sqlite:///{tmp_path}/kept.db")
    yield made
    made.database.close()


def test_what_one_process_makes_another_one_has(house: House) -> None:
    one, other = house.process(), house.process()

    made = one.add(title="Checkout", content={"panels": []}, actor="kim")

    assert other.all() == [made]
    assert other.get(made.id) == made
    assert (one.note, made.version, made.changed_by) == ("", 1, "kim")


def test_of_two_who_edit_at_different_processes_the_second_is_told_who_was_faster(house: House) -> None:
    one, other = house.process(), house.process()
    made = one.add(title="Checkout", content={}, actor="kim")
    one.put(made.id, title="Orders", content={}, over=1, actor="kim")

    with pytest.raises(DashboardChangedError) as told:
        other.put(made.id, title="Payments", content={}, over=1, actor="lee")

    assert told.value.current.changed_by == "kim"
    assert [one.title for one in other.all()] == ["Orders"]


def test_it_outlives_the_processes(house: House) -> None:
    made = house.process().add(title="Checkout", content={"panels": [{"title": "up"}]}, actor="kim")

    assert house.process().all() == [made]


def test_every_change_is_told_to_the_audit(house: House) -> None:
    mine = house.process()
    made = mine.add(title="Checkout", content={"panels": [{"title": "up"}]}, actor="kim")
    mine.put(made.id, title="Orders", content={}, over=1, actor="lee")
    mine.remove(made.id, over=None, actor="max")

    assert [(one.name, one.actor, one.target) for one in house.actions] == [
        ("dashboard.created", "kim", made.id),
        ("dashboard.changed", "lee", made.id),
        ("dashboard.removed", "max", made.id),
    ]
    assert house.actions[0].before == {}
    assert house.actions[1].before == {"title": "Checkout", "version": 1, "panels": ["up"]}
    assert house.actions[2].after == {}


def test_without_a_storage_they_are_in_memory_and_say_so() -> None:
    mine = Dashboards(clock=FakeClock(), audit=lambda _: None)

    made = mine.add(title="Checkout", content={}, actor="kim")

    assert mine.all() == [made]
    assert mine.note.startswith("There is no storage: dashboards are in the memory of this process")


def test_while_the_storage_is_away_everything_is_there_and_can_be_changed(house: House) -> None:
    mine = house.process()
    made = mine.add(title="Checkout", content={}, actor="kim")
    house.go_away()

    mine.put(made.id, title="Orders", content={}, over=1, actor="kim")

    assert [(one.title, one.version) for one in mine.all()] == [("Orders", 2)]
    assert mine.note.startswith("What changes here stays in the memory of this process until")


def test_what_was_changed_meanwhile_is_kept_once_the_storage_is_back(house: House) -> None:
    mine = house.process()
    changed = mine.add(title="Checkout", content={}, actor="kim")
    removed = mine.add(title="Old", content={}, actor="kim")
    house.go_away()
    mine.put(changed.id, title="Orders", content={}, over=1, actor="kim")
    mine.put(changed.id, title="Payments", content={}, over=2, actor="kim")
    mine.remove(removed.id, over=1, actor="kim")
    mine.add(title="New", content={}, actor="kim")
    short = mine.add(title="Short", content={}, actor="kim")
    mine.remove(short.id, over=1, actor="kim")

    house.come_back()
    mine.all()

    assert [(one.title, one.version) for one in house.process().all()] == [("New", 1), ("Payments", 3)]
    assert mine.note == ""


def test_what_others_changed_too_meanwhile_stays_and_ours_lies_beside_it(house: House) -> None:
    mine, other = house.process(), house.process()
    made = mine.add(title="Checkout", content={"panels": [{"title": "up"}]}, actor="kim")
    house.go_away()
    mine.put(made.id, title="Mine", content={"panels": [{"title": "mine"}]}, over=1, actor="kim")
    house.come_back()
    other.put(made.id, title="Theirs", content={}, over=1, actor="lee")

    found = {one.title: one for one in mine.all()}

    assert set(found) == {"Theirs", "Mine (kept apart)"}
    assert found["Theirs"].id == made.id
    assert found["Mine (kept apart)"].content == {"panels": [{"title": "mine"}]}
    assert {one.title for one in other.all()} == set(found)


def test_what_others_changed_is_not_removed_by_who_did_not_see_it(house: House) -> None:
    mine, other = house.process(), house.process()
    made = mine.add(title="Checkout", content={}, actor="kim")
    house.go_away()
    mine.remove(made.id, over=1, actor="kim")
    house.come_back()
    other.put(made.id, title="Theirs", content={}, over=1, actor="lee")

    assert [one.title for one in mine.all()] == ["Theirs"]


def test_one_that_is_removed_is_gone(house: House) -> None:
    mine = house.process()
    made = mine.add(title="Checkout", content={}, actor="kim")
    mine.remove(made.id, over=None, actor="kim")

    with pytest.raises(DashboardUnknownError):
        mine.get(made.id)
    with pytest.raises(DashboardUnknownError):
        mine.remove(made.id, over=None, actor="kim")


def test_one_that_is_removed_and_made_anew_is_seen_as_another(house: House) -> None:
    mine, other = house.process(), house.process()
    made = mine.add(title="Checkout", content={}, actor="kim")
    other.all()
    mine.remove(made.id, over=1, actor="kim")
    house.clock.advance(1)
    mine.put(made.id, title="Anew", content={}, over=0, actor="kim")

    assert [one.title for one in other.all()] == ["Anew"]


def test_a_child_process_waits_for_no_thread_of_its_parent(house: House) -> None:
    mine = house.process()
    mine._lock.acquire()

    mine.after_fork()

    assert mine.all() == []
