"""Ask routers as they are asked in the API: behind its gate, with its errors."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx

from otel_monitoring.api.router import build_api
from tests.api.access.opened import opened_by
from tests.api.test_router import AlertsFake, HealthFake

if TYPE_CHECKING:
    from fastapi import APIRouter

TOKEN = "t0k3n"


class Asked:
    """An API of some routers.

    Args:
        routers: What it is made of, besides alerts and health.
    """

    def __init__(self, *routers: APIRouter) -> None:
        self.app = build_api(
            alerts=AlertsFake(), health=HealthFake(), access=opened_by(TOKEN), more=list(routers)
        )

    def get(self, path: str, **params: Any) -> httpx.Response:
        """Return the answer to a viewer."""
        return self.ask("GET", path, params=params)

    def ask(self, method: str, path: str, *, token: str = TOKEN, **more: Any) -> httpx.Response:
        """Return the answer to whoever has the token."""
        headers = {"authorization": f"Bearer {token}", **more.pop("headers", {})}

        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
                return await client.request(method, path, headers=headers, **more)

        return asyncio.run(call())
