"""The reader over ``/proc``: a tree of files with known contents, and the machine itself."""

from __future__ import annotations

import os
import queue
import sys
import threading
from pathlib import Path

import pytest

from otel_monitoring.guard import Guard
from otel_monitoring.instrument.system.procfs import (
    ProcfsReader,
    context_switches,
    open_descriptors,
    page_faults,
)
from otel_monitoring.instrument.system.reading import Disk, Interface, Memory, Paging
from otel_monitoring.instrument.system.scope import Mount, SystemScope

KIB = 1024
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="compares with /proc")

FILES = {
    "stat": "cpu  500 100 300 4000 50 7 3 20 60 0\ncpu0 200 50 100 2000 25 7 1 10 30 0\n"
    "cpu1 300 50 200 2000 25 0 2 10 30 0\nctxt 1\n",
    "uptime": "1000.50 1900.00\n",
    "meminfo": "MemTotal: 8000 kB\nMemFree: 1000 kB\nMemAvailable: 5000 kB\nBuffers: 200 kB\n"
    "Cached: 3000 kB\nSReclaimable: 800 kB\nSwapTotal: 2000 kB\nSwapFree: 1500 kB\nHugePages_Total: 0\n",
    "diskstats": "   7 0 loop0 9 0 9 9 9 0 9 9 0 9 9\n"
    " 254 0 sda 100 5 2000 300 50 5 1000 400 0 600 700 0 0 0 0\n"
    " 254 1 sda1 90 5 1900 300 50 5 1000 400 0 600 700 0 0 0 0\n"
    " 254 9 dm-0 1 2 3\n",
    "self/net/dev": "Inter-|   Receive |  Transmit\n face |bytes packets errs drop|bytes packets\n"
    "  eth0: 11 2 3 4 0 0 0 0 15 6 7 8 0 0 0 0\n"
    "  idle: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
    "veth12: 1 1 1 1 0 0 0 0 1 1 1 1 0 0 0 0\n",
    "self/stat": f"42 (a (b) c) S 1 1 1 0 -1 0 10 0 0 0 {7 * TICKS} {3 * TICKS} 0 0 20 0 12 0 "
    f"{400 * TICKS} 987654 321 0\n",
    "self/mounts": "/dev/sda1 / ext4 ro,relatime 0 0\n/dev/sdb1 /mnt/my\\040disk xfs rw 0 0\n",
}


def tree(root: Path, **changed: str) -> ProcfsReader:
    """Return a reader over a tree of ``FILES``."""
    for name, text in {**FILES, **changed}.items():
        path = root / "proc" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (root / "proc/self/fd").mkdir(exist_ok=True)
    for disk in ("sda", "loop0"):
        (root / "sys/block" / disk).mkdir(parents=True, exist_ok=True)
    return ProcfsReader(scope=SystemScope(), guard=Guard("instrument"), root=str(root))


def machine() -> ProcfsReader:
    return ProcfsReader(scope=SystemScope(), guard=Guard("instrument"))


def test_adds_both_kinds_of_interrupt_into_one_mode(tmp_path: Path) -> None:
    (cpu,) = tree(tmp_path).cpus()

    expected = {
        "user": 500, "nice": 100, "system": 300, "idle": 4000, "iowait": 50, "steal": 20, "interrupt": 10,
    }  # fmt: skip
    assert cpu.number is None
    assert {mode: round(seconds * TICKS) for mode, seconds in cpu.by_mode.items()} == expected


def test_tells_every_cpu_where_asked_to(tmp_path: Path) -> None:
    tree(tmp_path)
    scope = SystemScope(per_cpu=True)
    reader = ProcfsReader(scope=scope, guard=Guard("instrument"), root=str(tmp_path))

    cpus = reader.cpus()

    assert [(cpu.number, round(cpu.by_mode["user"] * TICKS)) for cpu in cpus] == [(0, 200), (1, 300)]


def test_the_states_of_memory_add_up_to_all_of_it(tmp_path: Path) -> None:
    memory = tree(tmp_path).memory()

    assert memory == Memory(
        total_bytes=8000 * KIB,
        available_bytes=5000 * KIB,
        by_state={
            "used": 3000 * KIB, "free": 1000 * KIB, "buffers": 200 * KIB, "cached": 3800 * KIB,
        },
    )  # fmt: skip
    assert sum(memory.by_state.values()) == memory.total_bytes


def test_reads_the_swap_space(tmp_path: Path) -> None:
    assert tree(tmp_path).paging() == Paging(
        total_bytes=2000 * KIB, used_bytes=500 * KIB, free_bytes=1500 * KIB
    )


def test_counts_whole_disks_alone(tmp_path: Path) -> None:
    assert tree(tmp_path).disks() == (
        Disk(
            device="sda",
            read_bytes=2000 * 512,
            write_bytes=1000 * 512,
            read_count=100,
            write_count=50,
            read_time_s=0.3,
            write_time_s=0.4,
            busy_time_s=0.6,
        ),
    )


