"""What one look at the machine gives: cumulative counts and current sizes, nothing derived.

Both readers, the one over psutil and the one over ``/proc``, answer with these records, so that what
follows does not know which of them looked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Cpu:
    """Seconds, or shares of the time passed, by ``cpu.mode``.

    Attributes:
        number: The logical CPU, from 0; ``None`` for all of them together.
        by_mode: One value for each mode that the platform tells apart.
    """

    number: int | None
    by_mode: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Memory:
    """The machine's memory, in bytes.

    Attributes:
        total_bytes: All of it.
        available_bytes: What new work could get without swapping; caches count as available.
        by_state: ``system.memory.state`` to bytes; the states add up to the total.
    """

    total_bytes: int
    available_bytes: int
    by_state: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Paging:
    """Swap space of the machine, in bytes; a total of 0 where there is none."""

    total_bytes: int
    used_bytes: int
    free_bytes: int


@dataclass(frozen=True, slots=True)
class Disk:
    """What one whole storage device did since the start of the machine.

    ``busy_time_s`` is the wall time in which it had work; ``None`` where the platform does not say.
    """

    device: str
    read_bytes: int
    write_bytes: int
    read_count: int
    write_count: int
    read_time_s: float
    write_time_s: float
    busy_time_s: float | None = None


@dataclass(frozen=True, slots=True)
class Filesystem:
    """The space of one mounted file system, in bytes.

    Attributes:
        device: Where it resides; empty where unknown.
        mountpoint: Where it is mounted.
        type: Such as ``ext4``; empty where unknown.
        mode: ``rw`` or ``ro``; empty where unknown.
        used_bytes: Taken.
        free_bytes: To be had without special rights.
        reserved_bytes: Kept for the administrator.
    """

    device: str
    mountpoint: str
    type: str
    mode: str
    used_bytes: int
    free_bytes: int
    reserved_bytes: int

    @property
    def total_bytes(self) -> int:
        """The capacity."""
        return self.used_bytes + self.free_bytes + self.reserved_bytes

    @property
    def ratio(self) -> float:
        """Used share of what ordinary processes can use, 0 to 1, as ``df`` shows it."""
        usable_bytes = self.used_bytes + self.free_bytes
        return self.used_bytes / usable_bytes if usable_bytes else 0.0


@dataclass(frozen=True, slots=True)
class Interface:
    """What one network interface carried since it came up."""

    name: str
    receive_bytes: int
    transmit_bytes: int
    receive_packets: int
    transmit_packets: int
    receive_errors: int
    transmit_errors: int
    receive_dropped: int
    transmit_dropped: int


@dataclass(frozen=True, slots=True)
class Process:
    """This process; ``None`` marks what the platform does not tell.

    Attributes:
        cpu: CPU seconds in ``user`` and ``system`` mode since its start.
        resident_bytes: Physical memory in use.
        virtual_bytes: Size of the address space.
        threads: Threads of the operating system.
        descriptors: Open file descriptors.
        uptime_s: Seconds since its start.
        context_switches: Of all its threads, ``voluntary`` and ``involuntary``.
        page_faults: Of all its threads, ``minor`` and ``major``.
    """

    cpu: Cpu
    resident_bytes: int | None = None
    virtual_bytes: int | None = None
    threads: int | None = None
    descriptors: int | None = None
    uptime_s: float | None = None
    context_switches: Mapping[str, int] | None = None
    page_faults: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at the machine and at this process; what could not be read is ``None`` or empty.

    Attributes:
        uptime_s: Seconds since the start of the machine.
        logical_cpus: How many logical CPUs the machine has.
        cpus: CPU seconds by mode: one entry for all CPUs together, or one for each.
        memory: Physical memory.
        paging: Swap space.
        disks: Whole storage devices.
        filesystems: Mounted file systems.
        interfaces: Network interfaces.
        process: This process.
    """

    uptime_s: float | None = None
    logical_cpus: int | None = None
    cpus: tuple[Cpu, ...] = ()
    memory: Memory | None = None
    paging: Paging | None = None
    disks: tuple[Disk, ...] = ()
    filesystems: tuple[Filesystem, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    process: Process | None = None
