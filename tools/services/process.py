"""Start a server apart from us, know it again later, wait for it, end it.

A pid file holds the process id, the time at which the kernel started that process, so that a number
that was given to another process since is never taken for ours, and a fingerprint of what was started.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 15.0
POLL_S = 0.1


class StartError(Exception):
    """A server did not start, or did not answer in time; the text says what its log ends with."""


@dataclass(frozen=True, slots=True)
class Handle:
    """One server's pid file and log.

    Attributes:
        pid_file: Where the pid is kept between runs.
        log: What the server prints.
    """

    pid_file: Path
    log: Path

    def running_pid(self) -> int | None:
        """Return the pid of the server if it still runs and is the one that was started."""
        with contextlib.suppress(FileNotFoundError, ValueError):
            pid, started, _ = self.pid_file.read_text(encoding="utf-8").split()
            if _start_time(int(pid)) == started:
                return int(pid)
        return None

    def fingerprint(self) -> str:
        """Return the fingerprint that the server was started with."""
        return self.pid_file.read_text(encoding="utf-8").split()[2]


def start(
    handle: Handle,
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    user: str | None = None,
    fingerprint: str = "-",
) -> int:
    """Start ``command`` in a session of its own and return its pid."""
    with handle.log.open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=user,
            group=user,
            extra_groups=[] if user else None,
        )
    told = f"{process.pid} {_start_time(process.pid)} {fingerprint}\n"
    handle.pid_file.write_text(told, encoding="utf-8")
    process.returncode = 0  # it stays behind on purpose: no warning about a child that still runs
    return process.pid


def wait_healthy(
    handle: Handle, is_healthy: Callable[[], bool], *, timeout_s: float = START_TIMEOUT_S
) -> None:
    """Return when the server answers.

    Raises:
        StartError: it ended, or did not answer within ``timeout_s`` seconds.
    """
    deadline_s = time.monotonic() + timeout_s
    while time.monotonic() < deadline_s:
        if handle.running_pid() is None:
            msg = f"it ended at once; {_log_end(handle.log)}"
            raise StartError(msg)
        if is_healthy():
            return
        time.sleep(POLL_S)
    msg = f"no answer within {timeout_s:.0f} s; {_log_end(handle.log)}"
    raise StartError(msg)


def stop(handle: Handle, *, timeout_s: float = STOP_TIMEOUT_S) -> bool:
    """End the server, hard if it does not go within ``timeout_s``; return whether it had run."""
    pid = handle.running_pid()
    if pid is not None:
        # PostgreSQL waits for its clients on SIGTERM and closes their connections on SIGINT.
        gentle = signal.SIGINT if handle.pid_file.stem == "postgres" else signal.SIGTERM
        os.kill(pid, gentle)
        deadline_s = time.monotonic() + timeout_s
        while handle.running_pid() is not None and time.monotonic() < deadline_s:
            time.sleep(POLL_S)
        if handle.running_pid() is not None:
            os.kill(pid, signal.SIGKILL)
    handle.pid_file.unlink(missing_ok=True)
    return pid is not None


def is_port_free(port: int, host: str = "127.0.0.1") -> bool:
    """Return whether a server could listen on ``port``."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _start_time(pid: int) -> str:
    """Return when the kernel started ``pid``, or an empty text if it does not run."""
    proc = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = proc.read_text(encoding="utf-8").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return ""
        return "" if fields[0] in "ZX" else fields[19]
    told = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], stdout=subprocess.PIPE, text=True, check=False
    )
    return told.stdout.strip().replace(" ", "_")


def _log_end(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:]
    return f"{log} ends with:\n" + "\n".join(line[:300] for line in lines)
