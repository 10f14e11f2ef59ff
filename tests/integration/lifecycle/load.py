"""A load generator of a fixed number of requests over raw sockets, so that the server is what takes time."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.lifecycle.processes import Server

_HOST = "127.0.0.1"
_REQUESTS_PER_CONNECTION = 50


@dataclass
class Answers:
    """What came back.

    Attributes:
        statuses: How often each status came, by code.
        trace_ids: The trace ids that the ``traceresponse`` headers name.
        broken: Requests whose connection ended before the answer.
    """

    statuses: dict[int, int] = field(default_factory=dict)
    trace_ids: set[str] = field(default_factory=set)
    broken: int = 0

    @property
    def answered(self) -> int:
        """How many answers came."""
        return sum(self.statuses.values())


def run_load(
    port: int,
    *,
    requests: int,
    connections: int = 16,
    path: str = "/items/1",
    on_answer: Callable[[int], None] | None = None,
) -> Answers:
    """Send ``requests`` requests and return the answers.

    Args:
        port: Of the loopback.
        requests: How many altogether.
        connections: How many at a time, over connections that are renewed now and then, so that every
            worker gets its share.
        path: What to ask for.
        on_answer: Called with the number of answers so far.
    """
    return asyncio.run(_load(port, requests, connections, path, on_answer))


def run_load_into_sigterm(server: Server, *, after: int) -> Answers:
    """Send requests, SIGTERM ``after`` so many answers; return what was answered until the server's end."""
    enough = threading.Event()
    seconds: list[float] = []

    def end() -> None:
        enough.wait()
        seconds.append(server.terminate())

    ending = threading.Thread(target=end)
    ending.start()
    answers = run_load(
        server.port,
        requests=4 * after,
        connections=8,
        on_answer=lambda count: enough.set() if count >= after else None,
    )
    ending.join()
    assert seconds
    return answers


async def _load(
    port: int, requests: int, connections: int, path: str, on_answer: Callable[[int], None] | None
) -> Answers:
    answers = Answers()
    left = iter(range(requests))
    wire = f"GET {path} HTTP/1.1\r\nHost: {_HOST}\r\n\r\n".encode()

    async def client() -> None:
        reader = writer = None
        for number, _ in enumerate(left, 1):
            try:
                if reader is None or writer is None:
                    reader, writer = await asyncio.open_connection(_HOST, port)
                writer.write(wire)
                closes = await _answer(reader, answers) or number % _REQUESTS_PER_CONNECTION == 0
            except (OSError, asyncio.IncompleteReadError):
                answers.broken += 1
                closes = True
            if on_answer is not None:
                on_answer(answers.answered)
            if closes and writer is not None:
                writer.close()
                reader = writer = None
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    await asyncio.gather(*(client() for _ in range(connections)))
    return answers


async def _answer(reader: asyncio.StreamReader, answers: Answers) -> bool:
    """Read one answer; return whether the connection ends with it."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lines = head.split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    await reader.readexactly(int(headers.get("content-length", "0")))
    status = int(lines[0].split(" ")[1])
    answers.statuses[status] = answers.statuses.get(status, 0) + 1
    if "traceresponse" in headers:
        answers.trace_ids.add(headers["traceresponse"].split("-")[1])
    return headers.get("connection") == "close"
