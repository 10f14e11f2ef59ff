"""Control groups of both versions, as trees of files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.instrument.system.cgroup import CgroupReader, CgroupReading, CpuLevel, MemoryLevel

if TYPE_CHECKING:
    from pathlib import Path

MIB = 1024 * 1024
NO_LIMIT_V1 = 9223372036854771712
V2 = "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n"
V1 = (
    "34 31 0:29 {top} /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "35 31 0:32 {top} /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
)


def write(root: Path, files: dict[str, str | int]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")


def read(root: Path) -> CgroupReading:
    reading = CgroupReader(root=str(root)).read()
    assert reading is not None
    return reading


def v2_container(root: Path, **changed: str | int) -> None:
    """Write what a container with a name space of its own sees."""
    files: dict[str, str | int] = {
        "memory.max": 512 * MIB,
        "memory.current": 300 * MIB,
        "memory.stat": f"anon {200 * MIB}\ninactive_file {60 * MIB}",
        "cpu.max": "50000 100000",
        "cpu.stat": "usage_usec 2500000\nnr_throttled 3\nthrottled_usec 750000",
    }
    files.update({name.replace("_", ".", 1): text for name, text in changed.items()})
    write(root, {"proc/self/cgroup": "0::/", "proc/self/mountinfo": V2})
    write(root, {f"sys/fs/cgroup/{name}": text for name, text in files.items()})


def test_reads_the_memory_of_a_version_2_container(tmp_path: Path) -> None:
    v2_container(tmp_path)

    reading = read(tmp_path)

    assert reading.memory_usage_bytes == 300 * MIB
    assert reading.memory_working_set_bytes == 240 * MIB
    assert reading.memory_levels == (MemoryLevel(512 * MIB, 240 * MIB),)


def test_reads_the_cpu_of_a_version_2_container(tmp_path: Path) -> None:
    v2_container(tmp_path)

    reading = read(tmp_path)

    assert reading.cpu_time_s == 2.5
    assert reading.throttled_s == 0.75
    assert reading.cpu_levels == (CpuLevel("/", 0.5, 2.5),)


def test_max_is_no_limit(tmp_path: Path) -> None:
    v2_container(tmp_path, memory_max="max", cpu_max="max 100000")

    reading = read(tmp_path)

    assert (reading.memory_levels, reading.cpu_levels) == ((), ())
    assert reading.is_container  # the top of its tree has memory.current, so it is a part of a larger one
    assert reading.memory_usage_bytes == 300 * MIB


def test_a_limit_that_changes_at_run_time_is_seen(tmp_path: Path) -> None:
    v2_container(tmp_path)
    reader = CgroupReader(root=str(tmp_path))

    write(tmp_path, {"sys/fs/cgroup/memory.max": 1024 * MIB})
    reading = reader.read()

    assert reading is not None
    assert [level.limit_bytes for level in reading.memory_levels] == [1024 * MIB]


def test_every_level_with_a_limit_is_read_with_its_own_usage(tmp_path: Path) -> None:
    """The pod has a limit, its container has none, the slice above has a larger one."""
    write(tmp_path, {"proc/self/cgroup": "0::/kubepods/pod1/c1", "proc/self/mountinfo": V2})
    for folder, limit, used in [
        ("", None, None),
        ("kubepods/", 4096 * MIB, 900 * MIB),
        ("kubepods/pod1/", 256 * MIB, 128 * MIB),
        ("kubepods/pod1/c1/", "max", 100 * MIB),
    ]:
        place = f"sys/fs/cgroup/{folder}"
        if used is not None:
            write(tmp_path, {f"{place}memory.max": str(limit), f"{place}memory.current": used})
            write(tmp_path, {f"{place}cpu.max": "max 100000", f"{place}cpu.stat": "usage_usec 7000000"})
    write(tmp_path, {"sys/fs/cgroup/kubepods/pod1/cpu.max": "200000 100000"})

    reading = read(tmp_path)

    assert reading.memory_usage_bytes == 100 * MIB
    assert reading.memory_levels == (
        MemoryLevel(256 * MIB, 128 * MIB),
        MemoryLevel(4096 * MIB, 900 * MIB),
    )
    assert reading.cpu_levels == (CpuLevel("/kubepods/pod1", 2.0, 7.0),)


def test_a_session_of_the_host_is_no_container(tmp_path: Path) -> None:
    write(tmp_path, {"proc/self/cgroup": "0::/user.slice/session-2.scope", "proc/self/mountinfo": V2})
    place = "sys/fs/cgroup/user.slice/session-2.scope"
    write(tmp_path, {f"{place}/memory.max": "max", f"{place}/memory.current": 80 * MIB})

    reading = read(tmp_path)

    assert not reading.is_container
    assert reading.memory_levels == ()


def test_a_service_with_a_limit_counts_as_a_container(tmp_path: Path) -> None:
    write(tmp_path, {"proc/self/cgroup": "0::/system.slice/shop.service", "proc/self/mountinfo": V2})
    place = "sys/fs/cgroup/system.slice/shop.service"
    write(tmp_path, {f"{place}/memory.max": 100 * MIB, f"{place}/memory.current": 80 * MIB})

    assert read(tmp_path).is_container


def test_the_whole_machine_has_no_usage_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, {"proc/self/cgroup": "0::/", "proc/self/mountinfo": V2})
    write(tmp_path, {"sys/fs/cgroup/cpu.stat": "usage_usec 9000000"})

    assert read(tmp_path) == CgroupReading(is_container=False)


def v1_files(place: str, *, limit: int, quota: int) -> dict[str, str | int]:
    memory, cpu = f"sys/fs/cgroup/memory{place}", f"sys/fs/cgroup/cpu,cpuacct{place}"
    return {
        f"{memory}/memory.limit_in_bytes": limit,
        f"{memory}/memory.usage_in_bytes": 300 * MIB,
        f"{memory}/memory.stat": f"inactive_file 1\ntotal_inactive_file {60 * MIB}",
        f"{cpu}/cpu.cfs_quota_us": quota,
        f"{cpu}/cpu.cfs_period_us": 100_000,
        f"{cpu}/cpuacct.usage": 2_500_000_000,
        f"{cpu}/cpu.stat": "nr_periods 9\nthrottled_time 750000000",
    }


def test_reads_a_version_1_container(tmp_path: Path) -> None:
    """The host's path is in the list of groups, and the container's own part of the tree is mounted."""
    write(tmp_path, {"proc/self/cgroup": "4:memory:/docker/ab\n2:cpu,cpuacct:/docker/ab"})
    write(tmp_path, {"proc/self/mountinfo": V1.format(top="/docker/ab")})
    write(tmp_path, v1_files("", limit=512 * MIB, quota=50_000))

    assert read(tmp_path) == CgroupReading(
        is_container=True,
        memory_usage_bytes=300 * MIB,
        memory_working_set_bytes=240 * MIB,
        memory_levels=(MemoryLevel(512 * MIB, 240 * MIB),),
        cpu_time_s=2.5,
        throttled_s=0.75,
        cpu_levels=(CpuLevel("/", 0.5, 2.5),),
    )


def test_version_1_without_limits_on_the_host(tmp_path: Path) -> None:
    write(tmp_path, {"proc/self/cgroup": "4:memory:/apps/a\n2:cpu,cpuacct:/apps/a"})
    write(tmp_path, {"proc/self/mountinfo": V1.format(top="/")})
    write(tmp_path, v1_files("/apps/a", limit=NO_LIMIT_V1, quota=-1))

    reading = read(tmp_path)

    assert (reading.is_container, reading.memory_levels, reading.cpu_levels) == (False, (), ())
    assert reading.cpu_time_s == 2.5


def test_a_limit_of_a_version_1_parent_binds_its_children(tmp_path: Path) -> None:
    write(tmp_path, {"proc/self/cgroup": "4:memory:/apps/a\n2:cpu,cpuacct:/apps/a"})
    write(tmp_path, {"proc/self/mountinfo": V1.format(top="/")})
    write(tmp_path, v1_files("/apps/a", limit=NO_LIMIT_V1, quota=-1))
    write(tmp_path, v1_files("/apps", limit=400 * MIB, quota=150_000))

    reading = read(tmp_path)

    assert reading.memory_levels == (MemoryLevel(400 * MIB, 240 * MIB),)
    assert reading.cpu_levels == (CpuLevel("/apps", 1.5, 2.5),)


def test_with_both_versions_each_controller_is_read_where_it_is(tmp_path: Path) -> None:
    write(tmp_path, {"proc/self/cgroup": "4:memory:/apps\n0::/apps"})
    mounts = V1.format(top="/") + V2.replace("/sys/fs/cgroup ", "/sys/fs/cgroup/unified ")
    write(tmp_path, {"proc/self/mountinfo": mounts})
    write(tmp_path, v1_files("/apps", limit=512 * MIB, quota=-1))
    write(tmp_path, {"sys/fs/cgroup/unified/apps/cpu.max": "100000 100000"})
    write(tmp_path, {"sys/fs/cgroup/unified/apps/cpu.stat": "usage_usec 4000000"})

    reading = read(tmp_path)

    assert reading.memory_levels == (MemoryLevel(512 * MIB, 240 * MIB),)
    assert reading.cpu_levels == (CpuLevel("/apps", 1.0, 4.0),)


@pytest.mark.parametrize("path", ["/../..", "/of/another/name/space"])
def test_a_path_of_another_name_space_means_what_is_mounted_here(tmp_path: Path, path: str) -> None:
    v2_container(tmp_path)
    write(tmp_path, {"proc/self/cgroup": f"0::{path}"})

    assert read(tmp_path).memory_levels == (MemoryLevel(512 * MIB, 240 * MIB),)


def test_a_mark_of_a_container_engine_is_enough(tmp_path: Path) -> None:
    write(tmp_path, {"proc/self/cgroup": "0::/x", "proc/self/mountinfo": V2, ".dockerenv": ""})
    write(tmp_path, {"sys/fs/cgroup/x/memory.current": 80 * MIB})

    reading = read(tmp_path)

    assert reading.is_container
    assert reading.memory_usage_bytes == 80 * MIB


def test_without_control_groups_there_is_nothing_to_read(tmp_path: Path) -> None:
    assert CgroupReader(root=str(tmp_path)).read() is None


@given(text=st.text(max_size=30))
def test_whatever_stands_in_a_file_is_a_limit_or_none(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    root = tmp_path_factory.mktemp("cgroup")
    v2_container(root)
    for name in ("memory.max", "cpu.max", "cpu.stat", "memory.stat"):
        (root / "sys/fs/cgroup" / name).write_text(text, errors="replace")

    reading = read(root)

    assert all(level.limit_bytes >= 0 for level in reading.memory_levels)
    assert all(level.limit_cpus >= 0 for level in reading.cpu_levels)
