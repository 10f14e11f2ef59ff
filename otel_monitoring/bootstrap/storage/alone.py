"""Who speaks while the storage does not answer, so that people are told and yet not by everybody.

The processes of one host agree by a file: whoever has contact with the storage writes down when, and whoever
goes on in memory locks it. See the decision on one voice of many processes.
"""

from __future__ import annotations

import os
import struct
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from otel_monitoring.storage.documents import digest
from otel_monitoring.storage.lease import since_boot_s

if TYPE_CHECKING:
    from collections.abc import Callable

_OTHERS_WAIT = 5
_TIME = struct.Struct("<d")


class Alone:
    """Decide whether this process goes on in memory; thread-safe.

    Args:
        name: Returns what tells this storage from others: the processes of a host meet at that file.
        has_other_hosts: Tells whether a living process of another host was known at the last contact.
        contact_s: A contact is news for so long; a process of this host that has it speaks for all.
        alone_after_s: How long the last holder waits where there are other hosts; the others five times that.
        folder: Where the file is; the one for temporary files where not given.
        elapsed_s: A clock that never steps and is the same for all processes of the host.
    """

    def __init__(
        self,
        *,
        name: Callable[[], str],
        has_other_hosts: Callable[[], bool],
        contact_s: float,
        alone_after_s: float = 120.0,
        folder: Path | None = None,
        elapsed_s: Callable[[], float] = since_boot_s,
    ) -> None:
        self._name = name
        self._has_other_hosts = has_other_hosts
        self._contact_s = contact_s
        self._alone_after_s = alone_after_s
        self._folder = folder or Path(tempfile.gettempdir())
        self._elapsed_s = elapsed_s
        self._lock = threading.RLock()
        self._since_s: float | None = None
        self._taken_since_s: float | None = None
        self._file: int | None = None
        self._opened = ""

    def contact(self) -> None:
        """Note that the storage answers, for all processes of this host."""
        with self._lock:
            self._since_s = None
            file = self._open()
            if file is not None:
                _unlock(file)
                os.pwrite(file, _TIME.pack(self._elapsed_s()), 0)

    def may_speak(self, *, was_holder: bool) -> bool:
        """Tell whether to go on in memory; asked again and again while the storage does not answer.

        Args:
            was_holder: Whether this process spoke when the storage answered last.
        """
        with self._lock:
            return self._may_speak(self._elapsed_s(), was_holder=was_holder)

    def _may_speak(self, now_s: float, *, was_holder: bool) -> bool:
        if self._since_s is None:
            self._since_s = now_s
        wait_s = self._alone_after_s * (1 if was_holder else _OTHERS_WAIT) if self._has_other_hosts() else 0.0
        if now_s - self._since_s < wait_s:
            return False
        file = self._open()
        if file is None:
            return True  # nothing to agree by: rather twice than never
        if _lies_within(file, now_s, self._contact_s):
            _unlock(file)
            return False
        return _lock(file)

    def is_elsewhere(self) -> bool:
        """Tell whether another process of this host goes on in memory: it is to write that down first.

        One that does not come to that within a few times the span of a contact is waited for no longer.
        """
        with self._lock:
            file, now_s = self._open(), self._elapsed_s()
            if file is None or _lock(file):
                if file is not None:
                    _unlock(file)
                self._taken_since_s = None
                return False
            if self._taken_since_s is None:
                self._taken_since_s = now_s
            return now_s - self._taken_since_s < _OTHERS_WAIT * self._contact_s

    def close(self) -> None:
        """Let go of the file; in a child process, where the lock is the parent's, as well as at the end."""
        self._lock = threading.RLock()
        self._since_s = self._taken_since_s = None
        self._let_go()

    def _let_go(self) -> None:
        self._opened = ""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self) -> int | None:
        """Return the file, opened; ``None`` where that cannot be."""
        name = self._name()
        if self._opened != name:
            self._let_go()
            self._opened = name
            path = self._folder / f"otel-monitoring-{getattr(os, 'getuid', int)()}-{digest(name)}.lock"
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
            try:
                self._file = os.open(path, flags, 0o600)
            except OSError:
                self._file = None
        return self._file


def _lies_within(file: int, now_s: float, span_s: float) -> bool:
    """Tell whether somebody noted a contact lately; a time from before the host was started is none."""
    found = os.pread(file, _TIME.size, 0)
    return len(found) == _TIME.size and 0 <= now_s - _TIME.unpack(found)[0] < span_s


def _lock(file: int) -> bool:
    """Lock the file, or keep it locked; ``True`` where there is no such thing as locking files."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _unlock(file: int) -> None:
    try:
        import fcntl
    except ImportError:
        return
    fcntl.flock(file, fcntl.LOCK_UN)
