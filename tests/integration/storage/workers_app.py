"""A FastAPI application whose answers tell which process gave them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

from otel_monitoring import setup_telemetry

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

shop = FastAPI()
setup_telemetry(shop, service_name="shop", service_version="1.2")


@shop.get("/x")
async def x() -> str:
    """Answer."""
    return "x"


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
