"""The table of the metrics of this process, of its container and of the limits that bind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.instrument.system.machine_instruments import SystemInstrument, by, cpu_points, one
from otel_monitoring.model.metric import MetricDescription

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from otel_monitoring.instrument.system.cgroup import CgroupReading
    from otel_monitoring.instrument.system.machine_instruments import Point, Points
    from otel_monitoring.instrument.system.reading import Process
    from otel_monitoring.instrument.system.snapshot import SystemSnapshot


def _process(of: Callable[[Process], Iterable[Point]]) -> Points:
    return lambda snapshot: of(process) if (process := snapshot.look.reading.process) else ()


def _container(of: Callable[[CgroupReading], float | None]) -> Points:
    def points(snapshot: SystemSnapshot) -> Iterable[Point]:
        cgroup = snapshot.look.cgroup
        return one(of(cgroup)) if cgroup and cgroup.is_container else ()

    return points


def _memory_left(cgroup: CgroupReading) -> float | None:
    levels = cgroup.memory_levels
    return min((max(0, level.limit_bytes - level.working_set_bytes) for level in levels), default=None)


PROCESS = (
    SystemInstrument(
        MetricDescription(
            "process.cpu.time",
            "s",
            "counter",
            "CPU time of this process by mode.",
            ("cpu.mode",),
            "release_candidate",
        ),
        _process(lambda process: cpu_points([process.cpu])),
    ),
    SystemInstrument(
        MetricDescription(
            "process.cpu.utilization",
            "1",
            "gauge",
            "CPU time of this process as a share of what its CPUs, or its container's quota, allow.",
            ("cpu.mode",),
            "release_candidate",
        ),
        lambda snapshot: by("cpu.mode", snapshot.process_cpu_utilization),
    ),
    SystemInstrument(
        MetricDescription(
            "process.memory.usage",
            "By",
            "updowncounter",
            "Physical memory of this process.",
            (),
            "release_candidate",
        ),
        _process(lambda process: one(process.resident_bytes)),
    ),
    SystemInstrument(
        MetricDescription(
            "process.memory.virtual",
            "By",
            "updowncounter",
            "Size of the address space of this process.",
            (),
            "release_candidate",
        ),
        _process(lambda process: one(process.virtual_bytes)),
    ),
    SystemInstrument(
        MetricDescription(
            "process.thread.count",
            "{thread}",
            "updowncounter",
            "Threads of this process.",
            (),
            "release_candidate",
        ),
        _process(lambda process: one(process.threads)),
    ),
    SystemInstrument(
        MetricDescription(
            "process.unix.file_descriptor.count",
            "{file_descriptor}",
            "updowncounter",
            "File descriptors that this process has open.",
            (),
            "release_candidate",
        ),
        _process(lambda process: one(process.descriptors)),
    ),
    SystemInstrument(
        MetricDescription(
            "process.uptime", "s", "gauge", "Time since this process started.", (), "release_candidate"
        ),
        _process(lambda process: one(process.uptime_s)),
    ),
    SystemInstrument(
        MetricDescription(
            "process.context_switches",
            "{context_switch}",
            "counter",
            "Context switches of all threads of this process.",
            ("process.context_switch.type",),
            "release_candidate",
        ),
        _process(lambda process: by("process.context_switch.type", process.context_switches)),
    ),
    SystemInstrument(
        MetricDescription(
            "process.paging.faults",
            "{fault}",
            "counter",
            "Page faults of all threads of this process.",
            ("system.paging.fault.type",),
            "release_candidate",
        ),
        _process(lambda process: by("system.paging.fault.type", process.page_faults)),
    ),
)
"""Every metric of this process."""

CONTAINER = (
    SystemInstrument(
        MetricDescription("container.cpu.time", "s", "counter", "CPU time of the container."),
        _container(lambda cgroup: cgroup.cpu_time_s),
    ),
    SystemInstrument(
        MetricDescription(
            "container.cpu.usage", "{cpu}", "gauge", "CPUs that the container kept busy on average."
        ),
        lambda snapshot: _container(lambda _: snapshot.container_cpus)(snapshot),
    ),
    SystemInstrument(
        MetricDescription(
            "container.memory.usage", "By", "updowncounter", "Memory of the container, caches included."
        ),
        _container(lambda cgroup: cgroup.memory_usage_bytes),
    ),
    SystemInstrument(
        MetricDescription(
            "container.memory.working_set",
            "By",
            "updowncounter",
            "Memory of the container without file pages that can be dropped at once.",
        ),
        _container(lambda cgroup: cgroup.memory_working_set_bytes),
    ),
    SystemInstrument(
        MetricDescription(
            "container.memory.available",
            "By",
            "updowncounter",
            "Memory that the container can still take; absent where it has no limit.",
        ),
        _container(_memory_left),
    ),
)
"""Every metric of the container; without points where this process is in none."""

LIMITS = (
    SystemInstrument(
        MetricDescription(
            "otel_monitoring.memory.utilization",
            "1",
            "gauge",
            "Used share of the memory limit that binds this process: the container's, else the machine's.",
        ),
        lambda snapshot: one(snapshot.memory.ratio) if snapshot.memory else (),
    ),
    SystemInstrument(
        MetricDescription(
            "otel_monitoring.memory.limit",
            "By",
            "updowncounter",
            "The memory limit that binds this process: the container's, else the machine's.",
        ),
        lambda snapshot: one(snapshot.memory.limit) if snapshot.memory else (),
    ),
    SystemInstrument(
        MetricDescription(
            "otel_monitoring.cpu.utilization",
            "1",
            "gauge",
            "Used share of the CPU limit that binds this process: the container's quota, else the machine.",
        ),
        lambda snapshot: one(snapshot.cpu.ratio) if snapshot.cpu else (),
    ),
    SystemInstrument(
        MetricDescription(
            "otel_monitoring.cpu.limit",
            "{cpu}",
            "updowncounter",
            "The CPU limit that binds this process: the container's quota, else the machine's CPUs.",
        ),
        lambda snapshot: one(snapshot.cpu.limit) if snapshot.cpu else (),
    ),
    SystemInstrument(
        MetricDescription(
            "otel_monitoring.cpu.throttled_time",
            "s",
            "counter",
            "Time for which the container's CPU quota held it back.",
        ),
        _container(lambda cgroup: cgroup.throttled_s),
    ),
)
"""The limits that bind this process, wherever they come from; the default rules ask for these."""
