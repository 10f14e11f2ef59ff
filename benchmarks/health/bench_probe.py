"""A probe beside a route that returns a constant: in the same application, and in one without us.

The whole way through the application is taken, without a server, round by round in turn; a probe costs no
more than the constant, also while checks hang.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from otel_monitoring import setup_telemetry

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUESTS, ROUNDS = 300, 15
HANGING = 8
LIVE, READY = "/monitoring/health/live", "/monitoring/health/ready"


class Place:
    """Applications, and an event loop to ask them in."""

    def __init__(self) -> None:
        self.release = threading.Event()
        app = FastAPI()

        @app.get("/constant")
        async def constant() -> dict[str, str]:
            return {"status": "alive"}

        async def plain(_request: Any) -> JSONResponse:
            return JSONResponse({"status": "alive"})

        self.monitoring = setup_telemetry(app, storage={"url": "memory"})
        for number in range(HANGING):
            self.monitoring.health.register(f"hanging {number}", self.release.wait, interval_s=1)
        self.app: Any = self.monitoring.app
        self.stranger: Any = Starlette(routes=[Route("/constant", plain)])
        self.loop = asyncio.new_event_loop()
        self.loop.run_until_complete(_ask(self.app, LIVE))

    def close(self) -> None:
        self.release.set()
        self.monitoring.shutdown()
        self.loop.close()

    def seconds(self, app: Any, path: str) -> float:
        """Return the CPU seconds of this thread for one request."""
        began_s = time.thread_time()
        self.loop.run_until_complete(_ask_often(app, path))
        return (time.thread_time() - began_s) / REQUESTS


async def _ask_often(app: Any, path: str) -> None:
    for _ in range(REQUESTS):
        await _ask(app, path)


async def _ask(app: Any, path: str) -> None:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"shop"), (b"user-agent", b"kube-probe/1.34")],
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "server": ("shop", 80),
        "client": ("127.0.0.1", 1),
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    assert sent[0]["status"] == 200, sent


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    made = Place()
    yield made
    made.close()


@pytest.mark.parametrize("path", [LIVE, READY])
def test_a_probe_beside_a_constant(place: Place, path: str) -> None:
    """Budget: no more than the constant of the same application, nor than that of Starlette without us."""
    of_probe, of_own, of_plain = [], [], []
    gc.collect()
    for _ in range(ROUNDS):
        of_own.append(place.seconds(place.app, "/constant"))
        of_probe.append(place.seconds(place.app, path))
        of_plain.append(place.seconds(place.stranger, "/constant"))
    probe, own, plain = map(statistics.median, (of_probe, of_own, of_plain))
    to_own = statistics.median(a / b for a, b in zip(of_probe, of_own, strict=True))
    to_plain = statistics.median(a / b for a, b in zip(of_probe, of_plain, strict=True))
    print(
        f"\n{path}: {probe * 1e6:.1f} us; constant of the same application {own * 1e6:.1f} us "
        f"({to_own:.2f}), of plain Starlette {plain * 1e6:.1f} us ({to_plain:.2f})"
    )

    assert to_own <= 1
    assert to_plain <= 1
