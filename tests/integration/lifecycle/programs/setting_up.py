"""Set up in the order that the argument says; print what was seen, as JSON."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import threading
from typing import Any

from opentelemetry import metrics, trace

from otel_monitoring import setup_telemetry

LINES: list[str] = []


class Lines(logging.Handler):
    """Keep what the toolkit says."""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        LINES.append(record.getMessage())


async def plain(scope: Any, receive: Any, send: Any) -> None:
    """Answer every request."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


def request(app: Any, path: str) -> None:
    """Send one request into ``app``."""
    scope: dict[str, Any] = {"type": "http", "method": "GET", "scheme": "http", "http_version": "1.1"}
    scope |= {"server": ("127.0.0.1", 80), "client": ("127.0.0.1", 5000), "query_string": b"", "headers": []}
    scope["root_path"] = ""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: Any) -> None:
        pass

    asyncio.run(app({**scope, "path": path, "raw_path": path.encode()}, receive, send))


def record(name: str) -> None:
    """Record a span and a measurement by hand."""
    with trace.get_tracer("by hand").start_as_current_span(name):
        metrics.get_meter("by hand").create_counter("by.hand").add(1)


def again_with_the_same() -> dict[str, Any]:
    """Call twice with the same settings."""
    one = setup_telemetry(plain, service_name="shop")
    two = setup_telemetry(plain, service_name="shop")
    request(one.app, "/once")
    return {"same": one is two}


def again_with_others() -> dict[str, Any]:
    """Call twice with other settings."""
    one = setup_telemetry(service_name="shop")
    two = setup_telemetry(service_name="other", alerts={"interval_s": 5})
    record("work")
    return {"same": one is two}


def another_application() -> dict[str, Any]:
    """Set up two applications of one process."""
    from fastapi import FastAPI

    first, second = FastAPI(), FastAPI()
    one = setup_telemetry(first, service_name="shop")
    two = setup_telemetry(second, service_name="shop")
    request(first, "/first")
    request(second, "/second")
    return {"same": one is two}


def again_after_the_end() -> dict[str, Any]:
    """Shut down and set up again."""
    one = setup_telemetry(plain, service_name="shop")
    request(one.app, "/before")
    record("before")
    one.shutdown()
    record("between")
    two = setup_telemetry(plain, service_name="shop")
    request(two.app, "/after")
    record("after")
    return {"same": one is two}


def quiet_after_the_end() -> dict[str, Any]:
    """Look at what a shutdown leaves behind."""
    before = set(threading.enumerate())
    one = setup_telemetry(service_name="shop")
    record("work")
    running = {thread.name for thread in set(threading.enumerate()) - before}
    one.shutdown()
    left = [thread for thread in set(threading.enumerate()) - before if not _ends(thread)]
    return {"running": len(running) > 0, "left": [thread.name for thread in left]}


def switched_off() -> dict[str, Any]:
    """Set up where it is switched off by the environment."""
    return _nothing(setup_telemetry(plain, service_name="shop"))


def not_enabled() -> dict[str, Any]:
    """Set up where it is switched off by a setting."""
    return _nothing(setup_telemetry(plain, service_name="shop", enabled=False))


def _nothing(monitoring: Any) -> dict[str, Any]:
    request(monitoring.app, "/off")
    record("off")
    flushed, ended = monitoring.force_flush(), monitoring.shutdown()
    ours = [thread.name for thread in threading.enumerate() if thread.name.startswith("otel-monitoring")]
    return {"is_the_app": monitoring.app is plain, "flushed": flushed and ended, "threads": ours}


def _ends(thread: threading.Thread) -> bool:
    thread.join(5)
    return not thread.is_alive()


def main() -> None:
    """Do as told."""
    logging.getLogger("otel_monitoring").addHandler(Lines())
    print(json.dumps({**globals()[sys.argv[1]](), "lines": LINES}))


main()
