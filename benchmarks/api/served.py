"""The application under load: a route as real ones are, and checks in the background, one of which hangs."""

from __future__ import annotations

import asyncio
import sys
import threading
from typing import Any

import uvicorn
from fastapi import FastAPI

from otel_monitoring import setup_telemetry
from otel_monitoring.settings import Settings

app = FastAPI()
monitoring = setup_telemetry(app, settings=Settings(), service_name="loaded")


@app.get("/orders/{order}")
async def order(order: int) -> dict[str, Any]:
    return {"order": order, "lines": [{"sku": sku, "count": 1} for sku in range(20)]}


@monitoring.health.check("hanging", interval_s=1)
def hanging() -> None:
    threading.Event().wait()


@monitoring.health.check("orders-db", critical=True, interval_s=1)
async def orders_db() -> None:
    await asyncio.sleep(0.01)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)
