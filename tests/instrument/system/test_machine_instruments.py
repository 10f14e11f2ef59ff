"""Names, units, kinds and attributes of the system metrics, held against the conventions' own package."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.semconv._incubating.attributes import (
    cpu_attributes,
    disk_attributes,
    network_attributes,
    process_attributes,
    system_attributes,
)
from opentelemetry.semconv._incubating.metrics import container_metrics, process_metrics, system_metrics

from otel_monitoring.instrument.system.cgroup import CgroupReading, CpuLevel, MemoryLevel
from otel_monitoring.instrument.system.metrics import INSTRUMENTS, METRICS
from otel_monitoring.instrument.system.reading import (
    Cpu,
    Disk,
    Filesystem,
    Interface,
    Memory,
    Paging,
    Process,
    Reading,
)
from otel_monitoring.instrument.system.snapshot import Look, SystemSnapshot, snapshot

if TYPE_CHECKING:
    from otel_monitoring.model.metric import MetricDescription

MODULES = (system_metrics, process_metrics, container_metrics)
ATTRIBUTE_MODULES = (
    cpu_attributes,
    disk_attributes,
    network_attributes,
    process_attributes,
    system_attributes,
)
CONVENTIONAL = [row for row in METRICS if not row.name.startswith("otel_monitoring.")]
ENUMS: dict[str, Any] = {
    "cpu.mode": cpu_attributes.CpuModeValues,
    "disk.io.direction": disk_attributes.DiskIoDirectionValues,
    "network.io.direction": network_attributes.NetworkIoDirectionValues,
    "process.context_switch.type": process_attributes.ProcessContextSwitchTypeValues,
    "system.filesystem.state": system_attributes.SystemFilesystemStateValues,
    "system.memory.state": system_attributes.SystemMemoryStateValues,
    "system.paging.state": system_attributes.SystemPagingStateValues,
    "system.paging.fault.type": system_attributes.SystemPagingFaultTypeValues,
}


def convention(name: str) -> tuple[str, str]:
    """Return (instrument, unit) of a metric, as the conventions' package documents them in its source."""
    for module in MODULES:
        for constant, value in vars(module).items():
            if constant.isupper() and value == name:
                source = module.__loader__.get_source(module.__name__)  # type: ignore[union-attr]
                text = source[source.index(f'{constant}: Final = "{name}"') :]
                found = re.search(
                    r'"""\n.*?(Deprecated)?.*?\nInstrument: (\w+)\nUnit: (\S+)\n', text, re.DOTALL
                )
                assert found is not None
                return found[2], found[3]
    pytest.fail(f"{name} is in no convention")


def complete(at_s: float = 0.0) -> Look:
    """Return a look at a machine that tells everything."""
    counts = {"voluntary": 5, "involuntary": 6}
    reading = Reading(
        uptime_s=100.0,
        logical_cpus=8,
        cpus=(Cpu(None, {"user": at_s, "idle": at_s}),),
        memory=Memory(1000, 600, {"used": 300, "free": 500, "buffers": 50, "cached": 150}),
        paging=Paging(200, 50, 150),
        disks=(Disk("sda", 1, 2, 3, 4, 5.0, 6.0, 7.0),),
        filesystems=(Filesystem("/dev/sda1", "/", "ext4", "rw", 60, 30, 10),),
        interfaces=(Interface("eth0", 1, 2, 3, 4, 5, 6, 7, 8),),
        process=Process(
            Cpu(None, {"user": at_s, "system": at_s}), 1, 2, 3, 4, 5.0, counts, {"minor": 1, "major": 2}
        ),
    )
    cgroup = CgroupReading(
        is_container=True,
        memory_usage_bytes=500,
        memory_working_set_bytes=400,
        memory_levels=(MemoryLevel(800, 400),),
        cpu_time_s=at_s,
        throttled_s=1.5,
        cpu_levels=(CpuLevel("/", 2.0, at_s),),
    )
    return Look(at_s, reading, cgroup, usable_cpus=8.0)


@pytest.fixture(scope="module")
def full() -> SystemSnapshot:
    return snapshot(complete(10.0), before=complete(), time_ms=1)


def points(full: SystemSnapshot, name: str) -> dict[tuple[tuple[str, str | int], ...], float]:
    instrument = next(one for one in INSTRUMENTS if one.description.name == name)
    return {tuple(sorted(attributes.items())): value for value, attributes in instrument.points(full)}


