"""The thread that looks at the machine."""

from __future__ import annotations

import logging
import os
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.errors import SettingsError
from otel_monitoring.instrument.system import SystemSampler
from otel_monitoring.instrument.system.scope import SystemScope
from tests.instrument.system.fake_machine import WAIT_S, FakeMachine

if TYPE_CHECKING:
    from pathlib import Path

    from otel_monitoring.guard import Guard
    from otel_monitoring.testing import FakeClock

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="forks")


def settled(sampler: SystemSampler, machine: FakeMachine) -> None:
    """Wait until the thread has looked and published."""
    assert machine.looked.wait(WAIT_S)
    with sampler._sampling:
        machine.looked.clear()


def test_nothing_happens_before_the_start(sampler: SystemSampler, machine: FakeMachine) -> None:
    assert machine.looks == 0
    assert sampler.snapshot() is None


def test_the_thread_looks_at_once(sampler: SystemSampler, machine: FakeMachine) -> None:
    sampler.start()
    settled(sampler, machine)

    newest = sampler.snapshot()

    assert newest is not None
    assert newest.look.reading.logical_cpus == 1


def test_a_second_start_starts_no_second_thread(sampler: SystemSampler, machine: FakeMachine) -> None:
    sampler.start()
    sampler.start()
    settled(sampler, machine)

    assert sum(thread.name == "otel-monitoring-system" for thread in threading.enumerate()) == 1


def test_the_thread_does_not_keep_the_process_alive(sampler: SystemSampler) -> None:
    sampler.start()

    assert sampler._thread is not None
    assert sampler._thread.daemon


def test_looks_again_after_the_interval(
    clock: FakeClock, machine: FakeMachine, guard: Guard, sampler: SystemSampler
) -> None:
    quick = SystemSampler(clock=clock, guard=guard, interval_s=0.001)
    quick.start()
    for _ in range(3):
        assert machine.looked.wait(WAIT_S)
        machine.looked.clear()

    assert quick.stop(WAIT_S)
    assert machine.looks >= 3


def test_a_stop_ends_the_thread_and_forgets_the_snapshot(
    sampler: SystemSampler, machine: FakeMachine
) -> None:
    sampler.start()
    settled(sampler, machine)

    assert sampler.stop(WAIT_S)

    assert sampler.snapshot() is None
    assert all(thread.name != "otel-monitoring-system" for thread in threading.enumerate())


def test_starts_again_after_a_stop(sampler: SystemSampler, machine: FakeMachine) -> None:
    sampler.start()
    settled(sampler, machine)
    sampler.stop(WAIT_S)

    sampler.start()
    settled(sampler, machine)

    assert sampler.snapshot() is not None


def test_a_look_that_hangs_does_not_hold_up_the_stop_nor_the_next_start(
    sampler: SystemSampler, machine: FakeMachine
) -> None:
    """As a network file system does whose server is away."""
    machine.may_answer.clear()
    sampler.start()
    assert machine.looked.wait(WAIT_S)
    machine.looked.clear()
    hanging = sampler._thread

    assert not sampler.stop(timeout_s=0.001)
    sampler.start()
    assert machine.looked.wait(WAIT_S)
    machine.may_answer.set()
    assert hanging is not None
    hanging.join(WAIT_S)

    assert not hanging.is_alive()
    assert machine.looks == 2


def test_a_snapshot_that_is_not_renewed_goes_out_of_date(sampler: SystemSampler, clock: FakeClock) -> None:
    sampler.sample()

    clock.advance(3 * 3600)
    assert sampler.snapshot() is not None
    clock.advance(1)

    assert sampler.snapshot() is None


def test_a_machine_that_cannot_be_read_is_counted_and_asked_again(
    sampler: SystemSampler, machine: FakeMachine, guard: Guard, clock: FakeClock
) -> None:
    machine.error = ZeroDivisionError("of the machine")
    quick = SystemSampler(clock=clock, guard=guard, interval_s=0.001)
    quick.start()
    for _ in range(3):
        assert machine.looked.wait(WAIT_S)
        machine.looked.clear()
    quick.stop(WAIT_S)

    assert guard.counts()["ZeroDivisionError"] >= 2


