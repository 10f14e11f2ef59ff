"""What there is to say of a machine, a process and its runtime, as PromQL over what the sampler measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Section: TypeAlias = Literal["cpu", "memory", "disk", "network", "process", "runtime"]

OWN: Final = "$instance"
"""Stands for the condition that a series is of the instance that is asked about."""
RANGE: Final = "$range"
"""Stands for how far a rate looks back."""

_IDLE = 'cpu_mode=~"idle|iowait", cpu_logical_number=""'
"""Of all processors together, where each of them is measured besides."""
_MOUNT = ("system_filesystem_mountpoint",)
_DISK = ("system_device", "disk_io_direction")
_NETWORK = ("network_interface_name", "network_io_direction")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes:
        name: What it is called.
        section: Where it belongs.
        unit: In UCUM.
        description: What it counts.
        series: A selector of PromQL, whose highest value it is; empty where ``expr`` says more.
        expr: PromQL of the figure.
        by: The labels that tell its readings apart.
        limit: PromQL of what it cannot exceed, with the same labels or with none; empty for nothing.
    """

    name: str
    section: Section
    unit: str
    description: str
    series: str = ""
    expr: str = ""
    by: tuple[str, ...] = ()
    limit: str = ""


def _rate(metric: str, *by: str) -> str:
    return f"sum by ({', '.join(by)}) (rate({metric}{{{OWN}}}[{RANGE}]))"


def _limit(metric: str, *by: str) -> str:
    return f"max by ({', '.join(by)}) ({metric}{{{OWN}}})"


_MEMORY_LIMIT = _limit("otel_monitoring_memory_limit_bytes")
_WHOLE = "vector(1)"

FIGURES: Final = (
    Figure(
        "cpu.utilization",
        "cpu",
        "1",
        "Used share of the processor limit that binds the process: the container's, else the machine's.",
        series=f"otel_monitoring_cpu_utilization_ratio{{{OWN}}}",
        limit=_WHOLE,
    ),
    Figure(
        "cpu.machine",
        "cpu",
        "1",
        "Share of time that the processors of the machine were busy.",
        expr=f"clamp_min(1 - sum(system_cpu_utilization_ratio{{{_IDLE}, {OWN}}}), 0)",
        limit=_WHOLE,
    ),
    Figure(
        "cpu.limit",
        "cpu",
        "{cpu}",
        "Processors that the process may keep busy.",
        series=f"otel_monitoring_cpu_limit{{{OWN}}}",
    ),
    Figure(
        "cpu.throttled",
        "cpu",
        "1",
        "Share of time for which the container's quota held it back.",
        expr=_rate("otel_monitoring_cpu_throttled_time_seconds_total"),
    ),
    Figure(
        "memory.utilization",
        "memory",
        "1",
        "Used share of the memory limit that binds the process.",
        series=f"otel_monitoring_memory_utilization_ratio{{{OWN}}}",
        limit=_WHOLE,
    ),
    Figure(
        "memory.container",
        "memory",
        "By",
        "Memory of the container without file pages that can be dropped at once.",
        series=f"container_memory_working_set_bytes{{{OWN}}}",
        limit=_MEMORY_LIMIT,
    ),
    Figure(
        "memory.machine",
        "memory",
        "By",
        "Used memory of the machine.",
        series=f'system_memory_usage_bytes{{system_memory_state="used", {OWN}}}',
        limit=_limit("system_memory_limit_bytes"),
    ),
    Figure(
        "memory.swap",
        "memory",
        "By",
        "Used swap space of the machine.",
        series=f'system_paging_usage_bytes{{system_paging_state="used", {OWN}}}',
        limit=f"sum(system_paging_usage_bytes{{{OWN}}})",
    ),
    Figure(
        "disk.used",
        "disk",
        "By",
        "Used space of each file system.",
        series=f'system_filesystem_usage_bytes{{system_filesystem_state="used", {OWN}}}',
        by=_MOUNT,
        limit=_limit("system_filesystem_limit_bytes", *_MOUNT),
    ),
    Figure(
        "disk.utilization",
        "disk",
        "1",
        "Used share of what ordinary processes can use of each file system, as df shows it.",
        series=f"system_filesystem_utilization_ratio{{{OWN}}}",
        by=_MOUNT,
        limit=_WHOLE,
    ),
    Figure(
        "disk.io",
        "disk",
        "By/s",
        "Read from and written to each disk.",
        expr=_rate("system_disk_io_bytes_total", *_DISK),
        by=_DISK,
    ),
    Figure(
        "disk.busy",
        "disk",
        "1",
        "Share of time in which each disk was busy.",
        expr=_rate("system_disk_io_time_seconds_total", "system_device"),
        by=("system_device",),
        limit=_WHOLE,
    ),
    Figure(
        "network.io",
        "network",
        "By/s",
        "Received and sent over each interface.",
        expr=_rate("system_network_io_bytes_total", *_NETWORK),
        by=_NETWORK,
    ),
    Figure(
        "network.errors",
        "network",
        "{error}/s",
        "Errors of each interface.",
        expr=_rate("system_network_errors_total", *_NETWORK),
        by=_NETWORK,
    ),
    Figure(
        "network.dropped",
        "network",
        "{packet}/s",
        "Packets that each interface dropped.",
        expr=_rate("system_network_packet_dropped_total", *_NETWORK),
        by=_NETWORK,
    ),
    Figure(
        "process.cpu",
        "process",
        "1",
        "Share of the processors of the machine that the process kept busy.",
        expr=f"sum(process_cpu_utilization_ratio{{{OWN}}})",
        limit=_WHOLE,
    ),
    Figure(
        "process.memory",
        "process",
        "By",
        "Resident memory of the process.",
        series=f"process_memory_usage_bytes{{{OWN}}}",
        limit=_MEMORY_LIMIT,
    ),
    Figure(
        "process.threads",
        "process",
        "{thread}",
        "Threads of the process.",
        series=f"process_thread_count{{{OWN}}}",
    ),
    Figure(
        "process.open_files",
        "process",
        "{file_descriptor}",
        "Open file descriptors of the process.",
        series=f"process_unix_file_descriptor_count{{{OWN}}}",
    ),
    Figure(
        "process.context_switches",
        "process",
        "{context_switch}/s",
        "How often the process gave up a processor, or had to.",
        expr=_rate("process_context_switches_total", "process_context_switch_type"),
        by=("process_context_switch_type",),
    ),
    Figure(
        "process.uptime",
        "process",
        "s",
        "Time since the process started.",
        series=f"process_uptime_seconds{{{OWN}}}",
    ),
    Figure(
        "runtime.loop_lag",
        "runtime",
        "s",
        "How late the event loop ran a timer at worst.",
        series=f"otel_monitoring_asyncio_loop_lag_seconds{{{OWN}}}",
    ),
    Figure(
        "runtime.tasks",
        "runtime",
        "{task}",
        "Tasks of the event loop that are not done.",
        series=f"otel_monitoring_asyncio_tasks_count{{{OWN}}}",
    ),
    Figure(
        "runtime.gc",
        "runtime",
        "{collection}/s",
        "Garbage collections of each generation.",
        expr=_rate("cpython_gc_collections_total", "cpython_gc_generation"),
        by=("cpython_gc_generation",),
    ),
    Figure(
        "runtime.uncollectable",
        "runtime",
        "{object}",
        "Objects that the garbage collector could not free.",
        expr=f"sum(cpython_gc_uncollectable_objects_total{{{OWN}}})",
    ),
)
"""Every figure, section by section."""
