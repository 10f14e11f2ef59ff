"""Import an application, as a migration or a shell does, count something, and end without serving it."""

from __future__ import annotations

from fastapi import FastAPI
from opentelemetry import metrics, trace

from otel_monitoring import setup_telemetry

app = FastAPI()
setup_telemetry(app, service_name="unserved")
metrics.get_meter("script").create_counter("script.rows").add(7)


def at_the_end() -> None:
    """Record a span when the interpreter has begun to end."""
    with trace.get_tracer("script").start_as_current_span("work"):
        pass


if __name__ == "__main__":
    import atexit

    atexit.register(at_the_end)
