"""The reader over psutil, compared with the reader over ``/proc`` on this very machine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from otel_monitoring.guard import Guard
from otel_monitoring.instrument.system.procfs import ProcfsReader
from otel_monitoring.instrument.system.psutil_reader import PsutilReader
from otel_monitoring.instrument.system.scope import SystemScope

if TYPE_CHECKING:
    from otel_monitoring.instrument.system.reading import Reading

MIB = 1024 * 1024
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="compares with /proc")


def both(scope: SystemScope | None = None) -> tuple[Reading, Reading]:
    """Return what psutil and ``/proc`` say, read one after the other."""
    guard = Guard("instrument")
    scope = scope or SystemScope()
    readings = PsutilReader(scope=scope, guard=guard).read(), ProcfsReader(scope=scope, guard=guard).read()
    assert guard.counts() == {}
    return readings


def test_agrees_with_proc_on_memory() -> None:
    psutils, procs = both()

    assert psutils.memory is not None
    assert procs.memory is not None
    assert psutils.memory.total_bytes == procs.memory.total_bytes
    assert psutils.memory.available_bytes == pytest.approx(procs.memory.available_bytes, abs=256 * MIB)
    assert dict(psutils.memory.by_state) == pytest.approx(dict(procs.memory.by_state), abs=256 * MIB)
    assert sum(psutils.memory.by_state.values()) == psutils.memory.total_bytes


def test_agrees_with_proc_on_swap_space() -> None:
    psutils, procs = both()

    assert psutils.paging is not None
    assert procs.paging is not None
    assert psutils.paging.total_bytes == procs.paging.total_bytes
    assert psutils.paging.used_bytes == pytest.approx(procs.paging.used_bytes, abs=64 * MIB)


@pytest.mark.parametrize("per_cpu", [False, True])
def test_agrees_with_proc_on_cpu_time(per_cpu: bool) -> None:
    psutils, procs = both(SystemScope(per_cpu=per_cpu))

    assert [cpu.number for cpu in psutils.cpus] == [cpu.number for cpu in procs.cpus]
    for by_psutil, by_proc in zip(psutils.cpus, procs.cpus, strict=True):
        assert dict(by_psutil.by_mode) == pytest.approx(dict(by_proc.by_mode), abs=5.0)
    assert psutils.logical_cpus == procs.logical_cpus


def test_agrees_with_proc_on_disks_file_systems_and_interfaces() -> None:
    psutils, procs = both()

    assert [disk.device for disk in psutils.disks] == [disk.device for disk in procs.disks]
    assert [one.mountpoint for one in psutils.filesystems] == [one.mountpoint for one in procs.filesystems]
    for by_psutil, by_proc in zip(psutils.filesystems, procs.filesystems, strict=True):
        assert by_psutil.total_bytes == by_proc.total_bytes
    assert {one.name: one.receive_errors for one in psutils.interfaces} == {
        one.name: one.receive_errors for one in procs.interfaces
    }
    for disk, same in zip(psutils.disks, procs.disks, strict=True):
        assert disk.read_bytes <= same.read_bytes
        assert disk.write_time_s == pytest.approx(same.write_time_s, abs=10.0)


def test_agrees_with_proc_on_this_process() -> None:
    psutils, procs = both()

    assert psutils.process is not None
    assert procs.process is not None
    assert psutils.process.threads == procs.process.threads
    assert psutils.process.descriptors == procs.process.descriptors
    assert psutils.process.resident_bytes == pytest.approx(procs.process.resident_bytes, rel=0.1)
    assert psutils.process.virtual_bytes == pytest.approx(procs.process.virtual_bytes, rel=0.1)
    assert psutils.process.uptime_s == pytest.approx(procs.process.uptime_s, abs=5.0)
    assert dict(psutils.process.cpu.by_mode) == pytest.approx(dict(procs.process.cpu.by_mode), abs=2.0)
    assert psutils.uptime_s == pytest.approx(procs.uptime_s, abs=5.0)


def test_leaves_the_shared_state_of_psutil_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The application's own ``cpu_percent(interval=None)`` measures from its own last call."""

    def refuse(*_args: object, **_kwargs: object) -> None:
        pytest.fail("psutil's shared state was touched")

    for name in ("cpu_percent", "cpu_times_percent"):
        monkeypatch.setattr(psutil, name, refuse)
    monkeypatch.setattr(psutil.Process, "cpu_percent", refuse)
    monkeypatch.setattr(psutil._common._WrapNumbers, "run", refuse)

    reading = PsutilReader(scope=SystemScope(), guard=Guard("instrument")).read()

    assert reading.cpus


@pytest.mark.parametrize("error", [psutil.AccessDenied(1), PermissionError("no"), NotImplementedError()])
def test_what_the_platform_forbids_is_left_out_without_a_word(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def forbidden() -> None:
        raise error

    monkeypatch.setattr(psutil, "virtual_memory", forbidden)
    guard = Guard("instrument")

    reading = PsutilReader(scope=SystemScope(), guard=guard).read()

    assert reading.memory is None
    assert reading.cpus
    assert guard.counts() == {}


def test_what_is_unexpected_is_counted_and_costs_its_own_section_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(**_kwargs: object) -> None:
        msg = "of psutil"
        raise ZeroDivisionError(msg)

    monkeypatch.setattr(psutil, "disk_io_counters", broken)
    guard = Guard("instrument")

    reading = PsutilReader(scope=SystemScope(), guard=guard).read()

    assert reading.disks == ()
    assert reading.memory is not None
    assert guard.counts() == {"ZeroDivisionError": 1}


def test_where_caches_are_not_told_what_is_available_counts_as_free(monkeypatch: pytest.MonkeyPatch) -> None:
    class WindowsMemoryFake:
        total = 1000
        available = 400
        free = 300

    monkeypatch.setattr(psutil, "virtual_memory", WindowsMemoryFake)

    memory = PsutilReader(scope=SystemScope(), guard=Guard("instrument")).memory()

    assert memory.by_state == {"used": 600, "free": 400}


def test_elsewhere_than_on_linux_psutil_counts_the_descriptors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "LINUX", False)

    reader = PsutilReader(scope=SystemScope(), guard=Guard("instrument"))
    process = reader.process()

    # psutil counts the descriptor of the folder that it reads as well.
    assert process.descriptors == psutil.Process().num_fds()
