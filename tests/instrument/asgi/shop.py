"""An application to instrument, and a client that asks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
from fastapi import APIRouter, FastAPI, HTTPException

if TYPE_CHECKING:
    from tests.instrument.asgi.server_rig import ServerRig


def shop() -> FastAPI:
    app = FastAPI()
    router = APIRouter(prefix="/v1")

    @router.get("/orders/{order_id}")
    async def order(order_id: int) -> dict[str, int]:
        return {"id": order_id}

    @app.post("/orders")
    async def create(body: dict[str, Any]) -> dict[str, Any]:
        return body

    @app.get("/fail")
    async def fail() -> None:
        raise HTTPException(500, "no stock")

    @app.get("/boom")
    async def boom() -> None:
        msg = "boom"
        raise RuntimeError(msg)

    app.include_router(router)
    inner = FastAPI()

    @inner.get("/things/{name}")
    async def thing(name: str) -> str:
        return name

    app.mount("/inner", inner)
    app.mount("/tenants/{tenant}", inner)
    return app


async def get(rig: ServerRig, path: str, method: str = "GET", **options: Any) -> httpx.Response:
    transport = httpx.ASGITransport(rig.app, raise_app_exceptions=False, client=("192.0.2.7", 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.example:8000") as client:
        return await client.request(method, path, **options)
