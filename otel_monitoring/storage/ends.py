"""How processes of this host end, as the kernel tells it to those who are not their parents.

Since version 6.15 Linux keeps the wait status of a process for whoever holds a file descriptor of it. With an
older one, and elsewhere, nobody but the parent gets to know.

Source: ``include/uapi/linux/pidfd.h`` of Linux, ``PIDFD_GET_INFO`` with ``PIDFD_INFO_EXIT``.
"""

from __future__ import annotations

import os
import signal
import struct
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

STOPPED = "stopped"
"""How the reason of every end begins that was planned."""
GONE = "gone without a word"
"""How a process ended of which nobody can tell."""
SILENT = "no sign of life"
"""Why a process does not count as running whose end nobody has seen: it may also hang, or be cut off."""

_INFO = struct.Struct("=QQ11Ii")
_GET_INFO = 3 << 30 | _INFO.size << 16 | 0xFF << 8 | 11
_EXIT = 1 << 3
_PLANNED = frozenset({"SIGTERM", "SIGINT", "SIGHUP"})
_LOOKS = 3
"""So often one waits for a parent to take note of the end of its child; some never do."""
_MOST = 256


class Watch:
    """Hold on to processes, so that the kernel tells how they ended."""

    def __init__(self) -> None:
        self._files: dict[str, int] = {}
        self._looks: dict[str, int] = {}

    def hold(self, name: str, pid: int) -> None:
        """Hold on to a process that lives.

        Args:
            name: What it is asked for by.
            pid: Its number in our own namespace.
        """
        if name not in self._files and len(self._files) < _MOST and hasattr(os, "pidfd_open"):
            try:
                self._files[name] = os.pidfd_open(pid)
            except OSError:  # a sandbox may forbid it
                return

    def end_of(self, name: str) -> str | None:
        """Return how a process ended that is gone; ``None`` where it is worth asking again a little later."""
        file = self._files.get(name)
        status = None if file is None else _status(file)
        if status is not None:
            return end_reason(status)
        self._looks[name] = self._looks.get(name, 0) + 1
        return None if file is not None and self._looks[name] < _LOOKS else GONE

    def keep(self, names: Collection[str]) -> None:
        """Let go of all others."""
        for name in self._files.keys() - names:
            os.close(self._files.pop(name))
        self._looks = {name: count for name, count in self._looks.items() if name in names}

    def close(self) -> None:
        """Let go of all."""
        self.keep(())


def end_reason(status: int) -> str:
    """Return a wait status in words; what begins with :data:`STOPPED` was planned."""
    code = os.waitstatus_to_exitcode(status)
    if code == 0:
        return f"{STOPPED} with exit code 0"
    if code > 0:
        return f"exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:  # a real-time signal
        name = f"signal {-code}"
    return f"{STOPPED} by {name}" if name in _PLANNED else f"killed by {name}"


def own_end_reason() -> str:
    """Return why this process ends by itself: as planned, or by an exception that nobody caught."""
    error = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
    is_uncaught = isinstance(error, Exception) and not hasattr(sys, "ps1")  # a prompt goes on after it
    return f"uncaught {type(error).__name__}" if is_uncaught else STOPPED


def _status(file: int) -> int | None:
    """Return a wait status; ``None`` where the parent did not ask for it yet, or the kernel tells none."""
    import fcntl

    info = bytearray(_INFO.pack(_EXIT, *([0] * 13)))
    try:
        fcntl.ioctl(file, _GET_INFO, info)
    except OSError:
        return None
    mask, *_, status = _INFO.unpack(info)
    return int(status) if mask & _EXIT else None
