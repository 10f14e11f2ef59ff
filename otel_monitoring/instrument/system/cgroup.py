"""What the control group of this process uses and may use: version 1, version 2, and both at once.

A limit may stand at any level between our own group and the top of the hierarchy, and it binds what all
groups beneath it use together. So every level that has a limit is read with its own usage.

Source: the Linux kernel's Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/, and cgroups(7).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_UNLIMITED_BYTES = 1 << 62
"""Version 1 writes the largest whole number of pages below 2**63 where there is no limit."""

_CONTAINER_MARKS = (".dockerenv", "run/.containerenv")


@dataclass(frozen=True, slots=True)
class MemoryLevel:
    """One level of the hierarchy that has a memory limit.

    ``working_set_bytes`` is the usage without file pages that the kernel can drop at once, as Kubernetes
    and ``docker stats`` count it.
    """

    limit_bytes: int
    working_set_bytes: int


@dataclass(frozen=True, slots=True)
class CpuLevel:
    """One level of the hierarchy that has a CPU quota.

    Attributes:
        group: The way to the level from the top of the hierarchy.
        limit_cpus: The quota as a number of CPUs, such as 0.5.
        time_s: CPU seconds that the level has used.
    """

    group: str
    limit_cpus: float
    time_s: float


@dataclass(frozen=True, slots=True)
class CgroupReading:
    """One look at our control group; ``None`` marks what it does not tell.

    Attributes:
        is_container: Whether the group is a container's or has a limit, rather than a session of the host.
        memory_usage_bytes: Memory of our own group, caches included.
        memory_working_set_bytes: The same without file pages that can be dropped at once.
        memory_levels: Every level with a memory limit, our own group first.
        cpu_time_s: CPU seconds of our own group.
        throttled_s: Seconds for which our own group was held back by its quota.
        cpu_levels: Every level with a CPU quota, our own group first.
    """

    is_container: bool
    memory_usage_bytes: int | None = None
    memory_working_set_bytes: int | None = None
    memory_levels: tuple[MemoryLevel, ...] = ()
    cpu_time_s: float | None = None
    throttled_s: float | None = None
    cpu_levels: tuple[CpuLevel, ...] = ()


@dataclass(frozen=True, slots=True)
class _Hierarchy:
    """Where one controller's files are.

    Attributes:
        version: 1 or 2.
        top: The folder of what is mounted.
        inner: The way from there to our own group.
        is_partial: Whether what is mounted is a part of the machine's tree, as in a container.
    """

    version: int
    top: Path
    inner: tuple[str, ...]
    is_partial: bool

    @property
    def own(self) -> Path:
        """The folder of our own group."""
        return self.top.joinpath(*self.inner)

    @property
    def is_machine(self) -> bool:
        """Whether our own group is the whole machine, so that its usage is nobody's in particular."""
        return not self.inner and not self.is_partial

    def levels(self) -> list[tuple[str, ...]]:
        """Return the ways to our own group and to all above it, our own first."""
        return [self.inner[:depth] for depth in range(len(self.inner), -1, -1)]


class CgroupReader:
    """Read usage and limits of the control group of this process.

    The place of the files is found once; limits are read anew each time, as they can change at run time.

    Args:
        root: The folder that holds ``proc`` and the mounts that it names.
    """

    def __init__(self, *, root: str = "/") -> None:
        finder = _Finder(Path(root))
        self._memory = finder.hierarchy("memory")
        self._cpu = finder.hierarchy("cpu")
        self._cpuacct = finder.hierarchy("cpuacct")
        marked = any(Path(root, mark).exists() for mark in _CONTAINER_MARKS)
        known = [found for found in (self._memory, self._cpu) if found]
        self._is_container = marked or any(found.is_partial for found in known)

    def read(self) -> CgroupReading | None:
        """Take one look; ``None`` where there are no control groups."""
        if self._memory is None and self._cpu is None:
            return None
        usage_bytes, working_set_bytes = _memory_usage(self._memory)
        memory_levels, cpu_levels = self._memory_levels(), self._cpu_levels()
        times = self._cpuacct or self._cpu
        return CgroupReading(
            is_container=self._is_container or bool(memory_levels or cpu_levels),
            memory_usage_bytes=usage_bytes,
            memory_working_set_bytes=working_set_bytes,
            memory_levels=memory_levels,
            cpu_time_s=_cpu_time_s(times, times.inner) if times and not times.is_machine else None,
            throttled_s=_throttled_s(self._cpu),
            cpu_levels=cpu_levels,
        )

    def _memory_levels(self) -> tuple[MemoryLevel, ...]:
        if self._memory is None:
            return ()
        name = "memory.limit_in_bytes" if self._memory.version == 1 else "memory.max"
        levels = []
        for way in self._memory.levels():
            folder = self._memory.top.joinpath(*way)
            limit_bytes = _whole(folder / name)
            used_bytes = _working_set_bytes(folder, self._memory.version)
            if limit_bytes is not None and limit_bytes < _UNLIMITED_BYTES and used_bytes is not None:
                levels.append(MemoryLevel(limit_bytes, used_bytes))
        return tuple(levels)

    def _cpu_levels(self) -> tuple[CpuLevel, ...]:
        times = self._cpuacct or self._cpu
        if self._cpu is None or times is None:
            return ()
        quota = _quota_v1 if self._cpu.version == 1 else _quota_v2
        levels = []
        for way in self._cpu.levels():
            limit_cpus = quota(self._cpu.top.joinpath(*way))
            time_s = None if limit_cpus is None else _cpu_time_s(times, way)
            if limit_cpus is not None and time_s is not None:
                levels.append(CpuLevel("/" + "/".join(way), limit_cpus, time_s))
        return tuple(levels)


