"""What a forecast refuses."""

from __future__ import annotations

from otel_monitoring.errors import MonitoringError


class ForecastError(MonitoringError):
    """A forecast was asked for with an argument that makes no sense; the message names it and its value."""
