"""Processes under test: started with a clean environment, ended by their id, always."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).parents[3]
PROGRAMS = Path(__file__).parent / "programs"
APPS = "tests.integration.lifecycle.programs"

FLUSH_S = "20"
"""For tests in which nothing may be lost: the usual deadline is too short for a machine with other work."""
HEALTHCHECK = ("--timeout-worker-healthcheck", "60")
"""For uvicorn with several workers: by itself it kills those that have not begun to answer within 5 s."""

_START_S = 90.0
_END_S = 40.0
_POLL_S = 0.02


@dataclass
class Server:
    """A server under test.

    Attributes:
        process: The one that was started; it may have children.
        port: Where it listens on the loopback.
        log: What it printed.
    """

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def terminate(self, by: signal.Signals = signal.SIGTERM) -> float:
        """Send a signal and return after how many seconds the process was gone."""
        started_s = time.monotonic()
        self.process.send_signal(by)
        self.process.wait(_END_S)
        return time.monotonic() - started_s

    def printed(self) -> str:
        """Return what the server printed so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")


def environment(endpoint: str | None, **more: str) -> dict[str, str]:
    """Return an environment without telemetry variables of this machine, and with ``endpoint``."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "COV_"))}
    clean["PYTHONPATH"] = str(ROOT)
    clean["PYTHONUNBUFFERED"] = "1"
    clean["OTEL_MONITORING_RATE_LIMITS__OWN"] = "off"  # tests ask until something has come to pass
    if endpoint is not None:
        clean["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint
        clean["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf"
    return {**clean, **more}


@contextlib.contextmanager
def running(
    command: Sequence[str], *, env: Mapping[str, str], folder: Path, port: int, ready: str, times: int
) -> Iterator[Server]:
    """Run a server until the end of the block.

    Args:
        command: A module and its arguments.
        env: The environment.
        folder: Where its output goes.
        port: Where it will listen.
        ready: What it prints when a worker is ready.
        times: How many workers there are.
    """
    log = folder / f"server-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            env=dict(env),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(process, port, log)
    try:
        _wait_ready(server, ready, times)
        yield server
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of a process and of the children in its session."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(_END_S)


def run_program(
    name: str,
    *args: str,
    env: Mapping[str, str],
    timeout_s: float = 90.0,
    python: str = sys.executable,
) -> subprocess.CompletedProcess[str]:
    """Run a program of ``programs/`` to its end; fail the test where it fails or hangs."""
    process = subprocess.Popen(
        [python, str(PROGRAMS / f"{name}.py"), *args],
        env=dict(env),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        output, errors = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, errors = process.communicate()
        pytest.fail(f"{name} did not end within {timeout_s:g} s:\n{output[-2000:]}\n{errors[-4000:]}")
    if process.returncode:
        pytest.fail(f"{name} ended with {process.returncode}:\n{output[-2000:]}\n{errors[-4000:]}")
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def _wait_ready(server: Server, ready: str, times: int) -> None:
    deadline_s = time.monotonic() + _START_S
    while time.monotonic() < deadline_s and server.process.poll() is None:
        if server.printed().count(ready) >= times and _is_listening(server.port):
            return
        time.sleep(_POLL_S)
    pytest.fail(f"the server did not start:\n{server.printed()[-4000:]}")


def _is_listening(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
