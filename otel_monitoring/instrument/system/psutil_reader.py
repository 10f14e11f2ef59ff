"""The machine and this process through psutil.

Only psutil's plain counters are read, never its ``cpu_percent`` family nor its wrap-around bookkeeping:
both keep state that the whole process shares, so that a second reader would get figures over the
wrong interval. psutil is imported when a reader is made.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from otel_monitoring.instrument.system import procfs
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
    from collections.abc import Callable

    from otel_monitoring.guard import Guard
    from otel_monitoring.instrument.system.scope import SystemScope

    T = TypeVar("T")

_MODES = {
    "user": "user",
    "nice": "nice",
    "system": "system",
    "idle": "idle",
    "iowait": "iowait",
    "irq": "interrupt",
    "softirq": "interrupt",
    "interrupt": "interrupt",  # Windows
    "steal": "steal",
}
"""psutil's names of the CPU times to ``cpu.mode``; guest time is part of user time already."""


class PsutilReader:
    """Read the machine through psutil.

    Args:
        scope: What is measured.
        guard: Where an unexpected error of one section ends; the other sections are read all the same.

    Raises:
        ImportError: psutil is not installed.
    """

    def __init__(self, *, scope: SystemScope, guard: Guard) -> None:
        import psutil

        self._psutil = psutil
        self._scope = scope
        self._guard = guard
        self._expected = (psutil.Error, OSError, NotImplementedError)
        self._linux = procfs.ProcfsReader(scope=scope, guard=guard) if psutil.LINUX else None
        self._process = psutil.Process()
        # Anchored to the monotonic clock once, so that a step of the wall clock moves no uptime.
        self._booted_s = time.monotonic() - max(0.0, time.time() - psutil.boot_time())
        self._started_s = time.monotonic() - max(0.0, time.time() - self._process.create_time())

    def read(self) -> Reading:
        """Take one look; what cannot be read stays empty. File systems come last, as they may be slow."""
        return Reading(
            uptime_s=time.monotonic() - self._booted_s,
            logical_cpus=self._section(self._psutil.cpu_count, None),
            cpus=self._section(self.cpus, ()),
            memory=self._section(self.memory, None),
            paging=self._section(self.paging, None),
            disks=self._section(self.disks, ()),
            interfaces=self._section(self.interfaces, ()),
            process=self._section(self.process, None),
            filesystems=self._section(lambda: self._scope.filesystems(self.mounts()), ()),
        )

    def cpus(self) -> tuple[Cpu, ...]:
        """Return the CPU seconds by mode, of all CPUs together or of each."""
        if self._scope.per_cpu:
            each = self._psutil.cpu_times(percpu=True)
            return tuple(_cpu(times._asdict(), number) for number, times in enumerate(each))
        return (_cpu(self._psutil.cpu_times()._asdict(), None),)

    def memory(self) -> Memory:
        """Return the physical memory; where caches are not told, what is available counts as free."""
        memory = self._psutil.virtual_memory()
        by_state = {"used": memory.total - memory.available, "free": memory.available}
        if hasattr(memory, "cached"):
            kept = {"free": memory.free, "buffers": getattr(memory, "buffers", 0), "cached": memory.cached}
            by_state = {"used": max(0, memory.total - sum(kept.values())), **kept}
        return Memory(total_bytes=memory.total, available_bytes=memory.available, by_state=by_state)

    def paging(self) -> Paging:
        """Return the swap space."""
        swap = self._psutil.swap_memory()
        return Paging(total_bytes=swap.total, used_bytes=swap.used, free_bytes=swap.free)

    def disks(self) -> tuple[Disk, ...]:
        """Return what the whole storage devices did; elsewhere than on Linux psutil names no others."""
        counters = self._psutil.disk_io_counters(perdisk=True, nowrap=False) or {}
        disks = (
            Disk(
                device=device,
                read_bytes=io.read_bytes,
                write_bytes=io.write_bytes,
                read_count=io.read_count,
                write_count=io.write_count,
                read_time_s=getattr(io, "read_time", 0) / 1000,
                write_time_s=getattr(io, "write_time", 0) / 1000,
                busy_time_s=io.busy_time / 1000 if hasattr(io, "busy_time") else None,
            )
            for device, io in counters.items()
        )
        is_whole = self._linux.is_whole_disk if self._linux else lambda _: True
        return self._scope.pick_disks(disks, is_whole=is_whole)

    def interfaces(self) -> tuple[Interface, ...]:
        """Return what the network interfaces carried."""
        counters = self._psutil.net_io_counters(pernic=True, nowrap=False) or {}
        interfaces = (
            Interface(
                name=name,
                receive_bytes=io.bytes_recv,
                transmit_bytes=io.bytes_sent,
                receive_packets=io.packets_recv,
                transmit_packets=io.packets_sent,
                receive_errors=io.errin,
                transmit_errors=io.errout,
                receive_dropped=io.dropin,
                transmit_dropped=io.dropout,
            )
            for name, io in counters.items()
        )
        return self._scope.pick_interfaces(interfaces)

    def mounts(self) -> tuple[Mount, ...]:
        """Return the table of mounts; psutil's own choice of them would leave out a container's root."""
        partitions = self._psutil.disk_partitions(all=True)
        return tuple(Mount(one.device, one.mountpoint, one.fstype, one.opts) for one in partitions)

    def process(self) -> Process:
        """Return what is known of this process."""
        with self._process.oneshot():
            times, memory = self._process.cpu_times(), self._process.memory_info()
            threads = self._process.num_threads()
        return Process(
            cpu=Cpu(None, {"user": times.user, "system": times.system}),
            resident_bytes=memory.rss,
            virtual_bytes=memory.vms,
            threads=threads,
            descriptors=self._section(self._descriptors, None),
            uptime_s=time.monotonic() - self._started_s,
            context_switches=procfs.context_switches(),
            page_faults=procfs.page_faults(),
        )

    def _descriptors(self) -> int | None:
        if self._linux:
            return procfs.open_descriptors()
        return self._process.num_fds() if hasattr(self._process, "num_fds") else None

    def _section(self, section: Callable[[], T], otherwise: T) -> T:
        # A platform that does not tell or forbids to look is no error; anything else is counted.
        with self._guard:
            try:
                return section()
            except self._expected:
                return otherwise
        return otherwise


def _cpu(times: dict[str, float], number: int | None) -> Cpu:
    by_mode: dict[str, float] = {}
    for name, seconds in times.items():
        mode = _MODES.get(name)
        if mode:
            by_mode[mode] = by_mode.get(mode, 0.0) + seconds
    return Cpu(number, by_mode)
