from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from otel_monitoring.storage.keeper import LeaseKeeper
from otel_monitoring.storage.lease import Lease
from otel_monitoring.testing.clock import FakeClock

if TYPE_CHECKING:
    from otel_monitoring.storage.database import Database


def test_keeps_the_lease_for_as_long_as_the_process_is_well(database: Database) -> None:
    elapsed, health = FakeClock(), [True]
    keeper = LeaseKeeper(lease=_lease(database, "a", elapsed), is_well=lambda: health[0])

    assert keeper.step()
    elapsed.advance(20)
    assert keeper.step()
    health[0] = False
    elapsed.advance(20)
    assert keeper.step()
    elapsed.advance(20)

    assert not keeper.step()


def test_a_thread_asks_for_it(database: Database) -> None:
    asked = threading.Event()

    def is_well() -> bool:
        asked.set()
        return True

    keeper = LeaseKeeper(lease=_lease(database, "a", FakeClock()), is_well=is_well)
    keeper.start()
    assert asked.wait(10)
    keeper.stop(10)

    assert keeper.lease.stats()["taken"] == 1


def test_the_thread_works_for_as_long_as_it_is_held(database: Database) -> None:
    worked: list[str] = []
    over, asked = threading.Event(), threading.Event()

    def keeper_of(holder: str, is_asked: threading.Event) -> LeaseKeeper:
        def work() -> float:
            worked.append(holder)
            if len(worked) == 3:
                over.set()
            return 0.0

        def is_well() -> bool:
            is_asked.set()
            return True

        return LeaseKeeper(lease=_lease(database, holder, FakeClock()), work=work, is_well=is_well)

    holding, waiting = keeper_of("a", threading.Event()), keeper_of("b", asked)
    assert holding.step()
    waiting.start()
    holding.start()
    assert over.wait(10)
    assert asked.wait(10)
    waiting.stop(10)
    holding.stop(10)

    assert set(worked) == {"a"}


def test_it_is_renewed_before_a_step_that_comes_after_a_third_of_the_span(database: Database) -> None:
    elapsed = FakeClock()
    keeper = LeaseKeeper(lease=_lease(database, "a", elapsed))

    for passed_s in (0, 5, 5, 1):
        elapsed.advance(passed_s)
        assert keeper.is_held()

    assert keeper.lease.stats()["renewed"] == 1
    assert keeper.lease.left_s() == 29.0


def test_stopping_gives_it_to_the_next(database: Database) -> None:
    keeper = LeaseKeeper(lease=_lease(database, "a", FakeClock()), is_well=lambda: True)
    keeper.step()

    keeper.stop(10)

    assert not keeper.lease.hold()
    assert _lease(database, "b", FakeClock()).renew()


def test_a_child_process_keeps_nothing(database: Database) -> None:
    keeper = LeaseKeeper(lease=_lease(database, "a", FakeClock()), is_well=lambda: True)
    keeper.step()

    keeper.after_fork()

    assert not keeper.lease.hold()


def _lease(database: Database, holder: str, elapsed: FakeClock) -> Lease:
    return Lease(database=database, name="evaluator", holder=holder, span_s=30, elapsed_s=elapsed.monotonic_s)
