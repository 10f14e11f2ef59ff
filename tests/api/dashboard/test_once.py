"""What many ask for at the same time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from otel_monitoring.api.dashboard.once import Once, Thrift
from otel_monitoring.testing import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_it_is_made_anew_when_it_is_no_longer_fresh(clock: FakeClock) -> None:
    once: Once[int] = Once(clock, fresh_s=1)
    found = [once.get("a", lambda: 1)]
    clock.advance(0.9)
    found.append(once.get("a", lambda: 2))
    clock.advance(0.2)
    found.append(once.get("a", lambda: 3))

    assert found == [1, 1, 3]


def test_what_is_known_is_had_without_making_it(clock: FakeClock) -> None:
    once: Once[int] = Once(clock, fresh_s=1)
    found = [once.known("a")]
    once.get("a", lambda: 1)
    found += [once.known("a"), once.known("b")]
    clock.advance(1.1)
    found.append(once.known("a"))

    assert found == [None, 1, None, None]


def test_whoever_asks_meanwhile_gets_the_same(clock: FakeClock) -> None:
    once: Once[object] = Once(clock, fresh_s=1)
    begun, go_on, made = threading.Event(), threading.Event(), []

    def make() -> object:
        begun.set()
        assert go_on.wait(10)
        made.append(object())
        return made[-1]

    with ThreadPoolExecutor(10) as pool:
        first = pool.submit(once.get, "a", make)
        assert begun.wait(10)
        others = [pool.submit(once.get, "a", make) for _ in range(9)]
        go_on.set()

    assert len(made) == 1
    assert {id(one.result()) for one in [first, *others]} == {id(made[0])}


def test_what_failed_is_tried_again(clock: FakeClock) -> None:
    once: Once[int] = Once(clock, fresh_s=1)

    def fail() -> int:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - the one above
        once.get("a", fail)

    assert once.get("a", lambda: 2) == 2


def test_different_ones_are_kept_apart_and_only_so_many(clock: FakeClock) -> None:
    once: Once[int] = Once(clock, fresh_s=1, most=3)
    for key in range(10):
        once.get(key, lambda key=key: key)  # type: ignore[misc]

    assert [once.get(key, lambda: -1) for key in (7, 8, 9)] == [7, 8, 9]
    assert once.get(0, lambda: -1) == -1


def test_a_lock_that_nobody_lets_go_holds_up_nobody_for_ever(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a child process whose parent was making it when it forked."""
    monkeypatch.setattr("otel_monitoring.api.dashboard.once._PATIENCE_S", 0.01)
    once: Once[int] = Once(clock, fresh_s=1)
    once.get("a", lambda: 1)
    clock.advance(20)
    once._slots["a"].lock.acquire()

    assert once.get("a", lambda: 2) == 2


def test_nobody_waits_where_something_is_there_from_before(clock: FakeClock) -> None:
    once: Once[int] = Once(clock, fresh_s=1)
    once.get("a", lambda: 1)
    clock.advance(2)
    once._slots["a"].lock.acquire()

    assert once.get("a", lambda: pytest.fail("made twice")) == 1


@pytest.mark.parametrize(("cost_s", "good_for_s"), [(0.0, 1), (0.05, 5), (9.0, 15)])
def test_what_costs_more_is_good_for_longer(clock: FakeClock, cost_s: float, good_for_s: int) -> None:
    spent_s = [0.0]
    thrift = Thrift(share=0.01, most_s=15, cpu_s=lambda: spent_s[0])
    once: Once[float] = Once(clock, fresh_s=1, thrift=thrift)
    begun_s = clock.monotonic_s()

    def make() -> float:
        spent_s[0] += cost_s
        return clock.monotonic_s() - begun_s

    found = set()
    for _ in range(16):
        found.add(once.get("a", make))
        clock.advance(1)

    assert sorted(found)[:2] == [0, good_for_s]
