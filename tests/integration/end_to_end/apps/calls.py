"""Outgoing calls of the test services are instrumented, whoever does it."""

from __future__ import annotations

from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor


def instrument_calls() -> None:
    """Instrument httpx unless the set-up has done so."""
    instrumentor = HTTPXClientInstrumentor()
    if not instrumentor.is_instrumented_by_opentelemetry:
        instrumentor.instrument()
