"""Small applications under uvicorn, each a process of its own with its own environment."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.integration.servers import POLL_S, free_ports
from tools.services.places import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_APPS = "tests.integration.end_to_end.apps"
_START_S = 90.0
_STOP_S = 20.0
_INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT", "VIRTUAL_ENV", "XDG_STATE_HOME")


@dataclass(frozen=True, slots=True)
class Service:
    """A running application.

    Attributes:
        url: Its base URL.
        output: What it wrote to standard output and standard error.
    """

    url: str
    output: Path


@contextlib.contextmanager
def serving(
    name: str, *, folder: Path, environ: Mapping[str, str], options: Sequence[str] = ()
) -> Iterator[Service]:
    """Serve ``apps/<name>.py`` on a free port; end it as a process manager does, so that it flushes.

    Args:
        name: The module of the application.
        folder: Where its output is kept.
        environ: Its environment; of ours it gets no ``OTEL_`` variable.
        options: Further options of uvicorn.
    """
    port = free_ports(1)[0]
    output = folder / f"{name}.log"
    command = [sys.executable, "-m", "uvicorn", f"{_APPS}.{name}:app", "--port", str(port), *options]
    inherited = {key: os.environ[key] for key in _INHERITED if key in os.environ}
    with output.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env={**inherited, "PYTHONPATH": str(REPOSITORY), **environ},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_listening(process, url, output)
            yield Service(url, output)
        finally:
            _end(process)


def _wait_listening(process: subprocess.Popen[bytes], url: str, output: Path) -> None:
    deadline_s = time.monotonic() + _START_S
    while process.poll() is None and time.monotonic() < deadline_s:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"{url}/livez", timeout=10)
            return
        time.sleep(POLL_S)
    pytest.fail(f"the application did not start:\n{output.read_text(encoding='utf-8')[-4000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
