"""One process of all keeps the storage up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.storage.errors import UnavailableError
from otel_monitoring.storage.history.upkeep import Upkeep
from otel_monitoring.storage.lease import Lease
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from otel_monitoring.storage.database import Database


class FakeWorker:
    """Something that is done in so many steps."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def step(self, now_ms: int) -> bool:
        assert now_ms > 0
        if self.left < 0:
            reason = "for the test"
            raise UnavailableError(reason)
        if self.left:
            self.left -= 1
            return True
        return False

    def stats(self) -> dict[str, int]:
        return {"left": self.left}


def upkeep(database: Database, holder: str, *workers: FakeWorker) -> Upkeep:
    lease = Lease(database=database, name="upkeep", holder=holder, span_s=600)
    named = {f"worker{number}": worker for number, worker in enumerate(workers)}
    return Upkeep(lease=lease, workers=named, clock=FakeClock())


def test_workers_work_one_after_the_other(database: Database) -> None:
    one = upkeep(database, "one", FakeWorker(2), FakeWorker(1))

    assert [one.step() for _ in range(4)] == [True, True, True, False]
    assert one.stats() == {"worker0_left": 0, "worker1_left": 0}


def test_one_process_works_until_it_stops(database: Database) -> None:
    one, two = upkeep(database, "one", FakeWorker(9)), upkeep(database, "two", FakeWorker(9))

    assert (one.step(), two.step()) == (True, False)
    one.stop(1)

    assert two.step()
    assert not one.step()


def test_a_storage_that_is_away_is_no_error(database: Database) -> None:
    assert not upkeep(database, "one", FakeWorker(-1)).step()


def test_the_thread_ends_with_the_process(database: Database) -> None:
    one = upkeep(database, "one", FakeWorker(0))

    one.start()
    one.stop(10)

    assert not one.keeper.lease.hold()
