"""Metrics of this process, its container and the limits that bind it."""

from __future__ import annotations

import pytest

from otel_monitoring.instrument.system.cgroup import CgroupReading, CpuLevel, MemoryLevel
from otel_monitoring.instrument.system.process_instruments import CONTAINER, LIMITS
from otel_monitoring.instrument.system.reading import Memory, Reading
from otel_monitoring.instrument.system.snapshot import Look, snapshot

ALL = (*CONTAINER, *LIMITS)
MACHINE = Reading(logical_cpus=8, memory=Memory(1000, 600, {"used": 400, "free": 600}))


def values(cgroup: CgroupReading | None, before: CgroupReading | None = None) -> dict[str, float]:
    """Return the values of all container and limit metrics ten seconds after ``before``."""
    earlier = Look(0.0, MACHINE, before) if before else None
    taken = snapshot(Look(10.0, MACHINE, cgroup), before=earlier, time_ms=1)
    return {one.description.name: value for one in ALL for value, _ in one.points(taken)}


def test_outside_a_container_the_machines_limits_bind() -> None:
    assert values(None) == {
        "otel_monitoring.memory.utilization": pytest.approx(0.4),
        "otel_monitoring.memory.limit": 1000,
        "otel_monitoring.cpu.limit": 8,
    }


def test_a_session_of_the_host_has_no_container_metrics() -> None:
    cgroup = CgroupReading(is_container=False, memory_usage_bytes=5, cpu_time_s=1.0)

    assert not [name for name in values(cgroup, cgroup) if name.startswith("container.")]


def test_a_container_without_limits_is_measured_against_the_machine() -> None:
    cgroup = CgroupReading(is_container=True, memory_usage_bytes=50, memory_working_set_bytes=40)

    told = values(cgroup)

    assert (told["container.memory.usage"], told["container.memory.working_set"]) == (50, 40)
    assert told["otel_monitoring.memory.limit"] == 1000
    assert "container.memory.available" not in told


def test_a_container_with_limits_is_measured_against_them() -> None:
    before = CgroupReading(is_container=True, cpu_time_s=2.0, cpu_levels=(CpuLevel("/", 0.5, 2.0),))
    now = CgroupReading(
        is_container=True,
        memory_levels=(MemoryLevel(100, 85), MemoryLevel(500, 490)),
        cpu_time_s=6.0,
        throttled_s=3.25,
        cpu_levels=(CpuLevel("/", 0.5, 6.0),),
    )

    assert values(now, before) == {
        "container.cpu.time": 6.0,
        "container.cpu.usage": 0.4,
        "container.memory.available": 10,
        "otel_monitoring.memory.utilization": 0.98,
        "otel_monitoring.memory.limit": 500,
        "otel_monitoring.cpu.utilization": 0.8,
        "otel_monitoring.cpu.limit": 0.5,
        "otel_monitoring.cpu.throttled_time": 3.25,
    }
