"""An application with pages, for a browser."""

from __future__ import annotations

from fastapi import FastAPI

from otel_monitoring import setup_telemetry

app = FastAPI()
setup_telemetry(app, service_name="shop", storage={"url": "memory"})
