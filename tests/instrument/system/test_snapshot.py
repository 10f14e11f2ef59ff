"""What two looks in a row say about the time between them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.instrument.system.cgroup import CgroupReading, CpuLevel, MemoryLevel
from otel_monitoring.instrument.system.reading import Cpu, Memory, Process, Reading
from otel_monitoring.instrument.system.snapshot import Look, Share, SystemSnapshot, busy_ratio, snapshot

GIB = 1024**3
MACHINE = Memory(total_bytes=8 * GIB, available_bytes=6 * GIB, by_state={"used": 2 * GIB, "free": 6 * GIB})


def cpu_look(at_s: float, number: int | None = None, **by_mode: float) -> Look:
    return Look(at_s, Reading(cpus=(Cpu(number, by_mode),), logical_cpus=2))


def taken(look: Look, before: Look | None = None) -> SystemSnapshot:
    return snapshot(look, before=before, time_ms=1)


def memory_look(*levels: MemoryLevel, memory: Memory | None = MACHINE) -> Look:
    return Look(0.0, Reading(memory=memory), CgroupReading(is_container=True, memory_levels=levels))


def quota_look(at_s: float, *levels: CpuLevel, time_s: float | None = None) -> Look:
    cgroup = CgroupReading(is_container=True, cpu_levels=levels, cpu_time_s=time_s)
    return Look(at_s, Reading(logical_cpus=4), cgroup)


def process_look(at_s: float, user_s: float, **more: object) -> Look:
    process = Process(cpu=Cpu(None, {"user": user_s, "system": 0.0}))
    return Look(at_s, Reading(process=process), **more)  # type: ignore[arg-type]


def test_the_first_look_knows_no_shares_of_time() -> None:
    first = taken(cpu_look(0.0, user=5.0, idle=5.0))

    assert (first.cpu_utilization, first.process_cpu_utilization, first.container_cpus) == ((), {}, None)
    assert first.cpu == Share(2, None)


def test_cpu_utilization_is_the_share_of_the_time_that_passed() -> None:
    before = cpu_look(0.0, user=100.0, system=50.0, idle=1000.0, iowait=10.0)

    after = taken(cpu_look(10.0, user=108.0, system=54.0, idle=1006.0, iowait=12.0), before)

    (cpu,) = after.cpu_utilization
    assert dict(cpu.by_mode) == pytest.approx({"user": 0.4, "system": 0.2, "idle": 0.3, "iowait": 0.1})
    assert after.cpu is not None
    assert after.cpu.ratio == pytest.approx(0.6)


@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)), min_size=1, max_size=7),
)
def test_shares_are_between_0_and_1_and_add_up_to_1(counts: list[tuple[float, float]]) -> None:
    """Even where a count of the kernel steps back."""
    old = Cpu(None, {f"mode{place}": old for place, (old, _) in enumerate(counts)})
    new = Cpu(None, {f"mode{place}": new for place, (_, new) in enumerate(counts)})

    after = taken(Look(1.0, Reading(cpus=(new,))), Look(0.0, Reading(cpus=(old,))))

    for cpu in after.cpu_utilization:
        assert all(0.0 <= share <= 1.0 for share in cpu.by_mode.values())
        assert sum(cpu.by_mode.values()) == pytest.approx(1.0)


def test_a_cpu_that_came_online_has_no_share_yet() -> None:
    before = cpu_look(0.0, number=0, user=1.0)

    after = taken(cpu_look(10.0, number=1, user=5.0), before)

    assert after.cpu_utilization == ()


def test_waiting_for_a_disk_is_idle() -> None:
    assert busy_ratio((Cpu(0, {"user": 0.5, "iowait": 0.3, "idle": 0.2}), Cpu(1, {"idle": 1.0}))) == 0.25


def test_nothing_is_said_of_no_cpus() -> None:
    assert busy_ratio(()) is None


def test_a_process_can_use_the_cpus_of_its_affinity() -> None:
    after = taken(process_look(10.0, 15.0, usable_cpus=2.0), process_look(0.0, 5.0))

    assert after.process_cpu_utilization == {"user": 0.5, "system": 0.0}


def test_a_process_in_a_container_can_use_its_quota() -> None:
    cgroup = CgroupReading(is_container=True, cpu_levels=(CpuLevel("/", 0.5, 0.0),))

    after = taken(process_look(10.0, 7.0, usable_cpus=64.0, cgroup=cgroup), process_look(0.0, 2.0))

    assert after.process_cpu_utilization == {"user": 1.0, "system": 0.0}


def test_two_looks_at_the_same_moment_say_nothing_about_time() -> None:
    after = taken(process_look(0.0, 7.0), process_look(0.0, 2.0))

    assert after.process_cpu_utilization == {}


def test_memory_without_a_container_is_the_machines() -> None:
    assert taken(Look(0.0, Reading(memory=MACHINE))).memory == Share(8 * GIB, 0.25)


def test_memory_in_a_container_is_of_the_containers_limit() -> None:
    """On a machine that is a quarter full, a container at 85 % says 85 %."""
    level = MemoryLevel(GIB, round(0.85 * GIB))

    memory = taken(memory_look(level)).memory

    assert memory is not None
    assert memory.limit == GIB
    assert memory.ratio == pytest.approx(0.85)


def test_the_level_that_runs_out_first_counts() -> None:
    own, above = MemoryLevel(GIB, GIB // 2), MemoryLevel(2 * GIB, 2 * GIB - GIB // 4)

    assert taken(memory_look(own, above)).memory == Share(2 * GIB, 0.875)


def test_a_limit_beyond_the_machine_binds_nobody() -> None:
    assert taken(memory_look(MemoryLevel(9 * GIB, 7 * GIB))).memory == Share(8 * GIB, 0.25)


def test_a_containers_limit_counts_where_the_machine_is_unknown() -> None:
    assert taken(memory_look(MemoryLevel(9 * GIB, 3 * GIB), memory=None)).memory == Share(9 * GIB, 1 / 3)


def test_without_memory_nothing_is_said_of_it() -> None:
    assert taken(Look(0.0, Reading())).memory is None


def test_memory_beyond_its_limit_is_full() -> None:
    assert taken(memory_look(MemoryLevel(GIB, 2 * GIB))).memory == Share(GIB, 1.0)


def test_cpu_in_a_container_is_of_its_quota() -> None:
    before = quota_look(0.0, CpuLevel("/", 0.5, 100.0), time_s=100.0)

    after = taken(quota_look(10.0, CpuLevel("/", 0.5, 104.0), time_s=104.0), before)

    assert after.cpu == Share(0.5, 0.8)
    assert after.container_cpus == 0.4


def test_the_tighter_of_two_quotas_counts() -> None:
    before = quota_look(0.0, CpuLevel("/a/b", 1.0, 0.0), CpuLevel("/a", 2.0, 0.0))

    after = taken(quota_look(10.0, CpuLevel("/a/b", 1.0, 3.0), CpuLevel("/a", 2.0, 18.0)), before)

    assert after.cpu == Share(2.0, 0.9)


def test_a_quota_of_all_cpus_and_more_binds_nobody() -> None:
    after = taken(quota_look(10.0, CpuLevel("/", 4.0, 9.0)), quota_look(0.0, CpuLevel("/", 4.0, 1.0)))

    assert after.cpu == Share(4, None)


def test_a_quota_that_was_just_set_has_no_ratio_yet() -> None:
    after = taken(quota_look(10.0, CpuLevel("/", 2.0, 9.0)), quota_look(0.0))

    assert after.cpu == Share(2.0, None)
