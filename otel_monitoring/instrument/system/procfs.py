"""The machine and this process without psutil: what ``/proc`` and ``getrusage`` tell.

On Linux that is everything that psutil would say. Elsewhere it is the time, the page faults and the
context switches of this process, the number of CPUs and the space of the root file system.

Source: the Linux kernel's Documentation/filesystems/proc.rst and Documentation/admin-guide/iostats.rst.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from otel_monitoring.instrument.system.reading import (
    Cpu,
    Disk,
    Interface,
    Memory,
    Paging,
    Process,
    Reading,
)
from otel_monitoring.instrument.system.scope import Mount

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from otel_monitoring.guard import Guard
    from otel_monitoring.instrument.system.scope import SystemScope

    T = TypeVar("T")

_CPU_FIELDS = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
_SECTOR_BYTES = 512  # of /proc/diskstats, whatever the device has
_DISK_FIELDS = 13  # up to the time spent doing I/O; older kernels give shorter lines for partitions
_INTERFACE_FIELDS = 16


class ProcfsReader:
    """Read the machine from the files beneath ``/proc`` and ``/sys``.

    Args:
        scope: What is measured.
        guard: Where an unexpected error of one section ends; the other sections are read all the same.
        root: The folder that holds ``proc`` and ``sys``.
    """

    def __init__(self, *, scope: SystemScope, guard: Guard, root: str = "/") -> None:
        self._scope = scope
        self._guard = guard
        self._proc = Path(root, "proc")
        self._blocks = Path(root, "sys", "block")

    @property
    def is_complete(self) -> bool:
        """Whether there is a ``/proc`` of Linux, which tells everything."""
        return (self._proc / "stat").exists()

    def read(self) -> Reading:
        """Take one look; what cannot be read stays empty. File systems come last, as they may be slow."""
        return Reading(
            uptime_s=self._section(self.uptime_s, None),
            logical_cpus=os.cpu_count(),
            cpus=self._section(self.cpus, ()),
            memory=self._section(self.memory, None),
            paging=self._section(self.paging, None),
            disks=self._section(self.disks, ()),
            interfaces=self._section(self.interfaces, ()),
            process=self._section(self.process, None),
            filesystems=self._section(lambda: self._scope.filesystems(self.mounts()), ()),
        )

    def uptime_s(self) -> float:
        """Return the seconds since the start of the machine."""
        return float((self._proc / "uptime").read_text().split()[0])

    def cpus(self) -> tuple[Cpu, ...]:
        """Return the CPU seconds by mode, of all CPUs together or of each."""
        lines = (line.split() for line in (self._proc / "stat").read_text().splitlines() if line[:3] == "cpu")
        if self._scope.per_cpu:
            return tuple(_cpu(words, int(words[0][3:])) for words in lines if words[0] != "cpu")
        return tuple(_cpu(words, None) for words in lines if words[0] == "cpu")

    def memory(self) -> Memory:
        """Return the physical memory; reclaimable slab counts as cached, as ``free`` has it."""
        sizes = self._meminfo()
        total_bytes, free_bytes = sizes["MemTotal"], sizes["MemFree"]
        buffers_bytes = sizes.get("Buffers", 0)
        cached_bytes = sizes.get("Cached", 0) + sizes.get("SReclaimable", 0)
        used_bytes = max(0, total_bytes - free_bytes - buffers_bytes - cached_bytes)
        return Memory(
            total_bytes=total_bytes,
            available_bytes=sizes.get("MemAvailable", free_bytes + buffers_bytes + cached_bytes),
            by_state={
                "used": used_bytes,
                "free": free_bytes,
                "buffers": buffers_bytes,
                "cached": cached_bytes,
            },
        )

    def paging(self) -> Paging:
        """Return the swap space."""
        sizes = self._meminfo()
        total_bytes, free_bytes = sizes["SwapTotal"], sizes["SwapFree"]
        return Paging(total_bytes=total_bytes, used_bytes=total_bytes - free_bytes, free_bytes=free_bytes)

    def disks(self) -> tuple[Disk, ...]:
        """Return what the whole storage devices did."""
        return self._scope.pick_disks(self._diskstats(), is_whole=self.is_whole_disk)

    def is_whole_disk(self, device: str) -> bool:
        """Return whether ``device`` is no partition of another; a ``/`` in its name is ``!`` in ``/sys``."""
        return (self._blocks / device.replace("/", "!")).exists()

    def interfaces(self) -> tuple[Interface, ...]:
        """Return what the network interfaces of this network namespace carried."""
        return self._scope.pick_interfaces(self._net_dev())

    def mounts(self) -> tuple[Mount, ...]:
        """Return the table of mounts of this process; elsewhere than on Linux the root alone."""
        table = self._proc / "self" / "mounts"
        if not self.is_complete:
            return (Mount(device="", mountpoint=os.path.abspath(os.sep), type=""),)  # noqa: PTH100 - a drive too
        lines = table.read_text(errors="replace").splitlines()
        return tuple(_mount(line) for line in lines if line)

    def process(self) -> Process:
        """Return what is known of this process."""
        if not self.is_complete:
            return _process_by_rusage()
        stat = (self._proc / "self" / "stat").read_text()
        # The second field is the name in brackets, which may hold blanks and brackets of its own.
        fields = stat[stat.rindex(")") + 2 :].split()
        ticks_per_s = os.sysconf("SC_CLK_TCK")
        return Process(
            cpu=Cpu(None, {"user": int(fields[11]) / ticks_per_s, "system": int(fields[12]) / ticks_per_s}),
            threads=int(fields[17]),
            uptime_s=max(0.0, self.uptime_s() - int(fields[19]) / ticks_per_s),
            virtual_bytes=int(fields[20]),
            resident_bytes=int(fields[21]) * os.sysconf("SC_PAGE_SIZE"),
            descriptors=open_descriptors(self._proc / "self" / "fd"),
            context_switches=context_switches(),
            page_faults=page_faults(),
        )

    def _section(self, section: Callable[[], T], otherwise: T) -> T:
        # A machine that keeps a file to itself, or has none, is no error; anything else is counted.
        with self._guard:
            try:
                return section()
            except OSError:
                return otherwise
        return otherwise

    def _meminfo(self) -> dict[str, int]:
        lines = (line.split() for line in (self._proc / "meminfo").read_text().splitlines())
        return {words[0].rstrip(":"): int(words[1]) * 1024 for words in lines if len(words) > 1}

    def _diskstats(self) -> Iterator[Disk]:
        for line in (self._proc / "diskstats").read_text().splitlines():
            words = line.split()
            if len(words) >= _DISK_FIELDS:
                numbers = [int(word) for word in words[3:13]]
                yield Disk(
                    device=words[2],
                    read_count=numbers[0],
                    read_bytes=numbers[2] * _SECTOR_BYTES,
                    read_time_s=numbers[3] / 1000,
                    write_count=numbers[4],
                    write_bytes=numbers[6] * _SECTOR_BYTES,
                    write_time_s=numbers[7] / 1000,
                    busy_time_s=numbers[9] / 1000,
                )

    def _net_dev(self) -> Iterator[Interface]:
        for line in (self._proc / "self" / "net" / "dev").read_text().splitlines():
            name, _, counts = line.rpartition(":")  # an alias such as eth0:1 holds a colon of its own
            numbers = counts.split()
            if name and len(numbers) >= _INTERFACE_FIELDS:
                yield Interface(
                    name=name.strip(),
                    receive_bytes=int(numbers[0]),
                    receive_packets=int(numbers[1]),
                    receive_errors=int(numbers[2]),
                    receive_dropped=int(numbers[3]),
                    transmit_bytes=int(numbers[8]),
                    transmit_packets=int(numbers[9]),
                    transmit_errors=int(numbers[10]),
                    transmit_dropped=int(numbers[11]),
                )


def open_descriptors(folder: Path = Path("/proc/self/fd")) -> int:
    """Return how many file descriptors this process has open.

    Since Linux 6.2 the size of the folder is the answer; before, its entries are counted, of which one is
    the descriptor that counts them.

    Raises:
        OSError: There is no such folder.
    """
    size = folder.stat().st_size
    return size or len(os.listdir(folder)) - 1  # noqa: PTH208 - an iterator of paths costs more and says the same


def context_switches() -> Mapping[str, int] | None:
    """Return the context switches of all threads of this process; ``None`` where there is no getrusage.

    ``/proc/self/status`` tells those of the main thread alone.
    """
    if sys.platform == "win32":
        return None
    import resource

    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {"voluntary": usage.ru_nvcsw, "involuntary": usage.ru_nivcsw}


def page_faults() -> Mapping[str, int] | None:
    """Return the page faults of all threads of this process; ``None`` where there is no getrusage."""
    if sys.platform == "win32":
        return None
    import resource

    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {"minor": usage.ru_minflt, "major": usage.ru_majflt}


def _process_by_rusage() -> Process:
    times = os.times()
    return Process(
        cpu=Cpu(None, {"user": times.user, "system": times.system}),
        threads=threading.active_count(),
        context_switches=context_switches(),
        page_faults=page_faults(),
    )


def _cpu(words: list[str], number: int | None) -> Cpu:
    ticks_per_s = os.sysconf("SC_CLK_TCK")
    seconds = {field: int(word) / ticks_per_s for field, word in zip(_CPU_FIELDS, words[1:], strict=False)}
    interrupt_s = seconds.pop("irq", 0.0) + seconds.pop("softirq", 0.0)
    return Cpu(number, {**seconds, "interrupt": interrupt_s})


def _mount(line: str) -> Mount:
    device, mountpoint, kind, options = (line.split(" ") + [""] * 3)[:4]
    return Mount(_unescape(device), _unescape(mountpoint), kind, options)


def _unescape(word: str) -> str:
    # The kernel writes blank, tab, newline and backslash as octal numbers.
    for octal, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        word = word.replace(octal, character)
    return word
