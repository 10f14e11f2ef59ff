"""Visitors of the shop: a handful of loops that look around, fill a cart and order."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

VISITORS = 6
PAUSE_S = (0.1, 0.5)
ITEMS = 48
WORDS = ("lamp", "chair", "oak", "brass", "mirror", "glass")
SERVER_ERROR = 500


@dataclass(slots=True)
class Tally:
    """What the visitors saw.

    Attributes:
        requests: Requests that were answered.
        failed: Those answered with a server error, or not at all.
        first_trace: Set to the id of the first trace that an answer names.
        failed_trace: The same, of the first order that failed.
    """

    requests: int = 0
    failed: int = 0
    first_trace: asyncio.Future[str] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    failed_trace: asyncio.Future[str] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def count(self, answer: httpx.Response) -> None:
        """Count one answer and remember the trace that it names."""
        failed = answer.status_code >= SERVER_ERROR
        self.requests += 1
        self.failed += failed
        trace_id = trace_of(answer)
        for wanted, future in ((True, self.first_trace), (failed, self.failed_trace)):
            if wanted and trace_id and not future.done():
                future.set_result(trace_id)


def trace_of(answer: httpx.Response) -> str | None:
    """Return the trace id of an answer's ``traceresponse`` header."""
    parts = answer.headers.get("traceresponse", "").split("-")
    return parts[1] if len(parts) == 4 else None  # noqa: PLR2004 - version, trace, span, flags


async def visit(url: str, tally: Tally) -> None:
    """Send visitors to the shop at ``url`` until cancelled; they never hurry."""
    async with httpx.AsyncClient(base_url=url, timeout=5.0) as client, asyncio.TaskGroup() as visitors:
        for number in range(VISITORS):
            visitors.create_task(_visitor(client, number, tally))


async def _visitor(client: httpx.AsyncClient, number: int, tally: Tally) -> None:
    chance = random.Random(number)
    for round_ in range(1_000_000):
        for request in _journey(client, chance, cart_id=f"cart-{number}-{round_}"):
            try:
                tally.count(await client.send(request))
            except httpx.TransportError:
                tally.failed += 1
            await asyncio.sleep(chance.uniform(*PAUSE_S))


def _journey(client: httpx.AsyncClient, chance: random.Random, *, cart_id: str) -> Iterator[httpx.Request]:
    """Yield what one visit asks of the shop."""
    item_id = chance.randint(1, ITEMS)
    yield client.build_request("GET", "/items")
    yield client.build_request("GET", f"/items/{item_id}")
    yield client.build_request("GET", "/search", params={"q": chance.choice(WORDS)})
    yield client.build_request("POST", f"/carts/{cart_id}/items", json={"item_id": item_id})
    yield client.build_request("GET", f"/carts/{cart_id}")
    visitor = {"visitor": cart_id.rpartition("-")[0]}
    yield client.build_request("POST", "/orders", json={"cart_id": cart_id}, headers=visitor)
