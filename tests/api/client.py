"""Ask an ASGI application over httpx, without a server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from otel_monitoring.api.asgi import ASGIApp


def get(
    app: ASGIApp, path: str, *, method: str = "GET", form: dict[str, Any] | None = None, **headers: str
) -> httpx.Response:
    """Return the answer to one request; ``_`` in header names stands for ``-``."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return await client.request(method, path, headers=named, data=form)

    return asyncio.run(ask())


async def connect_websocket(app: ASGIApp, path: str) -> list[dict[str, Any]]:
    """Return what an application answers to a WebSocket connection."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    await app({"type": "websocket", "path": path, "headers": [], "root_path": ""}, receive, send)
    return sent
