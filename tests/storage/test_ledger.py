"""What a process counted is there for others when it is gone, and only then."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.context import Context
from opentelemetry.sdk.metrics import MeterProvider

from otel_monitoring.guard import Guard
from otel_monitoring.ingest.aggregations import Aggregations
from otel_monitoring.ingest.reader import StoreMetricReader
from otel_monitoring.storage.ledger import Ledger, claim_all, ledger_folder, pid_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BOUNDS = [0.1, 1.0]
ROUTE = {"http.route": "/x"}


class House:
    """A process of its own kind: an SDK and a ledger."""

    def __init__(self, folder: Path, *, limit: int = 100, size_bytes: int = 1 << 16) -> None:
        reader = StoreMetricReader(on_collect=lambda _data: None, guard=Guard("tests"))
        provider = MeterProvider(metric_readers=[reader])
        aggregations = Aggregations(limit=limit)
        aggregations.install(reader)
        self.histogram = provider.get_meter("m", "1").create_histogram(
            "d", unit="s", explicit_bucket_boundaries_advisory=BOUNDS
        )
        self.ledger = Ledger(
            folder=folder, resource=lambda: {"who": "me"}, bind=aggregations.bind, size_bytes=size_bytes
        )
        self.ledger.start()

    def record(self, *values: float, attributes: Mapping[str, Any] = ROUTE) -> None:
        recorder = self.ledger.bind(self.histogram, attributes)
        for value in values:
            recorder.record(value, Context(), sampled=False)

    def die(self) -> None:
        """Let go of the lock, as the system does for a process that is killed."""
        self.ledger.stop(is_settled=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = ledger_folder("sqlite:///storage.db", "shop", memory=tmp_path)
    assert found is not None
    return found


def test_what_was_recorded_is_read_as_it_was(folder: Path) -> None:
    house = House(folder)
    house.record(0.05, 0.5, 0.7, 3.0)
    house.die()

    (claim,) = claim_all(folder)
    estate = claim.read()
    claim.release(is_settled=True)

    assert estate is not None
    assert estate.resource == {"who": "me"}
    (entry,) = estate.entries
    assert entry.counts == (1, 2, 1)
    assert entry.total == pytest.approx(4.25)
    assert (entry.least, entry.greatest) == (0.05, 3.0)
    assert entry.about["attributes"] == ROUTE
    assert entry.about["scope"][:2] == ["m", "1"]
    assert not folder.exists()


def test_who_ends_before_everything_is_settled_leaves_word_why(folder: Path) -> None:
    """A planned stop for which the time did not suffice is no crash."""
    house = House(folder)
    house.record(0.05)
    house.ledger.stop(is_settled=False, reason="stopped")

    (claim,) = claim_all(folder)
    estate = claim.read()
    claim.release(is_settled=True)

    assert estate is not None
    assert estate.ended == "stopped"
    assert [one.counts for one in estate.entries] == [(1, 0, 0)]


def test_a_ledger_that_is_full_has_room_for_the_last_word(folder: Path) -> None:
    house = House(folder, size_bytes=4096)
    for number in range(100):
        house.record(0.05, attributes={"n": number})
    house.ledger.stop(is_settled=False, reason="stopped")

    (claim,) = claim_all(folder)
    estate = claim.read()
    claim.release(is_settled=True)

    assert estate is not None
    assert 0 < len(estate.entries) < 100
    assert estate.ended == "stopped"


def test_a_ledger_that_is_held_tells_the_process(folder: Path) -> None:
    House(folder).record(0.05)
    held: list[str] = []

    claim_all(folder, held=held.append)

    assert [pid_of(name) for name in held] == [os.getpid()]


@pytest.mark.parametrize("name", ["", "a.ledger", "a-1-2.ledger", "a-1-x.ledger"])
def test_a_number_of_another_namespace_is_none_of_ours(name: str) -> None:
    assert pid_of(name) is None


def test_nobody_gets_the_ledger_of_a_process_that_lives(folder: Path) -> None:
    House(folder).record(0.05)

    assert claim_all(folder) == []


def test_what_was_claimed_is_not_given_to_a_second_one(folder: Path) -> None:
    house = House(folder)
    house.record(0.05)
    house.die()

    (first,) = claim_all(folder)
    second = claim_all(folder)
    first.release(is_settled=False)
    (third,) = claim_all(folder)
    third.release(is_settled=True)

    assert second == []


def test_two_recorders_of_the_same_attributes_note_in_one_place(folder: Path) -> None:
    house = House(folder)
    house.record(0.05)
    house.record(0.05)
    house.die()

    (claim,) = claim_all(folder)
    estate = claim.read()
    claim.release(is_settled=True)

    assert estate is not None
    assert [entry.counts for entry in estate.entries] == [(2, 0, 0)]


def test_a_process_that_ends_as_planned_leaves_nothing(folder: Path) -> None:
    house = House(folder)
    house.record(0.05)

    house.ledger.stop(is_settled=True)
    house.record(0.05)

    assert not folder.exists()


def test_a_child_process_notes_nothing_into_what_is_its_parents(folder: Path) -> None:
    house = House(folder)
    house.record(0.05)
    child = os.fork()
    if not child:
        house.ledger.after_fork()
        house.record(0.05)
        os._exit(len(claim_all(folder)))

    _, status = os.waitpid(child, 0)
    house.die()
    (claim,) = claim_all(folder)
    estate = claim.read()
    claim.release(is_settled=True)

    assert os.waitstatus_to_exitcode(status) == 0
    assert estate is not None
    assert [entry.counts for entry in estate.entries] == [(1, 0, 0)]


def test_what_there_is_no_room_for_is_recorded_all_the_same(folder: Path) -> None:
    house = House(folder, size_bytes=4096)
    for number in range(50):
        house.record(0.05, attributes={"http.route": f"/{number}"})
    house.die()

    (claim,) = claim_all(folder)
    estate = claim.read()
    claim.release(is_settled=True)

    assert estate is not None
    assert 0 < len(estate.entries) < 50


def test_attribute_sets_over_the_limit_are_not_noted(folder: Path) -> None:
    house = House(folder, limit=2)
    for number in range(5):
        house.record(0.05, attributes={"http.route": f"/{number}"})
    house.die()

    (claim,) = claim_all(folder)
    estate = claim.read()
    claim.release(is_settled=True)

    assert estate is not None
    assert len(estate.entries) <= 2


@pytest.mark.parametrize("data", [b"", b"\xff" * 64, b"\x08\0\0\0\0\0\0\0{broken}"])
def test_a_file_that_is_damaged_holds_nothing(folder: Path, data: bytes) -> None:
    folder.mkdir()
    (folder / "0.ledger").write_bytes(data)

    (claim,) = claim_all(folder)
    estate = claim.read()
    claim.release(is_settled=True)

    assert estate is None


def test_a_folder_that_others_may_write_into_is_not_used(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)

    House(folder).record(0.05)

    assert list(folder.iterdir()) == []


def test_a_process_that_serves_no_request_has_no_file(folder: Path) -> None:
    House(folder)

    assert not folder.exists()


def test_each_service_settles_what_its_own_processes_left(tmp_path: Path) -> None:
    shop, till = (ledger_folder("sqlite:///storage.db", one, memory=tmp_path) for one in ("shop", "till"))
    assert shop is not None
    assert till is not None
    House(shop).die()
    mine = House(till)
    mine.record(0.5)
    mine.die()

    [claim] = claim_all(till)

    assert claim_all(shop) == []
    assert claim.read() is not None
    claim.release(is_settled=True)


def test_what_was_noted_ahead_counts_once_when_it_is_recorded(folder: Path) -> None:
    house = House(folder)
    house.record(0.5)
    recorder: Any = house.ledger.bind(house.histogram, ROUTE)
    recorder.record(0.5, Context(), sampled=False)

    was_noted = recorder.note(0.7)
    recorder.record_noted(0.75, Context(), sampled=False)
    house.die()

    (claim,) = claim_all(folder)
    estate = claim.read()
    assert was_noted
    assert estate is not None
    assert estate.entries[0].counts == (0, 3, 0)


def test_what_was_noted_ahead_and_came_to_nothing_is_taken_back(folder: Path) -> None:
    house = House(folder)
    recorder: Any = house.ledger.bind(house.histogram, ROUTE)
    before_the_first = recorder.note(0.7)
    recorder.record(0.5, Context(), sampled=False)

    recorder.note(3.0)
    recorder.take_back(3.0)
    house.die()

    (claim,) = claim_all(folder)
    estate = claim.read()
    assert not before_the_first
    assert estate is not None
    assert estate.entries[0].counts == (0, 1, 0)
    assert estate.entries[0].total == pytest.approx(0.5)
