"""Who speaks while the storage does not answer, so that people are told and yet not by everybody.

See the decision on one voice of many processes.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from otel_monitoring.storage.documents import digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.model.clock import Clock

_OTHERS_WAIT = 5


class Alone:
    """Decide whether this process goes on in memory.

    Args:
        name: What tells this storage from others: processes of one host agree by a file of that name.
        has_other_hosts: Tells whether a living process of another host was known at the last contact.
        clock: Its monotonic side counts how long the storage has been gone.
        alone_after_s: How long the last holder waits where there are other hosts; the others five times that.
        folder: Where the file is; the one for temporary files where not given.
    """

    def __init__(
        self,
        *,
        name: str,
        has_other_hosts: Callable[[], bool],
        clock: Clock,
        alone_after_s: float = 120.0,
        folder: Path | None = None,
    ) -> None:
        user = getattr(os, "getuid", int)()
        place = folder or Path(tempfile.gettempdir())
        self._path = place / f"otel-monitoring-{user}-{digest(name)}.lock"
        self._has_other_hosts = has_other_hosts
        self._clock = clock
        self._alone_after_s = alone_after_s
        self._since_s: float | None = None
        self._file: int | None = None

    def may_speak(self, *, was_holder: bool) -> bool:
        """Tell whether to go on in memory; asked again and again while the storage does not answer.

        Args:
            was_holder: Whether this process spoke when the storage answered last.
        """
        now_s = self._clock.monotonic_s()
        if self._since_s is None:
            self._since_s = now_s
        if self._has_other_hosts():
            wait_s = self._alone_after_s * (1 if was_holder else _OTHERS_WAIT)
            if now_s - self._since_s < wait_s:
                return False
        return self._take_file()

    def over(self) -> None:
        """Note that the storage answers again."""
        self._since_s = None
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def after_fork(self) -> None:
        """Hold nothing in a child process: the file is locked by the parent."""
        self.over()

    def _take_file(self) -> bool:
        """Lock the file of this host; ``True`` where there is no such thing as locking files."""
        if self._file is not None:
            return True
        try:
            import fcntl
        except ImportError:
            return True
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return True
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            return False
        self._file = file
        return True
