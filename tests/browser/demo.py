"""The demo under load, for a browser to look at: a shop, its payment service, visitors."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from tests.browser.past import remember
from tools.demo.process import Service
from tools.demo.town import INTERVALS

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
TOKEN = "the-token-of-a-shop-under-test"
_PATIENCE_S = 120.0
_UNUSED_S = 2.0
"""After so long a connection is not used again; after five seconds the shop ends it."""

_VISITORS = """
import asyncio, sys
from tools.demo import traffic

async def visit():
    await traffic.visit(sys.argv[1], traffic.Tally())

asyncio.run(visit())
"""
"""In a process of their own: requests of this one, and its random numbers, belong to tests elsewhere."""


class Demo:
    """What the demo consists of, run by a thread, so that a test may talk to a browser meanwhile.

    Args:
        folder: For databases and output.
        prefix: Where its pages are.
        is_limited: Whether its pages have limits; without them tests ask until something has come to pass.
        has_past: Whether it was there before, so that what needs hours of samples has something to say.
    """

    def __init__(
        self,
        folder: Path,
        *,
        prefix: str = "/monitoring",
        is_limited: bool = False,
        has_past: bool = False,
    ) -> None:
        self.prefix = prefix
        self._folder = folder
        self._has_past = has_past
        self._limits = {} if is_limited else {"OTEL_MONITORING_RATE_LIMITS__OWN": "off"}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="demo", daemon=True)
        self._payments = Service("payments", "examples.shop.payments:app", folder=folder)
        self._shop = Service("shop", "examples.shop.app:app", folder=folder)
        self._visitors: asyncio.subprocess.Process | None = None
        self._client = httpx.Client(
            base_url=self._shop.url + prefix,
            headers={"Authorization": f"Bearer {TOKEN}"},
            timeout=60,
            limits=httpx.Limits(keepalive_expiry=_UNUSED_S),
        )

    @property
    def origin(self) -> str:
        """The scheme, host and port of everything that a page may ask for."""
        return self._shop.url

    @property
    def page(self) -> str:
        """The address of the dashboard."""
        return f"{self._shop.url}{self.prefix}/"

    @property
    def link(self) -> str:
        """The address that signs in, as the demo prints it."""
        return f"{self._shop.url}{self.prefix}/sign-in?token={TOKEN}"

    def open(self) -> None:
        """Start both services and wait until they answer; then let visitors in."""
        if self._has_past:
            remember(self._storage_of("shop"), time.time_ns() // 1_000_000)
        self._thread.start()
        self._do(self._start())

    def close(self) -> None:
        """End everything, the shop first."""
        self._client.close()
        self._do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def pid(self) -> int:
        """The process of the shop."""
        return self._shop.pid

    def send_visitors_away(self) -> None:
        """Let the shop have nothing to do but to watch itself."""
        self._do(self._away())

    def break_payments(self, seconds: float) -> None:
        """Let orders fail for so long from now on."""
        httpx.post(f"{self._payments.url}/outage", params={"seconds": seconds}).raise_for_status()

    def kill(self) -> None:
        """Kill the shop with -9."""
        self._do(self._shop.kill())

    def start_again(self) -> None:
        """Start the shop at the same address and wait until it answers."""
        self._do(self._again())

    def ask(self, path: str, **parameters: str) -> Any:
        """Return what the API says."""
        answer = self._client.get(path, params=parameters)
        answer.raise_for_status()
        return answer.json()

    def tell(self, path: str, body: dict[str, Any]) -> Any:
        """Send something to the API and return what it says."""
        answer = self._client.post(path, json=body)
        answer.raise_for_status()
        return answer.json()

    def forget(self, path: str) -> None:
        """Delete something by the API."""
        self._client.delete(path).raise_for_status()

    async def _start(self) -> None:
        common = {
            **INTERVALS,
            "OTEL_MONITORING_API__TOKEN": TOKEN,
            "OTEL_MONITORING_API__PREFIX": self.prefix,
            "OTEL_EXPORTER_OTLP_ENDPOINT": "",
            **self._limits,
        }
        await self._payments.start(common | self._kept_in("payments"))
        shop = {
            "SHOP_DATABASE": "sqlite:///shop.db",
            "SHOP_PAYMENTS_URL": self._payments.url,
            "OTEL_MONITORING_NOTIFY__CHANNELS": json.dumps(["log://"]),
        }
        await self._shop.start(common | self._kept_in("shop") | shop)
        async with httpx.AsyncClient() as client:
            for service in (self._payments, self._shop):
                await service.ready(client)
        visiting = (sys.executable, "-c", _VISITORS, self._shop.url)
        self._visitors = await asyncio.create_subprocess_exec(*visiting, cwd=ROOT)

    def _kept_in(self, name: str) -> dict[str, str]:
        return {"OTEL_MONITORING_STORAGE__URL": self._storage_of(name)}

    def _storage_of(self, name: str) -> str:
        return f"sqlite:///{self._folder / name}-monitoring.db"

    async def _again(self) -> None:
        async with httpx.AsyncClient() as client:
            await self._shop.start_again(client)

    async def _away(self) -> None:
        visitors, self._visitors = self._visitors, None
        if visitors is not None:
            visitors.terminate()
            await visitors.wait()

    async def _stop(self) -> None:
        await self._away()
        await self._shop.stop()
        await self._payments.stop()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE_S)


@contextmanager
def running_demo(
    folder: Path, *, prefix: str = "/monitoring", is_limited: bool = False, has_past: bool = False
) -> Iterator[Demo]:
    """Run a demo until the end of the block."""
    demo = Demo(folder, prefix=prefix, is_limited=is_limited, has_past=has_past)
    demo.open()
    try:
        yield demo
    finally:
        demo.close()
