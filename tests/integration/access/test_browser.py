"""What a real browser sends decides who is let in."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.integration.access.browser import browsing
from tests.integration.lifecycle.processes import environment, running
from tests.integration.servers import eventually, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

APP = "tests.integration.access.shop:app"
HOST = "shop.test"
SIGNED_IN = '"name":"token","role":"admin"'
SIGN_OUT = "document.body.innerHTML = '<form method=post action=/monitoring/sign-out></form>'"
EVIL = (
    "data:text/html,<form method=post action={url}/monitoring/rules/reload></form>"
    "<script>document.forms[0].submit()</script>"
)


class Shop:
    """A server, and the link that it printed."""

    def __init__(self, port: int, link: str) -> None:
        self.url = f"http://{HOST}:{port}"
        self.link = link.replace("127.0.0.1", HOST)
        self.token = link.partition("token=")[2]
        self._port = port

    def actions(self) -> list[str]:
        """Return what was done, the first thing in front."""
        answer = httpx.get(
            f"http://127.0.0.1:{self._port}/monitoring/audit",
            headers={"authorization": f"Bearer {self.token}"},
        )
        return [one["name"] for one in answer.json()["actions"]][::-1]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Run the application, as somebody at a terminal does."""
    (port,) = free_ports(1)
    command = ("uvicorn", APP, "--port", str(port))
    env = {**environment("http://127.0.0.1:1"), "OTEL_MONITORING_STORAGE__URL": "memory"}
    env.pop("OTEL_MONITORING_API__TOKEN", None)
    with running(
        command, env=env, folder=tmp_path, port=port, ready="Application startup complete", times=1
    ) as server:
        found = eventually(
            lambda: re.search(r"sign in at (\S+)", server.printed()), timeout_s=60, what="the link"
        )
        yield Shop(port, found[1])


def test_the_printed_link_leads_in_and_the_form_does_too(shop: Shop, chromium: Path, tmp_path: Path) -> None:
    """Over plain http to a name that is not the loopback, where browsers send an origin and nothing else."""

    async def visit() -> list[str]:
        async with browsing(chromium, tmp_path, host=HOST) as page:
            await page.open(shop.link)
            seen = [await page.run("location.pathname + location.search"), await page.run("document.cookie")]
            seen.append(await page.open(f"{shop.url}/monitoring/session"))
            await page.open(f"{shop.url}/monitoring/sign-in")
            await page.run(SIGN_OUT)
            seen += [await page.send(), await page.open(f"{shop.url}/monitoring/alerts")]
            seen.append(await page.send("wrong"))
            await page.send(shop.token)
            return [*seen, await page.open(f"{shop.url}/monitoring/session")]

    address, cookie, linked, left, closed, wrong, entered = asyncio.run(visit())

    assert (address, cookie) == ("/monitoring/", "")
    assert SIGNED_IN in linked
    assert "Enter the token" in left
    assert "Enter the token" in closed
    assert "no token or key" in wrong
    assert SIGNED_IN in entered
    assert shop.actions() == ["access.signed_in", "access.signed_out", "access.signed_in"]


def test_a_page_elsewhere_changes_nothing_with_our_session(
    shop: Shop, chromium: Path, tmp_path: Path
) -> None:
    async def visit() -> tuple[str, str]:
        async with browsing(chromium, tmp_path, host=HOST) as page:
            await page.open(shop.link)
            await page.open(EVIL.format(url=shop.url))
            refused = await page.until("location.pathname.endsWith('/rules/reload')")
            return refused, await page.open(f"{shop.url}/monitoring/alerts")

    refused, still = asyncio.run(visit())

    assert "Unauthorized" in refused
    assert '"alerts"' in still
    assert shop.actions() == ["access.signed_in"]