class _Finder:
    """Find each controller's folders from ``/proc/self/cgroup`` and ``/proc/self/mountinfo``."""

    def __init__(self, root: Path) -> None:
        self._root = root
        groups = _lines(root / "proc" / "self" / "cgroup")
        mounts = _lines(root / "proc" / "self" / "mountinfo")
        self._groups = [line.split(":", 2) for line in groups if line.count(":") > 1]
        self._mounts = [_split_mount(line) for line in mounts if " - " in line]

    def hierarchy(self, controller: str) -> _Hierarchy | None:
        """Return where ``controller``'s files are: in a hierarchy of its own (version 1), else in the one."""
        for group in self._groups:
            if controller in group[1].split(","):
                return self._locate(group[2], kind="cgroup", controller=controller)
        for group in self._groups:
            if group[0] == "0" and not group[1]:
                return self._locate(group[2], kind="cgroup2", controller=None)
        return None

    def _locate(self, path: str, *, kind: str, controller: str | None) -> _Hierarchy | None:
        for top, mountpoint, mount_kind, controllers in self._mounts:
            if mount_kind == kind and (controller is None or controller in controllers):
                return self._folders(path, top=top, mountpoint=mountpoint, version=1 if controller else 2)
        return None

    def _folders(self, path: str, *, top: str, mountpoint: str, version: int) -> _Hierarchy:
        mounted = self._root / mountpoint.lstrip("/")
        inner = _beneath(path, top)
        if not mounted.joinpath(*inner).is_dir():
            inner = ()  # the path is another name space's; what is mounted here is ours
        # The top of the whole machine's tree has no memory.current; the top of a part of it has.
        is_partial = top != "/" or (version != 1 and (mounted / "memory.current").exists())
        return _Hierarchy(version, mounted, inner, is_partial)


def _beneath(path: str, top: str) -> tuple[str, ...]:
    inner = PurePosixPath(path)
    if ".." in inner.parts or not inner.is_relative_to(top):
        return ()
    return inner.relative_to(top).parts


def _split_mount(line: str) -> tuple[str, str, str, tuple[str, ...]]:
    """Return (what of the tree is mounted, where, file system type, its options) of a mountinfo line."""
    place, _, source = line.partition(" - ")
    _, _, _, top, mountpoint, *_ = place.split()
    kind, _, options, *_ = [*source.split(), "", ""]
    return top, mountpoint, kind, tuple(options.split(","))


def _memory_usage(hierarchy: _Hierarchy | None) -> tuple[int | None, int | None]:
    if hierarchy is None or hierarchy.is_machine:
        return None, None
    own = hierarchy.own
    name = "memory.usage_in_bytes" if hierarchy.version == 1 else "memory.current"
    return _whole(own / name), _working_set_bytes(own, hierarchy.version)


def _working_set_bytes(folder: Path, version: int) -> int | None:
    usage_name, cache_name = ("memory.current", "inactive_file")
    if version == 1:
        usage_name, cache_name = ("memory.usage_in_bytes", "total_inactive_file")
    usage_bytes = _whole(folder / usage_name)
    if usage_bytes is None:
        return None
    return max(0, usage_bytes - _fields(folder / "memory.stat").get(cache_name, 0))


def _cpu_time_s(hierarchy: _Hierarchy, way: tuple[str, ...]) -> float | None:
    folder = hierarchy.top.joinpath(*way)
    if hierarchy.version == 1:
        used_ns = _whole(folder / "cpuacct.usage")
        return None if used_ns is None else used_ns / 1e9
    used_us = _fields(folder / "cpu.stat").get("usage_usec")
    return None if used_us is None else used_us / 1e6


def _quota_v1(folder: Path) -> float | None:
    quota_us, period_us = _whole(folder / "cpu.cfs_quota_us"), _whole(folder / "cpu.cfs_period_us")
    return quota_us / period_us if quota_us and period_us and quota_us > 0 else None


def _quota_v2(folder: Path) -> float | None:
    words = " ".join(_lines(folder / "cpu.max")).split()
    if len(words) != 2 or not all(word.isdecimal() for word in words):  # noqa: PLR2004 - quota and period
        return None
    quota_us, period_us = (int(word) for word in words)
    return quota_us / period_us if period_us else None


def _throttled_s(hierarchy: _Hierarchy | None) -> float | None:
    if hierarchy is None or hierarchy.is_machine:
        return None
    counts = _fields(hierarchy.own / "cpu.stat")
    if "throttled_usec" in counts:
        return counts["throttled_usec"] / 1e6
    return counts["throttled_time"] / 1e9 if "throttled_time" in counts else None


def _fields(path: Path) -> dict[str, int]:
    pairs = (line.split() for line in _lines(path))
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdecimal()}  # noqa: PLR2004 - a pair


def _whole(path: Path) -> int | None:
    """Return the whole number in a file; ``None`` where there is none, as in ``max``."""
    text = "".join(_lines(path)[:1])
    return int(text) if text.lstrip("-").isdecimal() else None


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()
    except OSError:
        return []
