"""The service that users call: it logs, and asks the back service over httpx."""

from __future__ import annotations

import logging
import os
from typing import Any

import httpx
from fastapi import FastAPI

from otel_monitoring import setup_telemetry

app = FastAPI()
monitoring = setup_telemetry(app)

_log = logging.getLogger("shop.front")


@app.get("/orders/{number}")
async def order(number: int) -> dict[str, Any]:
    """Order something that is in stock."""
    _log.warning("order %d is looked up", number)
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{os.environ['BACK_URL']}/stock/{number}")
    return {"stock": answer.json()}


@app.get("/broken")
async def broken() -> None:
    """Fail in a way that nobody handles."""
    msg = "the till is jammed"
    raise RuntimeError(msg)
