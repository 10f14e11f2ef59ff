"""Who speaks while the storage does not answer, so that people are told and yet not by everybody.

The processes of one host agree by a file: whoever has contact with the storage writes down when, and whoever
goes on in memory locks it. What was known at a contact is kept beside it, for processes that never had one.
See the decision on one voice of many processes.
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
_MOST_KNOWN = 512


class Alone:
    """Decide whether this process goes on in memory; thread-safe.

    Args:
        place: Where the storage is, for processes that do not know its identity yet.
        service: Whose processes these are: each service speaks for itself.
        identity: Returns what tells this storage from others, empty before the first contact: the processes
            of a host meet at that file.
        has_other_hosts: Tells whether a living process of another host was known at the last contact;
            ``None`` before the first one.
        contact_s: A contact is news for so long; a process of this host that has it speaks for all.
        alone_after_s: How long the last holder waits where there are other hosts; the others five times that.
        folder: Where the file is; the one for temporary files where not given.
        elapsed_s: A clock that never steps and is the same for all processes of the host.
    """

    def __init__(
        self,
        *,
        place: str,
        service: str,
        identity: Callable[[], str],
        has_other_hosts: Callable[[], bool | None],
        contact_s: float,
        alone_after_s: float,
        folder: Path | None = None,
        elapsed_s: Callable[[], float] = since_boot_s,
    ) -> None:
        self._place = place
        self._service = service
        self._identity = identity
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
        self._kept: tuple[str, bool] | None = None

    def contact(self) -> None:
        """Note that the storage answers, for all processes of this host."""
        with self._lock:
            self._since_s = None
            file = self._open()
            if file is not None:
                _unlock(file)
                os.pwrite(file, _TIME.pack(self._elapsed_s()), 0)
            self._keep()

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
        if now_s - self._since_s < self._wait_s(was_holder=was_holder):
            return False
        file = self._open()
        if file is None:
            return True  # nothing to agree by: rather twice than never
        if _lies_within(file, now_s, self._contact_s):
            _unlock(file)
            return False
        return _lock(file)

    def _wait_s(self, *, was_holder: bool) -> float:
        """Return how long to wait for the storage; whoever knows of no contact cannot know who is there."""
        has_others = self._has_other_hosts()
        if has_others is None:
            known = self._kept_before()
            if known is None:
                return self._alone_after_s
            has_others = known[1]
        return self._alone_after_s * (1 if was_holder else _OTHERS_WAIT) if has_others else 0.0

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
        self._since_s = self._taken_since_s = self._kept = None
        self._let_go()

    def _let_go(self) -> None:
        self._opened = ""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self) -> int | None:
        """Return the file at which the processes meet, opened; ``None`` where that cannot be."""
        name = self._identity()
        if not name:
            known = self._kept_before()
            name = self._place if known is None else known[0]
        if self._opened != name:
            self._let_go()
            self._opened = name
            self._file = self._opened_at(name, "lock")
        return self._file

    def _keep(self) -> None:
        """Keep what is known at a contact, where it is news."""
        identity, has_others = self._identity(), self._has_other_hosts()
        if not identity or has_others is None or self._kept == (identity, has_others):
            return
        file = self._opened_at(self._place, "known")
        if file is None:
            return
        os.ftruncate(file, 0)
        os.pwrite(file, f"{int(has_others)} {identity}".encode(), 0)
        os.close(file)
        self._kept = (identity, has_others)

    def _kept_before(self) -> tuple[str, bool] | None:
        """Return the identity that a process of this host knew, and whether there were other hosts."""
        file = self._opened_at(self._place, "known")
        if file is None:
            return None
        flag, _, identity = os.pread(file, _MOST_KNOWN, 0).decode(errors="replace").partition(" ")
        os.close(file)
        return (identity, flag == "1") if identity else None

    def _opened_at(self, name: str, kind: str) -> int | None:
        user = getattr(os, "getuid", int)()
        path = self._folder / f"otel-monitoring-{user}-{digest(name, self._service)}.{kind}"
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
        try:
            return os.open(path, flags, 0o600)
        except OSError:
            return None


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
