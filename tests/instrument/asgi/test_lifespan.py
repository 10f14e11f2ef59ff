"""Start and flush in the lifespan, whatever the application makes of it."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from otel_monitoring.guard import Guard
from otel_monitoring.instrument.asgi.lifespan import Lifespan

STARTUP, SHUTDOWN = {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}


class Server:
    """The server's side of a lifespan: it asks twice and notes the answers among the calls."""

    def __init__(self, app: Any) -> None:
        self.guard = Guard("tap.test")
        self.heard: list[str] = []
        self.threads: list[threading.Thread] = []
        self._messages = [SHUTDOWN, STARTUP]
        self.lifespan = Lifespan(
            app,
            loop_started=self._call("loop"),
            on_startup=self._call("start"),
            on_shutdown=self._call("stop"),
            guard=self.guard,
        )

    def run(self) -> list[str]:
        asyncio.run(self.lifespan.serve({"type": "lifespan"}, self._receive, self._send))
        return self.heard

    def _call(self, name: str) -> Any:
        def call() -> None:
            self.heard.append(name)
            self.threads.append(threading.current_thread())

        return call

    async def _receive(self) -> dict[str, str]:
        return self._messages.pop()

    async def _send(self, message: Any) -> None:
        self.heard.append(message["type"])


async def speaks(scope: Any, receive: Any, send: Any) -> None:
    for _ in range(2):
        asked = await receive()
        await send({"type": f"{asked['type']}.complete"})


async def raises_at_once(scope: Any, receive: Any, send: Any) -> None:
    assert scope["type"] == "http"


async def returns_at_once(scope: Any, receive: Any, send: Any) -> None:
    return


async def reads_and_returns(scope: Any, receive: Any, send: Any) -> None:
    await receive()


async def fails_to_start(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    msg = "no database"
    raise ConnectionError(msg)


async def says_that_it_failed(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database"})


@pytest.mark.parametrize("app", [speaks, raises_at_once, returns_at_once, reads_and_returns])
def test_start_and_stop_come_before_the_server_hears_of_either(app: Any) -> None:
    heard = Server(app).run()

    assert heard == ["loop", "start", "lifespan.startup.complete", "stop", "lifespan.shutdown.complete"]


def test_start_and_stop_run_off_the_event_loop() -> None:
    server = Server(speaks)

    server.run()

    in_loop, *off_loop = server.threads
    assert in_loop is threading.main_thread()
    assert len(off_loop) == 2
    assert in_loop not in off_loop


def test_an_application_that_fails_to_start_fails_as_it_would_without_us() -> None:
    server = Server(fails_to_start)

    with pytest.raises(ConnectionError, match="no database"):
        server.run()
    assert server.heard == []


def test_a_failed_start_is_told_and_flushed() -> None:
    assert Server(says_that_it_failed).run() == ["stop", "lifespan.startup.failed"]


def test_a_start_that_raises_stops_nothing() -> None:
    server = Server(speaks)

    def raise_one() -> None:
        raise ZeroDivisionError

    server.lifespan._on_startup = raise_one

    assert server.run() == ["loop", "lifespan.startup.complete", "stop", "lifespan.shutdown.complete"]
    assert server.guard.counts() == {"ZeroDivisionError": 1}
