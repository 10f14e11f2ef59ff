"""Whether a folder can be written to, and has room."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from otel_monitoring.errors import SettingsError
from otel_monitoring.health.check import Health
from otel_monitoring.health.checks.asking import SLOW_S, TIMEOUT_S, AskError, Asking

if TYPE_CHECKING:
    from otel_monitoring.model.deadline import Deadline

_ADVICE = "Look at the mount, the rights of the folder, and who runs this process."
_FULL = "Remove or move what is not needed there, or give it a larger disk."


class FilesystemCheck:
    """Write a small file, read it, remove it, and look at the free space.

    A file system behind a network can hang for as long as that is away; the check is then late, and no other
    one is started until the system lets go.

    Args:
        path: A folder.
        writable: Whether it has to be.
        degraded_free_ratio: With a smaller free share it is degraded.
        unhealthy_free_ratio: With a smaller free share it is unhealthy.
        timeout_s: What messages call too long.
        slow_s: A look that took longer is degraded.

    Raises:
        SettingsError: An argument cannot be used.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        writable: bool = True,
        degraded_free_ratio: float = 0.1,
        unhealthy_free_ratio: float = 0.03,
        timeout_s: float = TIMEOUT_S,
        slow_s: float = SLOW_S,
    ) -> None:
        self._path = Path(path)
        if not self._path.is_absolute():
            msg = f"path is {str(path)!r}: expected an absolute path"
            raise SettingsError(msg)
        if not 0 <= unhealthy_free_ratio <= degraded_free_ratio < 1:
            free = (
                f"degraded_free_ratio {degraded_free_ratio!r}, unhealthy_free_ratio {unhealthy_free_ratio!r}"
            )
            msg = f"{free}: expected shares from 0 to 1, the second not above the first"
            raise SettingsError(msg)
        self._writable = writable
        self._free = degraded_free_ratio, unhealthy_free_ratio
        self._asking = Asking(f"the folder {self._path}", advice=_ADVICE, timeout_s=timeout_s, slow_s=slow_s)

    def __call__(self) -> Health:
        """Return how it is."""
        return self._asking.verdict(self._ask)

    def _ask(self, _: Deadline) -> Health:
        space = shutil.disk_usage(self._path)
        usable_bytes = space.used + space.free
        health = self._judged(space.free / usable_bytes if usable_bytes else 1.0)
        if self._writable and health.status != "unhealthy":
            self._write()
        return health

    def _judged(self, free_ratio: float) -> Health:
        said = f"{free_ratio:.0%} of the space of {self._path} is free"
        degraded, unhealthy = self._free
        if free_ratio < unhealthy:
            return Health("unhealthy", said, _FULL)
        return Health("degraded", said, _FULL) if free_ratio < degraded else Health("healthy", said)

    def _write(self) -> None:
        """Write and read; the file is gone at the end, even where this process is killed (Linux)."""
        told = os.urandom(16)
        with tempfile.TemporaryFile(dir=self._path, prefix=".otel-monitoring-") as file:
            file.write(told)
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            if file.read() != told:
                msg = "holds other than what was written to it"
                raise AskError(msg)
