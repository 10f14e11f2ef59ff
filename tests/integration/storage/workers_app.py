"""A FastAPI application whose answers tell which process gave them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

from otel_monitoring import setup_telemetry

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

shop = FastAPI()
monitoring = setup_telemetry(shop, service_name="shop", service_version="1.2")


@shop.get("/x")
async def x() -> str:
    """Answer."""
    return "x"


@shop.get("/instances")
def instances() -> list[dict[str, Any]]:
    """List every process that the storage knows, as this one sees it."""
    keeping = monitoring_keeping()
    return [
        {
            "host": one.run.source.host,
            "pid": one.run.source.pid,
            "version": one.run.source.version,
            "started_ms": one.run.source.started_ms,
            "last_seen_ms": one.run.last_seen_ms,
            "is_alive": one.is_alive,
            "exit_reason": one.run.exit_reason,
        }
        for one in (keeping.instances() if keeping else ())
    ]


def monitoring_keeping() -> Any:
    """Return what the instance keeps; no public way leads there."""
    for part in monitoring._parts:
        made = getattr(part, "_made", None)
        if made is not None and hasattr(made, "keeping"):
            return made.keeping
    return None


class TellingPid:
    """Put the process id into every answer, the pages of monitoring included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def telling(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {
                    **message,
                    "headers": [*message.get("headers", ()), (b"x-pid", str(os.getpid()).encode())],
                }
            await send(message)

        await self._app(scope, receive, telling)


app = TellingPid(shop)
