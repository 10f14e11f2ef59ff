"""Run the demo: ``make demo``, or ``python -m tools.demo`` in the project's environment.

Two services on free ports of the loopback address, visitors in this process, and a receiver for the
alerts. Ctrl-C ends everything; so does ``DEMO_SECONDS``, a number of seconds.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import threading
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from examples.custom_rules.receiver import receiver
from tools.demo import backend
from tools.demo.process import ServiceError
from tools.demo.screen import GREY, Screen
from tools.demo.town import Town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

Alerts = asyncio.Queue[dict[str, Any]]


def main() -> int:
    """Run until Ctrl-C or the end of ``DEMO_SECONDS``; return the exit code."""
    told = os.environ.get("DEMO_SECONDS")
    try:
        asyncio.run(_demo(Screen(sys.stdout), seconds=float(told) if told else None))
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def _demo(screen: Screen, *, seconds: float | None) -> None:
    screen.heading("otel_monitoring: a small shop with visitors")
    async with _town(screen) as town:
        with suppress(TimeoutError):
            async with asyncio.timeout(None) as deadline:
                _end_on_signals(deadline)
                await town.open()
                town.introduce()
                deadline.reschedule(_time_in(seconds))
                await town.live()
        screen.event("Ending both services.", GREY)
    screen.event(f"Done: {town.tally.requests} requests, {town.tally.failed} of them failed.")


@asynccontextmanager
async def _town(screen: Screen) -> AsyncIterator[Town]:
    """Give what the demo consists of, and clear all of it away."""
    alerts: Alerts = asyncio.Queue()
    target = await asyncio.to_thread(backend.find, os.environ)
    with (
        tempfile.TemporaryDirectory(prefix="otel-monitoring-demo-") as folder,
        _receiving(alerts) as webhook_url,
    ):
        town = Town(screen, folder=Path(folder), alerts=alerts, webhook_url=webhook_url, target=target)
        try:
            yield town
        finally:
            await town.close()


@contextmanager
def _receiving(alerts: Alerts) -> Iterator[str]:
    """Receive alerts into a queue; give the address for them."""
    loop = asyncio.get_running_loop()

    def received(alert: dict[str, Any]) -> None:
        loop.call_soon_threadsafe(alerts.put_nowait, alert)

    server = receiver(0, received)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _end_on_signals(deadline: asyncio.Timeout) -> None:
    """Let Ctrl-C, SIGTERM and a terminal that is closed bring the deadline forward to now."""

    def end() -> None:
        with suppress(RuntimeError):  # it is over already, this was pressed twice
            deadline.reschedule(_time_in(0))

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, end)


def _time_in(seconds: float | None) -> float | None:
    return None if seconds is None else asyncio.get_running_loop().time() + seconds


if __name__ == "__main__":
    sys.exit(main())
