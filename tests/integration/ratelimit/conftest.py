"""A Redis that tests may stop, and four workers that count on it."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import uuid
from typing import TYPE_CHECKING, Protocol

import pytest
import redis

from tests.integration.lifecycle.processes import HEALTHCHECK, environment, running
from tests.integration.servers import eventually, free_ports, program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORKERS = 4


class OwnRedis:
    """A Redis of a test's own, which keeps nothing."""

    def __init__(self, folder: Path) -> None:
        [self.port] = free_ports(1)
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._program = program("redis")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [str(self._program), "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self._process = subprocess.Popen(command, cwd=self._folder, stdout=subprocess.DEVNULL)
        eventually(self._answers, timeout_s=60, what="the Redis of this test")

    def kill(self) -> None:
        """End it without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)

    def hang(self) -> None:
        """Let it take connections and answer nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it answer again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def _answers(self) -> bool:
        with contextlib.suppress(redis.RedisError), redis.Redis.from_url(self.url) as client:
            return bool(client.ping())
        return False


class Serve(Protocol):
    """Start four workers with rules."""

    def __call__(self, rules: str, *, timeout_s: float = 30.0) -> int:
        """Return the port.

        Args:
            rules: The rules.
            timeout_s: How long a decision may take; so long that a busy machine is no outage.
        """
        ...


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[OwnRedis]:
    made = OwnRedis(tmp_path)
    made.start()
    yield made
    made.kill()


@pytest.fixture
def serve(own_redis: OwnRedis, tmp_path: Path) -> Iterator[Serve]:
    with contextlib.ExitStack() as stack:

        def start(rules: str, *, timeout_s: float = 30.0) -> int:
            [port] = free_ports(1)
            said = {"RULES": rules, "REDIS_URL": own_redis.url, "TIMEOUT_S": str(timeout_s)}
            env = environment(None, **said, SPACE=uuid.uuid4().hex)
            app = "tests.integration.ratelimit.limited_app:app"
            command = ["uvicorn", app, "--port", str(port), "--workers", str(WORKERS), "--no-access-log"]
            ready = "Application startup complete"
            stack.enter_context(
                running(
                    [*command, "--no-proxy-headers", *HEALTHCHECK],
                    env=env,
                    folder=tmp_path,
                    port=port,
                    ready=ready,
                    times=WORKERS,
                )
            )
            return port

        yield start
