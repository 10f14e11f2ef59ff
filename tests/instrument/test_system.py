"""The sampler thread, and the instruments over its snapshots."""

from __future__ import annotations

import logging
import os
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from otel_monitoring.errors import SettingsError
from otel_monitoring.guard import Guard
from otel_monitoring.instrument.cgroup import CgroupReading, MemoryLevel
from otel_monitoring.instrument.system import METRICS, SystemMetrics, SystemSampler
from otel_monitoring.instrument.system_reading import Cpu, Process, Reading
from otel_monitoring.instrument.system_scope import SystemScope
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GIB = 1024**3
WAIT_S = 30.0  # until a thread of the test itself has acted; reached only when the test fails
only_linux = pytest.mark.skipif(sys.platform != "linux", reason="forks")


class FakeReader:
    """A machine that is busy by half a CPU second a second, and can be made to hang or fail."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.looks = 0
        self.looked = threading.Event()
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.error: Exception | None = None

    def read(self) -> Reading:
        self.looks += 1
        self.looked.set()
        self.may_answer.wait(WAIT_S)
        if self.error is not None:
            raise self.error
        now_s = self._clock.monotonic_s()
        return Reading(
            logical_cpus=1,
            cpus=(Cpu(None, {"user": now_s / 2, "idle": now_s / 2}),),
            process=Process(cpu=Cpu(None, {"user": now_s / 4, "system": 0.0}), threads=3),
        )


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def reader(clock: FakeClock) -> FakeReader:
    return FakeReader(clock)


@pytest.fixture
def guard() -> Guard:
    return Guard("instrument")


@pytest.fixture
def sampler(
    clock: FakeClock, reader: FakeReader, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SystemSampler]:
    """Return a sampler over the fake machine, without a control group."""
    monkeypatch.setattr(SystemSampler, "_open_reader", lambda _self: reader)
    monkeypatch.setattr("otel_monitoring.instrument.cgroup.CgroupReader.read", lambda _self: None)
    sampler = SystemSampler(clock=clock, guard=guard, interval_s=3600.0)
    yield sampler
    reader.may_answer.set()
    sampler.stop(WAIT_S)


def settled(sampler: SystemSampler, reader: FakeReader) -> None:
    """Wait until the thread has looked and published."""
    assert reader.looked.wait(WAIT_S)
    with sampler._sampling:
        reader.looked.clear()


def test_nothing_happens_before_the_start(sampler: SystemSampler, reader: FakeReader) -> None:
    assert reader.looks == 0
    assert sampler.snapshot() is None


def test_the_thread_looks_at_once(sampler: SystemSampler, reader: FakeReader) -> None:
    sampler.start()
    settled(sampler, reader)

    newest = sampler.snapshot()

    assert newest is not None
    assert newest.look.reading.logical_cpus == 1


def test_a_second_start_starts_no_second_thread(sampler: SystemSampler, reader: FakeReader) -> None:
    sampler.start()
    sampler.start()
    settled(sampler, reader)

    assert sum(thread.name == "otel-monitoring-system" for thread in threading.enumerate()) == 1


def test_the_thread_does_not_keep_the_process_alive(sampler: SystemSampler) -> None:
    sampler.start()

    assert sampler._thread is not None
    assert sampler._thread.daemon


def test_looks_again_after_the_interval(
    clock: FakeClock, reader: FakeReader, guard: Guard, sampler: SystemSampler
) -> None:
    quick = SystemSampler(clock=clock, guard=guard, interval_s=0.001)
    quick.start()
    for _ in range(3):
        assert reader.looked.wait(WAIT_S)
        reader.looked.clear()

    assert quick.stop(WAIT_S)
    assert reader.looks >= 3


def test_a_stop_ends_the_thread_and_forgets_the_snapshot(sampler: SystemSampler, reader: FakeReader) -> None:
    sampler.start()
    settled(sampler, reader)

    assert sampler.stop(WAIT_S)

    assert sampler.snapshot() is None
    assert all(thread.name != "otel-monitoring-system" for thread in threading.enumerate())


def test_starts_again_after_a_stop(sampler: SystemSampler, reader: FakeReader) -> None:
    sampler.start()
    settled(sampler, reader)
    sampler.stop(WAIT_S)

    sampler.start()
    settled(sampler, reader)

    assert sampler.snapshot() is not None


def test_a_look_that_hangs_does_not_hold_up_the_stop_nor_the_next_start(
    sampler: SystemSampler, reader: FakeReader
) -> None:
    """As a network file system does whose server is away."""
    reader.may_answer.clear()
    sampler.start()
    assert reader.looked.wait(WAIT_S)
    reader.looked.clear()
    hanging = sampler._thread

    assert not sampler.stop(timeout_s=0.001)
    sampler.start()
    assert reader.looked.wait(WAIT_S)
    reader.may_answer.set()
    assert hanging is not None
    hanging.join(WAIT_S)

    assert not hanging.is_alive()
    assert reader.looks == 2


def test_a_snapshot_that_is_not_renewed_goes_out_of_date(sampler: SystemSampler, clock: FakeClock) -> None:
    sampler.sample()

    clock.advance(3 * 3600)
    assert sampler.snapshot() is not None
    clock.advance(1)

    assert sampler.snapshot() is None


def test_a_machine_that_cannot_be_read_is_counted_and_asked_again(
    sampler: SystemSampler, reader: FakeReader, guard: Guard, clock: FakeClock
) -> None:
    reader.error = ZeroDivisionError("of the machine")
    quick = SystemSampler(clock=clock, guard=guard, interval_s=0.001)
    quick.start()
    for _ in range(3):
        assert reader.looked.wait(WAIT_S)
        reader.looked.clear()
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
def test_a_child_process_samples_for_itself(sampler: SystemSampler, reader: FakeReader) -> None:
    """Forked while the parent's thread holds the lock; the child starts, samples and says so."""
    reader.may_answer.clear()
    sampler.start()
    assert reader.looked.wait(WAIT_S)
    read_end, write_end = os.pipe()

    child = os.fork()
    if child == 0:
        try:
            reader.may_answer = threading.Event()
            reader.may_answer.set()
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
    monkeypatch.setattr("otel_monitoring.instrument.procfs.ProcfsReader.is_complete", False)

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


