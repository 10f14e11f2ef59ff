from __future__ import annotations

import asyncio
import gc
import logging
import threading

import pytest

from otel_monitoring.guard import Guard, all_guards


def test_an_error_goes_no_further_and_is_counted_by_type() -> None:
    guard = Guard("tests")

    for error in (ValueError("a"), ValueError("b"), KeyError("c")):
        with guard:
            raise error

    assert guard.counts() == {"ValueError": 2, "KeyError": 1}


def test_the_first_error_of_a_type_is_logged_with_its_place(caplog: pytest.LogCaptureFixture) -> None:
    guard = Guard("tap.tests")

    for _ in range(3):
        with guard:
            raise ValueError

    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "tap.tests failed with ValueError" in record.getMessage()
    assert "in test_the_first_error" in record.getMessage()


def test_what_an_error_says_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    secret = "hunter2"

    with Guard("tap.tests"):
        raise ValueError(secret)

    assert "hunter2" not in caplog.text


def test_guards_can_be_listed_while_others_are_made() -> None:
    made: list[Guard] = []

    def make() -> None:
        made.extend(Guard(f"tests.{number}") for number in range(2000))

    thread = threading.Thread(target=make)
    thread.start()
    while thread.is_alive():
        all_guards()
    thread.join()

    assert set(made) <= set(all_guards())


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, asyncio.CancelledError, GeneratorExit])
def test_what_ends_things_passes(kind: type[BaseException]) -> None:
    guard = Guard("tests")

    with pytest.raises(kind), guard:
        raise kind

    assert guard.counts() == {}


def test_a_call_returns_the_result_or_none() -> None:
    guard = Guard("tests")

    assert guard.call(int, "7", base=8) == 7
    assert guard.call(int, "no number") is None
    assert guard.counts() == {"ValueError": 1}


def test_threads_lose_no_count() -> None:
    guard = Guard("tests")

    def fail() -> None:
        for _ in range(500):
            guard.caught(ValueError("x"))

    threads = [threading.Thread(target=fail) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert guard.counts() == {"ValueError": 2000}


def test_a_forked_child_counts_from_zero_with_a_lock_of_its_own() -> None:
    guard = Guard("tests")
    guard.caught(ValueError("x"))
    guard._lock.acquire()

    guard.after_fork()

    assert guard.counts() == {}


def test_guards_are_listed_for_as_long_as_they_are_used() -> None:
    guard = Guard("tests.listed")
    assert guard in all_guards()

    del guard
    gc.collect()

    assert "tests.listed" not in {one.name for one in all_guards()}
