"""A web service as a child process: start it, wait until it answers, end it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Mapping

REPOSITORY = Path(__file__).resolve().parents[2]
LIVE_PATH = "/monitoring/health/live"
READY_TIMEOUT_S = 90.0
STOP_TIMEOUT_S = 15.0
SHOWN_LINES = 15
_LOOK_S = 0.1


class ServiceError(Exception):
    """A service did not start, or ended by itself; the message holds the end of its output."""


class Service:
    """One application under uvicorn, on a free port of the loopback address.

    Args:
        name: What people call it.
        application: What uvicorn imports, such as ``examples.shop.app:app``.
        folder: Where it runs; its output goes to a file in there.
    """

    def __init__(self, name: str, application: str, *, folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.port = free_port()
        self._application = application
        self._process: asyncio.subprocess.Process | None = None
        self._environment: Mapping[str, str] = {}
        self._settled = asyncio.Event()
        self._settled.set()

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process that runs, 0 where none was started."""
        return self._process.pid if self._process else 0

    async def start(self, environment: Mapping[str, str]) -> None:
        """Start the process, in a session of its own so that Ctrl-C reaches only the demo."""
        self._environment = environment
        command = (sys.executable, "-m", "uvicorn", self._application)
        options = ("--port", str(self.port), "--no-access-log", "--timeout-graceful-shutdown", "5")
        with self.log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *command,
                *options,
                cwd=self.log.parent,
                env={**os.environ, "PYTHONPATH": str(REPOSITORY), **environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    async def ready(self, client: httpx.AsyncClient) -> None:
        """Wait until it answers.

        Raises:
            ServiceError: It ended, or gave no answer in time.
        """
        for _ in range(int(READY_TIMEOUT_S / _LOOK_S)):
            with suppress(httpx.TransportError):
                await client.get(self.url + LIVE_PATH)
                return
            if self._process is None or self._process.returncode is not None:
                break
            await asyncio.sleep(_LOOK_S)
        raise ServiceError(self._last_words("did not start"))

    async def ended(self) -> None:
        """Wait until the process ends by itself, and raise.

        Raises:
            ServiceError: Always; a service is not meant to end before it is stopped.
        """
        while self._process is not None:
            process = self._process
            await process.wait()
            await self._settled.wait()
            if process is self._process:
                break
        raise ServiceError(self._last_words("ended by itself"))

    async def restart(self, client: httpx.AsyncClient) -> None:
        """Kill the process as nobody should be killed, start another, and wait until it answers.

        Raises:
            ServiceError: It does not start again.
        """
        await self.kill()
        await self.start_again(client)

    async def kill(self) -> None:
        """Kill the process as nobody should be killed; :meth:`start_again` is expected to follow."""
        self._settled.clear()
        if self._process is not None:
            self._process.kill()
            await self._process.wait()

    async def start_again(self, client: httpx.AsyncClient) -> None:
        """Start a process at the same address, with the same environment, and wait until it answers.

        Raises:
            ServiceError: It does not start again.
        """
        try:
            await self.start(self._environment)
            await self.ready(client)
        finally:
            self._settled.set()

    async def stop(self) -> None:
        """Ask the process to end, and end it when it takes too long."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), STOP_TIMEOUT_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    def _last_words(self, what: str) -> str:
        output = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join([f"{self.name} {what}. The end of its output:", *output[-SHOWN_LINES:]])


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
