"""Many requests over a few connections, and when each was sent and answered."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONNECTIONS = 12


@dataclass(frozen=True, slots=True)
class Answered:
    """One request and its answer; ``status`` is 0 where the connection broke."""

    client: str
    path: str
    status: int
    sent_s: float
    answered_s: float


def load(port: int, requests: Iterator[tuple[str, str]], *, goes_on: Callable[[], bool]) -> list[Answered]:
    """Send pairs of a client's address and a path, until there are no more or ``goes_on`` says no."""
    return asyncio.run(_load(port, requests, goes_on))


async def _load(
    port: int, requests: Iterator[tuple[str, str]], goes_on: Callable[[], bool]
) -> list[Answered]:
    found: list[Answered] = []
    await asyncio.gather(*(_connection(port, requests, goes_on, found) for _ in range(CONNECTIONS)))
    return found


async def _connection(
    port: int, requests: Iterator[tuple[str, str]], goes_on: Callable[[], bool], found: list[Answered]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for client, path in requests:
            if not goes_on():
                return
            sent_s = time.monotonic()
            writer.write(f"GET {path} HTTP/1.1\r\nhost: x\r\nx-forwarded-for: {client}\r\n\r\n".encode())
            status = await _status(reader)
            found.append(Answered(client, path, status, sent_s, time.monotonic()))
    finally:
        writer.close()


async def _status(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
    await reader.readexactly(length)
    return int(head.split(" ", 2)[1])
