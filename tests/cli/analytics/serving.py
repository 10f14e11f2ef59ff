"""Pages of desks behind a real server, for the commands that ask one."""

from __future__ import annotations

import contextlib
from threading import Thread
from typing import TYPE_CHECKING

import uvicorn

from otel_monitoring.api.router import build_api
from tests.api.access.opened import opened_by
from tests.api.test_router import AlertsFake, HealthFake
from tests.cli.served import TOKEN
from tests.integration.servers import eventually, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import APIRouter


@contextlib.contextmanager
def serving(*routers: APIRouter) -> Iterator[str]:
    """Serve the pages of these routers; give their URL."""
    app = build_api(alerts=AlertsFake(), health=HealthFake(), access=opened_by(TOKEN), more=routers)
    (port,) = free_ports(1)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", lifespan="off"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        eventually(lambda: server.started, what="the pages")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
