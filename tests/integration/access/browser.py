"""A real browser, told what to do over the protocol of its developer tools."""

from __future__ import annotations

import asyncio
import json
import subprocess
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx
from websockets.asyncio.client import connect

from tests.integration.servers import eventually, free_ports

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from websockets.asyncio.client import ClientConnection

_STARTED_S = 60.0
_LOADED_S = 60.0
_OPTIONS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run")


class Page:
    """One page of a browser."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._number = 0

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Return what the browser answers."""
        self._number += 1
        await self._connection.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while True:
            answer = json.loads(await self._connection.recv())
            if answer.get("id") == self._number:
                return dict(answer.get("result", {}))  # none where the page went away meanwhile

    async def open(self, url: str) -> str:
        """Go to an address; return what the page says."""
        await self.run("document.documentElement.id = 'before'")
        await self.ask("Page.navigate", url=url)
        return await self._loaded()

    async def run(self, script: str) -> Any:
        """Return what a script gives."""
        answer = await self.ask("Runtime.evaluate", expression=script, awaitPromise=True)
        return answer.get("result", {}).get("value")

    async def send(self, token: str | None = None) -> str:
        """Send the form of the page, filled in; return what the next page says."""
        await self.run("document.documentElement.id = 'before'")
        if token is not None:
            await self.run(f"document.querySelector('input').value = {json.dumps(token)}")
        await self.run("document.querySelector('form').submit()")
        return await self._loaded()

    async def until(self, script: str) -> str:
        """Wait until a page is there and a script is true of it; return what the page says."""
        wanted = f"document.readyState === 'complete' && ({script})"
        async with asyncio.timeout(_LOADED_S):
            while not await self.run(wanted):  # noqa: ASYNC110 - the browser is another process
                await asyncio.sleep(0.05)
        return str(await self.run("document.body.innerText"))

    async def _loaded(self) -> str:
        return await self.until("document.documentElement.id !== 'before' && location.href !== 'about:blank'")


@asynccontextmanager
async def browsing(program: Path, folder: Path, *, host: str) -> AsyncIterator[Page]:
    """Run a browser until the end of the block.

    Args:
        program: The browser.
        folder: Where it keeps what it keeps.
        host: A name that stands for the loopback; unlike that, browsers do not take it for safe.
    """
    (port,) = free_ports(1)
    options = [
        *_OPTIONS,
        f"--remote-debugging-port={port}",
        f"--user-data-dir={folder / 'profile'}",
        f"--host-resolver-rules=MAP {host} 127.0.0.1",
    ]
    process = subprocess.Popen(  # noqa: ASYNC220 - it is waited for at the end alone
        [str(program), *options, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        url = eventually(lambda: _debugger(port), timeout_s=_STARTED_S, what="the browser")
        async with connect(str(url), max_size=None) as connection:
            page = Page(connection)
            await page.ask("Page.enable")
            yield page
    finally:
        process.terminate()
        process.wait(_STARTED_S)


def _debugger(port: int) -> str:
    try:
        tabs = httpx.get(f"http://127.0.0.1:{port}/json").json()
    except httpx.HTTPError:
        return ""
    return next((str(tab["webSocketDebuggerUrl"]) for tab in tabs if tab["type"] == "page"), "")