def test_counts_interfaces_that_carry_something(tmp_path: Path) -> None:
    assert tree(tmp_path).interfaces() == (
        Interface(
            name="eth0",
            receive_bytes=11,
            transmit_bytes=15,
            receive_packets=2,
            transmit_packets=6,
            receive_errors=3,
            transmit_errors=7,
            receive_dropped=4,
            transmit_dropped=8,
        ),
    )


def test_reads_this_process_whatever_its_name(tmp_path: Path) -> None:
    process = tree(tmp_path).process()

    assert process.cpu.by_mode == {"user": 7.0, "system": 3.0}
    assert process.threads == 12
    assert process.uptime_s == 600.5
    assert (process.virtual_bytes, process.resident_bytes) == (987654, 321 * PAGE)


def test_mount_points_are_read_with_their_blanks(tmp_path: Path) -> None:
    assert tree(tmp_path).mounts() == (
        Mount("/dev/sda1", "/", "ext4", "ro,relatime"),
        Mount("/dev/sdb1", "/mnt/my disk", "xfs", "rw"),
    )


def test_a_file_that_is_missing_costs_its_own_section_alone(tmp_path: Path) -> None:
    reader = tree(tmp_path)
    (tmp_path / "proc/meminfo").unlink()
    (tmp_path / "proc/diskstats").unlink()

    reading = reader.read()

    assert (reading.memory, reading.paging, reading.disks) == (None, None, ())
    assert reading.uptime_s == 1000.5
    assert reading.interfaces


def test_a_file_that_makes_no_sense_is_counted_and_costs_its_own_section_alone(tmp_path: Path) -> None:
    tree(tmp_path, meminfo="MemTotal: many\n")
    guard = Guard("instrument")

    reading = ProcfsReader(scope=SystemScope(), guard=guard, root=str(tmp_path)).read()

    assert reading.memory is None
    assert reading.uptime_s == 1000.5
    assert guard.counts() == {"ValueError": 2}


def test_without_proc_the_rest_is_still_told(tmp_path: Path) -> None:
    """What a machine without ``/proc`` and without psutil gets."""
    guard = Guard("instrument")
    reader = ProcfsReader(scope=SystemScope(), guard=guard, root=str(tmp_path))

    reading = reader.read()

    assert not reader.is_complete
    assert reading.process is not None
    assert reading.process.cpu.by_mode["user"] > 0
    assert reading.process.threads == threading.active_count()
    assert [filesystem.mountpoint for filesystem in reading.filesystems] == [os.sep]
    assert (reading.memory, reading.cpus, reading.interfaces) == (None, (), ())
    assert guard.counts() == {}


@on_linux
def test_counts_the_descriptors_that_are_open() -> None:
    before = open_descriptors()

    with Path(os.devnull).open(), Path(os.devnull).open():
        opened = open_descriptors()

    assert opened == before + 2


def test_counts_descriptors_by_their_names_where_the_folder_has_no_size(tmp_path: Path) -> None:
    class SizelessFolderFake(type(tmp_path)):  # type: ignore[misc]
        """As kernels before 6.2 show ``/proc/self/fd``."""

        def stat(self, **kwargs: object) -> os.stat_result:
            return os.stat_result([0] * 10)

    for number in range(4):
        (tmp_path / str(number)).touch()

    assert open_descriptors(SizelessFolderFake(tmp_path)) == 3


@on_linux
def test_context_switches_of_other_threads_count() -> None:
    asked, answered = queue.Queue[int](), queue.Queue[int]()

    def answer() -> None:
        while question := asked.get():
            answered.put(question)

    thread = threading.Thread(target=answer)
    thread.start()
    for question in range(1, 50):
        asked.put(question)
        answered.get()
    main, other = (voluntary_switches(number) for number in (os.getpid(), thread.native_id))
    all_threads = context_switches()
    asked.put(0)
    thread.join()

    assert all_threads is not None
    assert other > 0
    assert all_threads["voluntary"] >= main + other


@on_linux
def test_page_faults_grow_with_memory_that_is_touched() -> None:
    before = page_faults()
    touched = bytearray(64 * PAGE)
    touched[::PAGE] = b"x" * 64
    after = page_faults()

    assert before is not None
    assert after is not None
    assert after["minor"] >= before["minor"]
    assert set(after) == {"minor", "major"}


@on_linux
def test_the_machine_tells_every_section() -> None:
    reading = machine().read()

    assert reading.process is not None
    assert reading.process.resident_bytes == pytest.approx(resident_bytes(), rel=0.2)
    assert reading.memory is not None
    assert sum(reading.memory.by_state.values()) == reading.memory.total_bytes
    assert reading.cpus[0].by_mode["idle"] > 0
    assert any(filesystem.mountpoint == "/" for filesystem in reading.filesystems)
    assert reading.uptime_s is not None
    assert reading.process.uptime_s is not None
    assert 0 < reading.process.uptime_s < reading.uptime_s


def voluntary_switches(thread: int | None) -> int:
    lines = Path(f"/proc/self/task/{thread}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches"))


def resident_bytes() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * KIB for line in lines if line.startswith("VmRSS"))
