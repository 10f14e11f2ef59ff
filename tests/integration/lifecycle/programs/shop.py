"""A FastAPI application that counts something before any fork, as careless start-up code does."""

from __future__ import annotations

from fastapi import FastAPI
from opentelemetry import metrics, trace

from otel_monitoring import setup_telemetry

app = FastAPI()
monitoring = setup_telemetry(app, service_name="shop")

_meter = metrics.get_meter("shop")
started = _meter.create_counter("shop.started")
started.add(100)
orders = _meter.create_counter("shop.orders")
_durations = _meter.create_histogram("shop.work")
_durations.record(1.0)


@app.get("/items/{item_id}")
async def item(item_id: int) -> dict[str, int]:
    """Answer with the item, and count an order."""
    orders.add(1)
    _durations.record(0.5)
    with trace.get_tracer("shop").start_as_current_span("look up"):
        return {"item": item_id}
