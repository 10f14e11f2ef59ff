"""A small service with the shapes of real ones: lookups, a body, a thread, log lines, errors."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException
from pydantic import BaseModel

log = logging.getLogger("bench.service")

ROUTES = 24


class Product(BaseModel):
    """What a lookup answers."""

    sku: int
    title: str
    cents: int
    labels: list[str] = []


class Basket(BaseModel):
    """What an order carries."""

    sku: int
    count: int
    remark: str | None = None


def log_to_nowhere() -> None:
    """Format every log line and write it to the null device, alike in every variant."""
    stream = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - lives as long as the process
    logging.basicConfig(
        stream=stream, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )


def service(**options: Any) -> FastAPI:
    """Return the service; ``options`` go to FastAPI."""
    app = FastAPI(**options)
    app.include_router(_many_routes())

    @app.get("/products/{sku}", response_model=Product)
    async def product(sku: int) -> Product:
        return Product(sku=sku, title="lamp", cents=1950, labels=["new", "light"])

    @app.post("/baskets", response_model=Basket, status_code=201)
    async def basket(body: Basket) -> Basket:
        return body

    @app.get("/blocking/{sku}")
    def blocking(sku: int) -> dict[str, int]:
        return {"sku": sku}

    @app.get("/audited/{sku}")
    async def audited(sku: int) -> dict[str, int]:
        log.info("product %s was looked at", sku)
        return {"sku": sku}

    @app.get("/unavailable")
    async def unavailable() -> None:
        raise HTTPException(500, "the warehouse does not answer")

    @app.get("/broken")
    async def broken() -> None:
        msg = "broken"
        raise RuntimeError(msg)

    return app


def _many_routes() -> APIRouter:
    """A router with many routes: instrumentation that matches again pays for each."""
    router = APIRouter(prefix="/catalogue")

    def add(number: int) -> None:
        @router.get(f"/shelf{number}/{{sku}}")
        async def shelf(sku: int) -> dict[str, int]:
            return {"shelf": number, "sku": sku}

    for number in range(ROUTES):
        add(number)
    return router
