"""What checks found, as metrics: rules and charts read them like any other series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from otel_monitoring.model.metric import MetricDescription

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from otel_monitoring.health.check import Status
    from otel_monitoring.health.registry import HealthRegistry

    Row = tuple[float, Mapping[str, str]]

_VALUES: Final[dict[Status, float]] = {"healthy": 1.0, "degraded": 0.5, "unhealthy": 0.0}

STATUS = MetricDescription(
    "otel_monitoring.health.status",
    "{status}",
    "gauge",
    "What a health check found: 1 healthy, 0.5 degraded, 0 unhealthy.",
    ("check", "critical"),
)
DURATION = MetricDescription(
    "otel_monitoring.health.duration",
    "s",
    "gauge",
    "How long the newest run of a health check took.",
    ("check", "critical"),
)
READY = MetricDescription(
    "otel_monitoring.health.ready",
    "{process}",
    "gauge",
    "1 where this process is ready for requests; 0 where it starts, ends, or a critical check is against it.",
    (),
)
METRICS = (STATUS, DURATION, READY)
"""Every metric about health checks."""


def status_rows(registry: HealthRegistry) -> Iterable[Row]:
    """Return the status of each check that has a result."""
    for one in registry.report().checks:
        if one.status is not None:
            yield _VALUES[one.status], _labels(one.name, is_critical=one.is_critical)


def duration_rows(registry: HealthRegistry) -> Iterable[Row]:
    """Return how long each check that has a result took, in seconds."""
    for one in registry.report().checks:
        if one.status is not None:
            yield one.latency_s, _labels(one.name, is_critical=one.is_critical)


def ready_rows(registry: HealthRegistry) -> Iterable[Row]:
    """Return whether the process is ready."""
    yield int(registry.readiness().is_ready), {}


def _labels(name: str, *, is_critical: bool) -> dict[str, str]:
    return {"check": name, "critical": "true" if is_critical else "false"}
