"""Threads for what watches do that takes time."""

from __future__ import annotations

from opentelemetry.instrumentation.utils import suppress_instrumentation

from otel_monitoring.bootstrap.aside import Aside
from otel_monitoring.guard import Guard


def beside(name: str) -> Aside:
    """Return a thread that is there while it is needed, so that nothing waits for what takes time."""
    return Aside(
        name=f"otel-monitoring-{name}",
        guard=Guard(f"job.{name}.aside"),
        patience_s=0.0,
        shield=suppress_instrumentation,
    )
