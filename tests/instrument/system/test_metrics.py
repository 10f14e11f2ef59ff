"""The instruments over the snapshots of a sampler."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from otel_monitoring.instrument.system import METRICS, SystemMetrics, SystemSampler
from otel_monitoring.instrument.system.cgroup import CgroupReading, MemoryLevel

if TYPE_CHECKING:
    from otel_monitoring.guard import Guard
    from otel_monitoring.testing import FakeClock
    from tests.instrument.system.fake_machine import FakeMachine

GIB = 1024**3
only_linux = pytest.mark.skipif(sys.platform != "linux", reason="measures this machine")


def collect(sampler: SystemSampler, guard: Guard) -> dict[str, Any]:
    """Return the metrics of one collection by name."""
    reader = InMemoryMetricReader()
    provider = MeterProvider(metric_readers=[reader], shutdown_on_exit=False)
    SystemMetrics(provider.get_meter("test"), sampler=sampler, guard=guard)
    data = reader.get_metrics_data()
    provider.shutdown()
    if data is None or not data.resource_metrics:
        return {}
    return {metric.name: metric for metric in data.resource_metrics[0].scope_metrics[0].metrics}


def test_a_collection_reads_the_snapshot_and_never_the_machine(
    sampler: SystemSampler, machine: FakeMachine, guard: Guard
) -> None:
    sampler.sample()
    looks = machine.looks

    metrics = collect(sampler, guard)

    assert machine.looks == looks
    assert [point.value for point in metrics["process.thread.count"].data.data_points] == [3]


def test_without_a_snapshot_there_are_no_points(sampler: SystemSampler, guard: Guard) -> None:
    assert collect(sampler, guard) == {}


def test_what_a_machine_does_not_tell_has_no_points(sampler: SystemSampler, guard: Guard) -> None:
    sampler.sample()

    metrics = collect(sampler, guard)

    assert "system.cpu.time" in metrics
    assert not {"system.memory.usage", "system.disk.io", "container.memory.usage"} & set(metrics)


def test_a_containers_memory_is_told_beside_the_machines(
    sampler: SystemSampler, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    cgroup = CgroupReading(
        is_container=True,
        memory_usage_bytes=GIB,
        memory_working_set_bytes=GIB // 2,
        memory_levels=(MemoryLevel(2 * GIB, GIB // 2),),
    )
    monkeypatch.setattr("otel_monitoring.instrument.system.cgroup.CgroupReader.read", lambda _self: cgroup)
    sampler.sample()

    metrics = collect(sampler, guard)

    values = {name: metric.data.data_points[0].value for name, metric in metrics.items()}
    assert values["container.memory.usage"] == GIB
    assert values["container.memory.working_set"] == GIB // 2
    assert values["container.memory.available"] == 2 * GIB - GIB // 2
    assert values["otel_monitoring.memory.limit"] == 2 * GIB
    assert values["otel_monitoring.memory.utilization"] == 0.25


def test_an_error_in_a_callback_reaches_the_guard_alone(
    sampler: SystemSampler, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        msg = "of the sampler"
        raise ZeroDivisionError(msg)

    monkeypatch.setattr(sampler, "snapshot", broken)

    assert collect(sampler, guard) == {}
    assert guard.counts() == {"ZeroDivisionError": len(METRICS)}


@only_linux
def test_the_machine_is_measured_end_to_end(clock: FakeClock, guard: Guard) -> None:
    sampler = SystemSampler(clock=clock, guard=guard)
    sampler.sample()

    metrics = collect(sampler, guard)

    memory = {
        point.attributes["system.memory.state"]: point.value
        for point in metrics["system.memory.usage"].data.data_points
    }
    assert sum(memory.values()) == metrics["system.memory.limit"].data.data_points[0].value
    assert 0 < metrics["otel_monitoring.memory.utilization"].data.data_points[0].value < 1
    mounts = {
        point.attributes["system.filesystem.mountpoint"]
        for point in metrics["system.filesystem.utilization"].data.data_points
    }
    assert "/" in mounts
    assert guard.counts() == {}
