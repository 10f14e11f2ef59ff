"""A snapshot of the machine: one reading, and what two readings in a row say about the time between.

The shares that alert rules ask for are of the tightest limit that binds this process: the container's
where it has one, else the machine's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from otel_monitoring.instrument.system.reading import Cpu

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.instrument.system.cgroup import CgroupReading, CpuLevel
    from otel_monitoring.instrument.system.reading import Reading

_IDLE_MODES = ("idle", "iowait")


@dataclass(frozen=True, slots=True)
class Look:
    """What was read at one moment.

    Attributes:
        monotonic_s: When, on the monotonic clock.
        reading: The machine and this process.
        cgroup: Our control group; ``None`` where there is none.
        usable_cpus: How many CPUs this process may run on, by its affinity.
    """

    monotonic_s: float
    reading: Reading
    cgroup: CgroupReading | None = None
    usable_cpus: float = 1.0


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a limit is in use.

    Attributes:
        limit: In bytes, or in CPUs.
        ratio: Used share of it, 0 to 1; ``None`` until it is known.
    """

    limit: float
    ratio: float | None


@dataclass(frozen=True, slots=True)
class SystemSnapshot:
    """The machine, this process and its container at one moment.

    Attributes:
        time_ms: When, as Unix time in milliseconds.
        look: What was read.
        cpu_utilization: Share of the time since the look before that the CPUs spent in each mode; empty
            after the first look.
        process_cpu_utilization: Share of the CPU time that this process could have had, by mode.
        container_cpus: CPUs that our control group kept busy on average; ``None`` after the first look.
        memory: Share of the memory limit that binds this process.
        cpu: Share of the CPU limit that binds this process.
    """

    time_ms: int
    look: Look
    cpu_utilization: tuple[Cpu, ...] = ()
    process_cpu_utilization: Mapping[str, float] = field(default_factory=dict)
    container_cpus: float | None = None
    memory: Share | None = None
    cpu: Share | None = None


def snapshot(look: Look, *, before: Look | None, time_ms: int) -> SystemSnapshot:
    """Put together what ``look`` says, and what passed since ``before``.

    Args:
        look: The newest look.
        before: The look before it; ``None`` at the first.
        time_ms: Unix time of the newest look in milliseconds.
    """
    cpu_utilization = _cpu_utilization(look, before)
    return SystemSnapshot(
        time_ms=time_ms,
        look=look,
        cpu_utilization=cpu_utilization,
        process_cpu_utilization=_process_utilization(look, before),
        container_cpus=_container_cpus(look, before),
        memory=_memory_share(look),
        cpu=_cpu_share(look, before, cpu_utilization),
    )


def busy_ratio(cpus: tuple[Cpu, ...]) -> float | None:
    """Return the share of time, 0 to 1, that the CPUs were not idle; waiting for a disk is idle."""
    if not cpus:
        return None
    idle = sum(cpu.by_mode.get(mode, 0.0) for cpu in cpus for mode in _IDLE_MODES)
    return _ratio(1.0 - idle / len(cpus))


def _cpu_utilization(look: Look, before: Look | None) -> tuple[Cpu, ...]:
    if before is None:
        return ()
    earlier = {cpu.number: cpu.by_mode for cpu in before.reading.cpus}
    pairs = ((cpu, earlier[cpu.number]) for cpu in look.reading.cpus if cpu.number in earlier)
    return tuple(found for cpu, old in pairs if (found := _shares(cpu, old)))


def _shares(cpu: Cpu, old: Mapping[str, float]) -> Cpu | None:
    # Some kernels let a count step back (iowait does, and a CPU that comes back online): that is no time.
    passed_s = {mode: max(0.0, now_s - old.get(mode, now_s)) for mode, now_s in cpu.by_mode.items()}
    total_s = sum(passed_s.values())
    return Cpu(cpu.number, {mode: part / total_s for mode, part in passed_s.items()}) if total_s else None


def _process_utilization(look: Look, before: Look | None) -> Mapping[str, float]:
    process = look.reading.process
    if before is None or process is None or before.reading.process is None:
        return {}
    possible_s = (look.monotonic_s - before.monotonic_s) * _available_cpus(look)
    if possible_s <= 0:
        return {}
    old = before.reading.process.cpu.by_mode
    return {
        mode: max(0.0, now_s - old.get(mode, now_s)) / possible_s
        for mode, now_s in process.cpu.by_mode.items()
    }


def _available_cpus(look: Look) -> float:
    quotas = [level.limit_cpus for level in look.cgroup.cpu_levels] if look.cgroup else []
    return min([look.usable_cpus, *quotas])


def _container_cpus(look: Look, before: Look | None) -> float | None:
    if before is None or look.cgroup is None or before.cgroup is None:
        return None
    now_s, old_s = look.cgroup.cpu_time_s, before.cgroup.cpu_time_s
    elapsed_s = look.monotonic_s - before.monotonic_s
    if now_s is None or old_s is None or elapsed_s <= 0:
        return None
    return max(0.0, now_s - old_s) / elapsed_s


def _memory_share(look: Look) -> Share | None:
    machine = look.reading.memory
    levels = look.cgroup.memory_levels if look.cgroup else ()
    # A limit beyond what the machine has binds nobody.
    binding = [level for level in levels if machine is None or level.limit_bytes < machine.total_bytes]
    shares = [
        Share(level.limit_bytes, _ratio(level.working_set_bytes / level.limit_bytes))
        for level in binding
        if level.limit_bytes
    ]
    if shares:
        return max(shares, key=lambda share: share.ratio or 0.0)
    if machine is None or not machine.total_bytes:
        return None
    return Share(machine.total_bytes, _ratio(1.0 - machine.available_bytes / machine.total_bytes))


def _cpu_share(look: Look, before: Look | None, utilization: tuple[Cpu, ...]) -> Share | None:
    cpus = look.reading.logical_cpus
    levels = look.cgroup.cpu_levels if look.cgroup else ()
    binding = [level for level in levels if cpus is None or level.limit_cpus < cpus]
    shares = [Share(level.limit_cpus, _quota_ratio(level, look, before)) for level in binding]
    if shares:
        return max(shares, key=lambda share: share.ratio or 0.0)
    return None if cpus is None else Share(cpus, busy_ratio(utilization))


def _quota_ratio(level: CpuLevel, look: Look, before: Look | None) -> float | None:
    if before is None or before.cgroup is None:
        return None
    old_s = next((old.time_s for old in before.cgroup.cpu_levels if old.group == level.group), None)
    elapsed_s = look.monotonic_s - before.monotonic_s
    if old_s is None or elapsed_s <= 0:
        return None
    return _ratio((level.time_s - old_s) / elapsed_s / level.limit_cpus)


def _ratio(value: float) -> float:
    return min(1.0, max(0.0, value))
