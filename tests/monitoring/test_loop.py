"""The loop's schedule, on a clock that the test moves."""

from __future__ import annotations

import threading
from contextlib import nullcontext

import pytest

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.monitoring.loop import Loop
from otel_monitoring.testing import FakeClock


def fail(_now_ms: int) -> None:
    raise ZeroDivisionError


def test_one_job_that_raises_does_not_keep_the_next_from_running() -> None:
    loop = Loop(clock=FakeClock(), shield=nullcontext)
    ran: list[int] = []
    failing = loop.add("failing", 1.0, fail)
    loop.add("next", 1.0, ran.append)

    loop.tick(1000)

    assert ran == [1000]
    assert failing.guard.counts() == {"ZeroDivisionError": 1}


@pytest.mark.parametrize("step_s", [-86_400.0, 86_400.0])
def test_a_step_of_the_wall_clock_moves_no_schedule(step_s: float) -> None:
    clock = FakeClock()
    loop = Loop(clock=clock, shield=nullcontext)
    stamps: list[int] = []
    job = loop.add("job", 15.0, stamps.append)
    job.due_s = clock.monotonic_s()

    clock.step_wall_clock(step_s)
    loop.tick(clock.now_ms())

    assert stamps == [clock.now_ms()]
    assert job.due_s == clock.monotonic_s() + 15.0


def test_a_job_that_keeps_failing_runs_less_often() -> None:
    clock = FakeClock()
    loop = Loop(clock=clock, shield=nullcontext)
    job = loop.add("failing", 15.0, fail)
    for _ in range(10):
        job.due_s = clock.monotonic_s()
        loop.tick(clock.now_ms())

    assert job.due_s == clock.monotonic_s() + 150.0


def test_a_forked_child_has_locks_of_its_own() -> None:
    loop = Loop(clock=FakeClock(), shield=nullcontext)
    job = loop.add("failing", 1.0, fail)
    loop.tick(1000)
    job.guard._lock.acquire()

    loop.after_fork()
    loop.tick(2000)

    assert job.guard.counts() == {"ZeroDivisionError": 1}


def test_slots_that_a_long_run_misses_are_skipped() -> None:
    clock = FakeClock()
    loop = Loop(clock=clock, shield=nullcontext)
    job = loop.add("slow", 15.0, lambda _now_ms: clock.advance(40.0))
    start_s = job.due_s = clock.monotonic_s()

    loop.tick(clock.now_ms())

    assert job.due_s == start_s + 45.0
    assert job.duration_s == 40.0


def test_a_run_out_of_turn_leaves_the_schedule_alone() -> None:
    clock = FakeClock()
    loop = Loop(clock=clock, shield=nullcontext)
    job = loop.add("job", 15.0, lambda _now_ms: None)
    due_s = job.due_s = clock.monotonic_s() + 10.0

    loop.tick(clock.now_ms())
    loop.tick(clock.now_ms())

    assert (job.due_s, job.runs) == (due_s, 2)


def test_the_thread_runs_what_is_due_and_ends_with_the_last_word() -> None:
    """On the real clock, without waiting for a time: the job itself says that it ran."""
    ran, last = threading.Event(), threading.Event()
    loop = Loop(clock=SystemClock(), shield=nullcontext)
    loop.add("often", 0.001, lambda _now_ms: ran.set())

    loop.start()
    loop.start()
    assert ran.wait(10)
    thread = loop.end(last.set)

    assert thread is not None
    thread.join(10)
    assert last.is_set()
    assert loop.end(last.set) is None