@pytest.mark.parametrize("row", CONVENTIONAL, ids=lambda row: row.name)
def test_instrument_and_unit_are_the_conventions(row: MetricDescription) -> None:
    assert (row.kind, row.unit) == convention(row.name)


@pytest.mark.parametrize("row", CONVENTIONAL, ids=lambda row: row.name)
def test_attributes_are_the_conventions(row: MetricDescription) -> None:
    known = {value for module in ATTRIBUTE_MODULES for name, value in vars(module).items() if name.isupper()}

    assert set(row.attributes) <= known


def test_no_name_is_deprecated() -> None:
    sources = [module.__loader__.get_source(module.__name__) for module in (*MODULES, *ATTRIBUTE_MODULES)]  # type: ignore[union-attr]
    deprecated = set(re.findall(r'= "([a-z0-9_.]+)"\n"""\nDeprecated', "\n".join(sources)))

    assert "system.cpu.logical_number" in deprecated
    assert not deprecated & {row.name for row in METRICS}
    assert not deprecated & set(chain.from_iterable(row.attributes for row in METRICS))


@pytest.mark.parametrize("row", METRICS, ids=lambda row: row.name)
def test_every_metric_has_points_with_the_attributes_it_names(
    full: SystemSnapshot, row: MetricDescription
) -> None:
    found = points(full, row.name)

    keys = {key for attributes in found for key, _ in attributes}
    assert found
    assert keys == set(row.attributes) - {"cpu.logical_number"}


def test_every_value_of_a_closed_attribute_is_the_conventions(full: SystemSnapshot) -> None:
    for instrument in INSTRUMENTS:
        for _, attributes in instrument.points(full):
            for key, value in attributes.items():
                assert key not in ENUMS or value in {known.value for known in ENUMS[key]}, (key, value)


def test_names_are_unique_and_described_in_a_sentence() -> None:
    assert len({row.name for row in METRICS}) == len(METRICS)
    assert all(row.description.endswith(".") for row in METRICS)


def test_process_names_are_release_candidates() -> None:
    settled = {row.name for row in METRICS if row.stability == "release_candidate"}

    assert settled == {row.name for row in METRICS if row.name.startswith("process.")}


def test_a_part_of_the_machine_that_is_missing_has_no_points() -> None:
    nothing = snapshot(Look(0.0, Reading()), before=None, time_ms=1)

    assert [one.description.name for one in INSTRUMENTS if list(one.points(nothing))] == []


def test_a_machine_without_swap_space_has_no_swap_metrics() -> None:
    look = Look(0.0, Reading(paging=Paging(0, 0, 0)))

    assert points(snapshot(look, before=None, time_ms=1), "system.paging.utilization") == {}


def test_states_of_a_file_system_add_up_to_its_limit(full: SystemSnapshot) -> None:
    usage = points(full, "system.filesystem.usage")

    assert sum(usage.values()) == sum(points(full, "system.filesystem.limit").values()) == 100
    assert list(points(full, "system.filesystem.utilization").values()) == [pytest.approx(60 / 90)]


def test_attributes_of_a_file_system_that_are_unknown_are_left_out() -> None:
    look = Look(0.0, Reading(filesystems=(Filesystem("", "/srv", "", "", 1, 2, 3),)))

    limits = points(snapshot(look, before=None, time_ms=1), "system.filesystem.limit")

    assert limits == {(("system.filesystem.mountpoint", "/srv"),): 6}


def test_cpus_are_told_apart_where_they_were_read_so() -> None:
    look = Look(0.0, Reading(cpus=(Cpu(0, {"user": 1.0}), Cpu(1, {"user": 2.0}))))

    times = points(snapshot(look, before=None, time_ms=1), "system.cpu.time")

    assert times == {
        (("cpu.logical_number", 0), ("cpu.mode", "user")): 1.0,
        (("cpu.logical_number", 1), ("cpu.mode", "user")): 2.0,
    }


def test_directions_are_not_swapped(full: SystemSnapshot) -> None:
    assert points(full, "system.network.io") == {
        (("network.interface.name", "eth0"), ("network.io.direction", "receive")): 1,
        (("network.interface.name", "eth0"), ("network.io.direction", "transmit")): 2,
    }
    assert points(full, "system.network.packet.count") == {
        (("network.io.direction", "receive"), ("system.device", "eth0")): 3,
        (("network.io.direction", "transmit"), ("system.device", "eth0")): 4,
    }
    assert points(full, "system.disk.operations") == {
        (("disk.io.direction", "read"), ("system.device", "sda")): 3,
        (("disk.io.direction", "write"), ("system.device", "sda")): 4,
    }
