"""The instrumentation of ASGI servers: requests, connections, the lifespan, and who records what."""

from __future__ import annotations

from otel_monitoring.instrument.asgi.instruments import HttpInstruments
from otel_monitoring.instrument.asgi.request import HttpMiddleware

__all__ = ["HttpInstruments", "HttpMiddleware"]
