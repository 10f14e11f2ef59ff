"""The table of the machine's metrics: how each is called, and which points of it a snapshot holds.

Names, units and attributes are those of the OpenTelemetry semantic conventions where there is one;
what the conventions lack stands under ``otel_monitoring.``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from otel_monitoring.model.metric import MetricDescription

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from otel_monitoring.instrument.system.reading import (
        Cpu,
        Disk,
        Filesystem,
        Interface,
        Memory,
        Paging,
    )
    from otel_monitoring.instrument.system.snapshot import SystemSnapshot

    Point: TypeAlias = tuple[float, Mapping[str, str | int]]
    """A value and its attributes."""

    Points: TypeAlias = Callable[[SystemSnapshot], Iterable[Point]]


@dataclass(frozen=True, slots=True)
class SystemInstrument:
    """One metric of the machine, this process or its container.

    Attributes:
        description: How it is called.
        points: Its points in a snapshot; none where the platform does not tell.
    """

    description: MetricDescription
    points: Points


def one(value: float | None) -> Iterator[Point]:
    """Yield the point of a metric without attributes; nothing where it is not known."""
    if value is not None:
        yield value, {}


def by(key: str, values: Mapping[str, float] | None) -> Iterator[Point]:
    """Yield a point for each of ``values``, told apart by the attribute ``key``."""
    for name, value in (values or {}).items():
        yield value, {key: name}


def cpu_points(cpus: Iterable[Cpu]) -> Iterator[Point]:
    """Yield a point for each mode of each CPU."""
    for cpu in cpus:
        number = {} if cpu.number is None else {"cpu.logical_number": cpu.number}
        for mode, value in cpu.by_mode.items():
            yield value, {"cpu.mode": mode, **number}


def _memory(of: Callable[[Memory], Iterable[Point]]) -> Points:
    return lambda snapshot: of(memory) if (memory := snapshot.look.reading.memory) else ()


def _memory_shares(memory: Memory) -> Iterator[Point]:
    for state, size_bytes in memory.by_state.items():
        yield size_bytes / memory.total_bytes, {"system.memory.state": state}


def _paging(of: Callable[[Paging], Mapping[str, float]]) -> Points:
    def points(snapshot: SystemSnapshot) -> Iterable[Point]:
        paging = snapshot.look.reading.paging
        return by("system.paging.state", of(paging)) if paging and paging.total_bytes else ()

    return points


def _disk(of: Callable[[Disk], Mapping[str, float | None]]) -> Points:
    def points(snapshot: SystemSnapshot) -> Iterator[Point]:
        for disk in snapshot.look.reading.disks:
            for direction, value in of(disk).items():
                if value is not None:
                    way = {"disk.io.direction": direction} if direction else {}
                    yield value, {"system.device": disk.device, **way}

    return points


def _filesystem(of: Callable[[Filesystem], Mapping[str, float]]) -> Points:
    def points(snapshot: SystemSnapshot) -> Iterator[Point]:
        for filesystem in snapshot.look.reading.filesystems:
            known = {
                "system.device": filesystem.device,
                "system.filesystem.mountpoint": filesystem.mountpoint,
                "system.filesystem.type": filesystem.type,
                "system.filesystem.mode": filesystem.mode,
            }
            for state, value in of(filesystem).items():
                attributes = {**known, "system.filesystem.state": state}
                yield value, {key: text for key, text in attributes.items() if text}

    return points


def _interface(of: Callable[[Interface], tuple[int, int]], *, key: str = "network.interface.name") -> Points:
    def points(snapshot: SystemSnapshot) -> Iterator[Point]:
        for interface in snapshot.look.reading.interfaces:
            for direction, value in zip(("receive", "transmit"), of(interface), strict=True):
                yield value, {key: interface.name, "network.io.direction": direction}

    return points


_MODE = ("cpu.mode", "cpu.logical_number")
_DISK = ("system.device", "disk.io.direction")
_NETWORK = ("network.interface.name", "network.io.direction")
_MOUNT = (
    "system.device",
    "system.filesystem.mountpoint",
    "system.filesystem.type",
    "system.filesystem.mode",
)

MACHINE = (
    SystemInstrument(
        MetricDescription("system.uptime", "s", "gauge", "Time since the machine started."),
        lambda snapshot: one(snapshot.look.reading.uptime_s),
    ),
    SystemInstrument(
        MetricDescription("system.cpu.time", "s", "counter", "CPU time of the machine by mode.", _MODE),
        lambda snapshot: cpu_points(snapshot.look.reading.cpus),
    ),
    SystemInstrument(
        MetricDescription(
            "system.cpu.utilization", "1", "gauge", "Share of time that the CPUs spent in a mode.", _MODE
        ),
        lambda snapshot: cpu_points(snapshot.cpu_utilization),
    ),
    SystemInstrument(
        MetricDescription(
            "system.cpu.logical.count", "{cpu}", "updowncounter", "Logical CPUs of the machine."
        ),
        lambda snapshot: one(snapshot.look.reading.logical_cpus),
    ),
    SystemInstrument(
        MetricDescription(
            "system.memory.usage",
            "By",
            "updowncounter",
            "Memory of the machine by state; the states add up to the limit.",
            ("system.memory.state",),
        ),
        _memory(lambda memory: by("system.memory.state", memory.by_state)),
    ),
    SystemInstrument(
        MetricDescription("system.memory.limit", "By", "updowncounter", "Memory that the machine has."),
        _memory(lambda memory: one(memory.total_bytes)),
    ),
    SystemInstrument(
        MetricDescription(
            "system.memory.utilization",
            "1",
            "gauge",
            "Share of the machine's memory in a state.",
            ("system.memory.state",),
        ),
        _memory(_memory_shares),
    ),
    SystemInstrument(
        MetricDescription(
            "system.paging.usage", "By", "updowncounter", "Swap space by state.", ("system.paging.state",)
        ),
        _paging(lambda paging: {"used": paging.used_bytes, "free": paging.free_bytes}),
    ),
    SystemInstrument(
        MetricDescription(
            "system.paging.utilization",
            "1",
            "gauge",
            "Share of the swap space in a state.",
            ("system.paging.state",),
        ),
        _paging(
            lambda paging: {
                "used": paging.used_bytes / paging.total_bytes,
                "free": paging.free_bytes / paging.total_bytes,
            }
        ),
    ),
    SystemInstrument(
        MetricDescription("system.disk.io", "By", "counter", "Bytes read from and written to disks.", _DISK),
        _disk(lambda disk: {"read": disk.read_bytes, "write": disk.write_bytes}),
    ),
    SystemInstrument(
        MetricDescription("system.disk.operations", "{operation}", "counter", "Disk operations.", _DISK),
        _disk(lambda disk: {"read": disk.read_count, "write": disk.write_count}),
    ),
    SystemInstrument(
        MetricDescription(
            "system.disk.operation_time", "s", "counter", "Time that disk operations took, summed.", _DISK
        ),
        _disk(lambda disk: {"read": disk.read_time_s, "write": disk.write_time_s}),
    ),
    SystemInstrument(
        MetricDescription(
            "system.disk.io_time", "s", "counter", "Time in which a disk was busy.", ("system.device",)
        ),
        _disk(lambda disk: {"": disk.busy_time_s}),
    ),
    SystemInstrument(
        MetricDescription(
            "system.filesystem.usage",
            "By",
            "updowncounter",
            "Space of a file system by state; the states add up to the limit.",
            (*_MOUNT, "system.filesystem.state"),
        ),
        _filesystem(
            lambda one: {"used": one.used_bytes, "free": one.free_bytes, "reserved": one.reserved_bytes}
        ),
    ),
    SystemInstrument(
        MetricDescription(
            "system.filesystem.limit", "By", "updowncounter", "Capacity of a file system.", _MOUNT
        ),
        _filesystem(lambda one: {"": one.total_bytes}),
    ),
    SystemInstrument(
        MetricDescription(
            "system.filesystem.utilization",
            "1",
            "gauge",
            "Used share of what ordinary processes can use of a file system, as df shows it.",
            (*_MOUNT, "system.filesystem.state"),
        ),
        _filesystem(lambda one: {"used": one.ratio}),
    ),
    SystemInstrument(
        MetricDescription("system.network.io", "By", "counter", "Bytes received and sent.", _NETWORK),
        _interface(lambda one: (one.receive_bytes, one.transmit_bytes)),
    ),
    SystemInstrument(
        MetricDescription(
            "system.network.packet.count",
            "{packet}",
            "counter",
            "Packets received and sent.",
            ("system.device", "network.io.direction"),
        ),
        _interface(lambda one: (one.receive_packets, one.transmit_packets), key="system.device"),
    ),
    SystemInstrument(
        MetricDescription("system.network.errors", "{error}", "counter", "Network errors.", _NETWORK),
        _interface(lambda one: (one.receive_errors, one.transmit_errors)),
    ),
    SystemInstrument(
        MetricDescription(
            "system.network.packet.dropped",
            "{packet}",
            "counter",
            "Packets dropped although there was no error.",
            _NETWORK,
        ),
        _interface(lambda one: (one.receive_dropped, one.transmit_dropped)),
    ),
)
"""Every metric of the machine."""
