"""The service behind: it is asked by the front service."""

from __future__ import annotations

from fastapi import FastAPI, Request

from otel_monitoring import setup_telemetry

app = FastAPI()
monitoring = setup_telemetry(app)


@app.get("/stock/{number}")
async def stock(number: int, request: Request) -> dict[str, str | int | None]:
    """Say what is left, and which request id came along."""
    return {"left": 7 * number, "request_id": request.headers.get("x-request-id")}