def collect(sampler: SystemSampler, guard: Guard) -> dict[str, Any]:
    """Return the metrics of one collection by name."""
    reader = InMemoryMetricReader()
    provider = MeterProvider(metric_readers=[reader], shutdown_on_exit=False)
    SystemMetrics(provider.get_meter("test"), sampler=sampler, guard=guard)
    data = reader.get_metrics_data()
    provider.shutdown()
    if data is None or not data.resource_metrics:
        return {}
    return {metric.name: metric for metric in data.resource_metrics[0].scope_metrics[0].metrics}


def test_a_collection_reads_the_snapshot_and_never_the_machine(
    sampler: SystemSampler, reader: FakeReader, guard: Guard
) -> None:
    sampler.sample()
    looks = reader.looks

    metrics = collect(sampler, guard)

    assert reader.looks == looks
    assert [point.value for point in metrics["process.thread.count"].data.data_points] == [3]


def test_without_a_snapshot_there_are_no_points(sampler: SystemSampler, guard: Guard) -> None:
    assert collect(sampler, guard) == {}


def test_what_a_machine_does_not_tell_has_no_points(sampler: SystemSampler, guard: Guard) -> None:
    sampler.sample()

    metrics = collect(sampler, guard)

    assert "system.cpu.time" in metrics
    assert not {"system.memory.usage", "system.disk.io", "container.memory.usage"} & set(metrics)


def test_a_containers_memory_is_told_beside_the_machines(
    sampler: SystemSampler, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    cgroup = CgroupReading(
        is_container=True,
        memory_usage_bytes=GIB,
        memory_working_set_bytes=GIB // 2,
        memory_levels=(MemoryLevel(2 * GIB, GIB // 2),),
    )
    monkeypatch.setattr("otel_monitoring.instrument.cgroup.CgroupReader.read", lambda _self: cgroup)
    sampler.sample()

    metrics = collect(sampler, guard)

    values = {name: metric.data.data_points[0].value for name, metric in metrics.items()}
    assert values["container.memory.usage"] == GIB
    assert values["container.memory.working_set"] == GIB // 2
    assert values["container.memory.available"] == 2 * GIB - GIB // 2
    assert values["otel_monitoring.memory.limit"] == 2 * GIB
    assert values["otel_monitoring.memory.utilization"] == 0.25


def test_an_error_in_a_callback_reaches_the_guard_alone(
    sampler: SystemSampler, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        msg = "of the sampler"
        raise ZeroDivisionError(msg)

    monkeypatch.setattr(sampler, "snapshot", broken)

    assert collect(sampler, guard) == {}
    assert guard.counts() == {"ZeroDivisionError": len(METRICS)}


@only_linux
def test_the_machine_is_measured_end_to_end(clock: FakeClock, guard: Guard) -> None:
    sampler = SystemSampler(clock=clock, guard=guard)
    sampler.sample()

    metrics = collect(sampler, guard)

    memory = {
        point.attributes["system.memory.state"]: point.value
        for point in metrics["system.memory.usage"].data.data_points
    }
    assert sum(memory.values()) == metrics["system.memory.limit"].data.data_points[0].value
    assert 0 < metrics["otel_monitoring.memory.utilization"].data.data_points[0].value < 1
    mounts = {
        point.attributes["system.filesystem.mountpoint"]
        for point in metrics["system.filesystem.utilization"].data.data_points
    }
    assert "/" in mounts
    assert guard.counts() == {}
