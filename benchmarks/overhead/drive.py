"""Serve many requests with one variant in this process and print what they cost, as one line of JSON.

The application is called through ASGI by hand, so that no server and no client stand in the figures. Every
burst is followed by a rest, in which exporters keep up; the final flush counts.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.overhead.app import log_to_nowhere
from benchmarks.overhead.variants import VARIANTS

BODY = b'{"sku": 3, "count": 2, "remark": "a present"}'
BURST, REST_S = 200, 0.02
HEADERS = [
    (b"host", b"127.0.0.1:8000"),
    (b"user-agent", b"bench/1"),
    (b"accept", b"application/json"),
]
# In 50 requests: 26 lookups, 10 orders, 4 in a thread, 8 with a log line, a server error and an exception.
KINDS = (
    [("GET", "/products/{}", b"")] * 26
    + [("POST", "/baskets", BODY)] * 10
    + [("GET", "/blocking/{}", b"")] * 4
    + [("GET", "/audited/{}", b"")] * 8
    + [("GET", "/unavailable", b""), ("GET", "/broken", b"")]
)


async def request(app: Any, number: int) -> None:
    """Send request ``number`` of the mix."""
    method, path, body = KINDS[number * 37 % len(KINDS)]
    path = path.format(number % 1000)
    headers = list(HEADERS)
    if body:
        headers += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    inbox = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return inbox.pop() if inbox else {"type": "http.disconnect"}

    async def send(_message: Any) -> None:
        """Take what the application answers."""

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 40_000),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
    try:
        await app(scope, receive, send)
    except RuntimeError as error:
        if str(error) != "broken":
            raise


async def requests(app: Any, count: int) -> None:
    """Send ``count`` requests in bursts."""
    for number in range(count):
        await request(app, number)
        if number % BURST == BURST - 1:
            await asyncio.sleep(REST_S)


def memory_kib() -> int:
    """Return the resident memory of this process."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))


async def main(variant: str, count: int, warm_up: int) -> dict[str, Any]:
    """Return what ``count`` requests cost with ``variant``."""
    log_to_nowhere()
    app, flush = VARIANTS[variant]()
    inbox: asyncio.Queue[Any] = asyncio.Queue()
    outbox: asyncio.Queue[Any] = asyncio.Queue()
    inbox.put_nowait({"type": "lifespan.startup"})
    lifespan = asyncio.create_task(
        app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, inbox.get, outbox.put)
    )
    await asyncio.wait_for(outbox.get(), 20)
    gc.collect()
    started_kib = memory_kib()
    await requests(app, warm_up)
    gc.collect()
    cpu_s = time.process_time()
    await requests(app, count)
    flush()
    cpu_s = time.process_time() - cpu_s
    gc.collect()
    found = {
        "us_per_request": cpu_s / count * 1e6,
        "started_kib": started_kib,
        "ended_kib": memory_kib(),
    }
    inbox.put_nowait({"type": "lifespan.shutdown"})
    await asyncio.wait_for(lifespan, 10)
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("variant", choices=VARIANTS)
    parser.add_argument("--requests", type=int, default=8000)
    parser.add_argument("--warm-up", type=int, default=1000)
    given = parser.parse_args()
    print(json.dumps(asyncio.run(main(given.variant, given.requests, given.warm_up))), flush=True)
    sys.stdout.flush()
    os._exit(0)  # what peers leave running is not ours to wait for