def test_two_looks_give_the_shares_of_the_time_between(sampler: SystemSampler, clock: FakeClock) -> None:
    sampler.sample()
    clock.advance(10)

    second = sampler.sample()

    assert second.cpu is not None
    assert second.cpu.ratio == 0.5
    assert sum(second.process_cpu_utilization.values()) > 0


def test_looks_in_quick_succession_do_not_shorten_the_time_between(
    sampler: SystemSampler, clock: FakeClock
) -> None:
    sampler.sample()
    clock.advance(10)
    sampler.sample()
    before = sampler._before

    clock.advance(0.25)
    sampler.sample()

    assert sampler._before is before


def test_a_step_of_the_wall_clock_changes_no_share(sampler: SystemSampler, clock: FakeClock) -> None:
    sampler.sample()
    clock.step_wall_clock(-86_400)
    clock.advance(10)

    second = sampler.sample()

    assert second.cpu is not None
    assert second.cpu.ratio == 0.5


def test_the_time_between_looks_must_be_above_0(clock: FakeClock, guard: Guard) -> None:
    with pytest.raises(SettingsError, match="interval_s is 0: expected seconds above 0"):
        SystemSampler(clock=clock, guard=guard, interval_s=0)


def test_says_what_it_costs(sampler: SystemSampler) -> None:
    sampler.sample()
    sampler.sample()

    assert sampler.stats() == {"samples": 2.0, "last_sample_s": sampler._last_sample_s}


@only_linux
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_process_samples_for_itself(sampler: SystemSampler, machine: FakeMachine) -> None:
    """Forked while the parent's thread holds the lock; the child starts, samples and says so."""
    machine.may_answer.clear()
    sampler.start()
    assert machine.looked.wait(WAIT_S)
    read_end, write_end = os.pipe()

    child = os.fork()
    if child == 0:
        try:
            machine.may_answer = threading.Event()
            machine.may_answer.set()
            sampler.after_fork()
            sampler.start()
            sampler.sample()
            if sampler.snapshot() is not None and sampler.stats()["samples"] <= 2:
                os.write(write_end, b"y")
        finally:
            os._exit(0)
    os.close(write_end)
    answer = os.read(read_end, 1)
    os.close(read_end)
    os.waitpid(child, 0)

    assert answer == b"y"


def test_without_psutil_one_line_says_so(
    clock: FakeClock, guard: Guard, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "psutil", None)
    sampler = SystemSampler(clock=clock, guard=guard)

    with caplog.at_level(logging.INFO, logger="otel_monitoring"):
        taken = sampler.sample()
        sampler.after_fork()
        sampler.sample()

    assert [record.levelname for record in caplog.records] == ["INFO"]
    assert "psutil is not installed" in caplog.text
    assert taken.look.reading.process is not None


def test_without_psutil_and_without_proc_the_line_says_what_is_lost(
    clock: FakeClock,
    guard: Guard,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setitem(sys.modules, "psutil", None)
    monkeypatch.setattr("otel_monitoring.instrument.system.procfs.ProcfsReader.is_complete", False)

    with caplog.at_level(logging.INFO, logger="otel_monitoring"):
        SystemSampler(clock=clock, guard=guard).sample()

    assert "memory, paging, disks, network and uptime are lost" in caplog.text


def test_a_path_that_cannot_be_measured_is_named_once(
    clock: FakeClock, guard: Guard, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    scope = SystemScope(mountpoints=(str(tmp_path), "/no/such/path"))
    sampler = SystemSampler(clock=clock, guard=guard, scope=scope, root=str(tmp_path))

    sampler.sample()
    sampler.sample()

    assert [record.getMessage() for record in caplog.records] == [
        "the file system at '/no/such/path' cannot be measured: is there such a path?"
    ]
