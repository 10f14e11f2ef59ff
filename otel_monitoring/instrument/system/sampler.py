"""The thread that looks at the machine every so many seconds and leaves a snapshot behind."""

from __future__ import annotations

import logging
import os
import threading
import time
from typing import TYPE_CHECKING, Protocol

from otel_monitoring.errors import SettingsError
from otel_monitoring.instrument.system.scope import SystemScope
from otel_monitoring.instrument.system.snapshot import Look, snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.guard import Guard
    from otel_monitoring.instrument.system.cgroup import CgroupReader
    from otel_monitoring.instrument.system.reading import Reading
    from otel_monitoring.instrument.system.snapshot import SystemSnapshot
    from otel_monitoring.model.clock import Clock

_log = logging.getLogger(__name__)

_FRESH_INTERVALS = 3
"""For how many intervals a snapshot stands; then the sampler hangs, and silence is more honest."""

_SHORTEST_INTERVAL_S = 1.0
"""Two looks closer than this have the same one before them: shares of a shorter time are noise."""


class Reader(Protocol):
    """What looks at the machine."""

    def read(self) -> Reading:
        """Take one look; what cannot be read is left out."""
        ...


class SystemSampler:
    """Look at the machine every ``interval_s`` in a thread of its own.

    Nothing is read and no thread is started before :meth:`start` or :meth:`sample` is called.

    Args:
        clock: Tells the time of a snapshot and the time between two of them.
        guard: Where unexpected errors end.
        interval_s: Seconds between two looks.
        scope: What is measured; everything local by default.
        root: The folder that holds ``proc`` and ``sys``; tests point it at a tree of their own, which is
            then read without psutil.

    Raises:
        SettingsError: ``interval_s`` is not above 0.
    """

    _lock: threading.Lock
    _sampling: threading.Lock
    _stopping: threading.Event
    _thread: threading.Thread | None
    _reader: Reader | None
    _cgroups: CgroupReader | None
    _before: Look | None
    _snapshot: SystemSnapshot | None

    def __init__(
        self,
        *,
        clock: Clock,
        guard: Guard,
        interval_s: float = 10.0,
        scope: SystemScope | None = None,
        root: str = "/",
    ) -> None:
        if interval_s <= 0:
            msg = f"interval_s is {interval_s!r}: expected seconds above 0"
            raise SettingsError(msg)
        self._clock = clock
        self._guard = guard
        self._interval_s = interval_s
        self._scope = scope or SystemScope()
        self._root = root
        self._samples = 0
        self._last_sample_s = 0.0
        self._told = False
        self._forget()

    def start(self) -> None:
        """Start the thread, unless it runs already; the first look is taken at once."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            self._stopping = threading.Event()
            self._thread = threading.Thread(
                target=self._run, args=(self._stopping,), name="otel-monitoring-system", daemon=True
            )
            self._thread.start()

    def stop(self, timeout_s: float = 1.0) -> bool:
        """End the thread and forget the snapshot.

        Args:
            timeout_s: Seconds to wait for a look that is under way.

        Returns:
            Whether the thread ended in time; one that hangs in the operating system is left to itself.
        """
        thread = self._thread
        self._stopping.set()
        if thread is not None:
            thread.join(timeout_s)
        self._forget()
        return thread is None or not thread.is_alive()

    def after_fork(self) -> None:
        """Forget, in a child process, the parent's thread, locks and counts; :meth:`start` begins anew."""
        self._samples = 0
        self._forget()

    def sample(self) -> SystemSnapshot:
        """Look at the machine now, publish the snapshot and return it.

        This reads from the operating system: never call it on an event loop.
        """
        with self._sampling:
            taken = self._take()
            self._snapshot = taken
            return taken

    def snapshot(self) -> SystemSnapshot | None:
        """Return the newest snapshot; ``None`` before the first, after a stop, and where it is outdated."""
        newest = self._snapshot
        if newest is None:
            return None
        age_s = self._clock.monotonic_s() - newest.look.monotonic_s
        return newest if age_s <= _FRESH_INTERVALS * self._interval_s else None

    def stats(self) -> Mapping[str, float]:
        """Return the number of looks taken and the CPU seconds that the newest one cost."""
        return {"samples": float(self._samples), "last_sample_s": self._last_sample_s}

    def _forget(self) -> None:
        # A thread that hangs keeps the old lock and event for itself.
        self._lock = threading.Lock()
        self._sampling = threading.Lock()
        self._stopping = threading.Event()
        self._thread = None
        self._reader = None
        self._cgroups = None
        self._before = None
        self._snapshot = None

    def _run(self, stopping: threading.Event) -> None:
        while not stopping.is_set():
            with self._guard, self._sampling:
                taken = self._take()
                if not stopping.is_set():
                    self._snapshot = taken
            stopping.wait(self._interval_s)

    def _take(self) -> SystemSnapshot:
        began_s = time.thread_time()
        look = self._look()
        taken = snapshot(look, before=self._before, time_ms=self._clock.now_ms())
        if self._before is None or look.monotonic_s - self._before.monotonic_s >= _SHORTEST_INTERVAL_S:
            self._before = look
        self._samples += 1
        self._last_sample_s = time.thread_time() - began_s
        if not self._told:
            self._told = True
            self._tell_missing_paths(look.reading)
        return taken

    def _look(self) -> Look:
        if self._reader is None:
            self._reader = self._open_reader()
        if self._cgroups is None:
            from otel_monitoring.instrument.system.cgroup import CgroupReader

            self._cgroups = CgroupReader(root=self._root)
        reading = self._reader.read()
        return Look(
            monotonic_s=self._clock.monotonic_s(),
            reading=reading,
            cgroup=self._guard.call(self._cgroups.read),
            usable_cpus=_usable_cpus(),
        )

    def _open_reader(self) -> Reader:
        from otel_monitoring.instrument.system.procfs import ProcfsReader

        fallback = ProcfsReader(scope=self._scope, guard=self._guard, root=self._root)
        if self._root != "/":
            return fallback
        try:
            from otel_monitoring.instrument.system.psutil_reader import PsutilReader

            return PsutilReader(scope=self._scope, guard=self._guard)
        except ImportError:
            if not self._told:
                _log.info("psutil is not installed: %s", _what_is_left(is_complete=fallback.is_complete))
            return fallback

    def _tell_missing_paths(self, reading: Reading) -> None:
        found = {filesystem.mountpoint for filesystem in reading.filesystems}
        for path in self._scope.mountpoints:
            if path not in found:
                _log.warning("the file system at %r cannot be measured: is there such a path?", path)


def _usable_cpus() -> float:
    if hasattr(os, "sched_getaffinity"):
        return float(len(os.sched_getaffinity(0)))
    return float(os.cpu_count() or 1)


def _what_is_left(*, is_complete: bool) -> str:
    if is_complete:
        return "system metrics are read from /proc and getrusage, and none is lost on this platform"
    return (
        "of the system metrics only the time, faults and context switches of this process, the number of "
        "CPUs and the root file system are left; memory, paging, disks, network and uptime are lost"
    )
