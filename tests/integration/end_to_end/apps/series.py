"""A service that makes metrics of every kind, under ordinary and odd names, and shows its own store."""

from __future__ import annotations

import json
import time
from typing import Any

from fastapi import FastAPI
from fastapi.responses import Response
from opentelemetry.metrics import CallbackOptions, Observation, get_meter

from otel_monitoring import setup_telemetry
from tests.integration.end_to_end.apps.series_catalogue import (
    ODD_ATTRIBUTES,
    ODD_NAMES,
    REFUSED_ATTRIBUTES,
    SCOPE,
)

app = FastAPI()
monitoring = setup_telemetry(app)


def make_metrics() -> None:
    """Record something on an instrument of every kind."""
    meter = get_meter(
        SCOPE, "1.2", schema_url="https://schema.example/1", attributes={"team": "till", "size.of": 3}
    )
    for name, unit, kind in ODD_NAMES:
        _record(meter, name, unit, kind, {"kind": "plain"})
    for number, attributes in enumerate(ODD_ATTRIBUTES + REFUSED_ATTRIBUTES):
        _record(meter, "labelled.things", "{thing}", "counter", {**attributes, "number": number})
        _record(meter, "labelled.sizes", "By", "histogram", {**attributes, "number": number})
    meter.create_observable_counter("seen.visitors", [_observe(7)], "{visitor}")
    meter.create_observable_up_down_counter("seen.carts", [_observe(-3)], "{cart}")
    meter.create_observable_gauge("seen.share", [_observe(0.5)], "1")


def _record(meter: Any, name: str, unit: str, kind: str, attributes: dict[str, Any]) -> None:
    if kind == "counter":
        meter.create_counter(name, unit, "What was counted.").add(3, attributes)
    elif kind == "updown":
        meter.create_up_down_counter(name, unit, "What goes up and down.").add(-2.5, attributes)
    elif kind == "gauge":
        meter.create_gauge(name, unit, "What was read.").set(0.75, attributes)
    else:
        histogram = meter.create_histogram(name, unit, "What was distributed.")
        for value in (0.5, 7, 20_000):
            histogram.record(value, attributes)


def _observe(value: float) -> Any:
    def callback(_options: CallbackOptions) -> list[Observation]:
        return [Observation(value, {"kind": "observed"})]

    return callback


make_metrics()


@app.get("/items/{number}")
async def item(number: int) -> dict[str, int]:
    """Make metrics of the HTTP server."""
    return {"number": number}


@app.get("/health/series")
def series() -> Response:
    """Return every series of our store with its newest value; the path is excluded from telemetry."""
    analysis: Any = next(part for part in monitoring._parts if hasattr(part, "groups"))
    found = analysis.get().engine.instant('{__name__=~".+"}', round(time.time() * 1000))
    rows = [[dict(labels), repr(float(value))] for labels, value in found.samples]
    return Response(json.dumps(rows), media_type="application/json")
