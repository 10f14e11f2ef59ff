"""What the detectors refuse."""

from __future__ import annotations

from otel_monitoring.errors import MonitoringError


class AnomalyError(MonitoringError):
    """A detector was asked for something that it cannot do; the message names field and value."""


class StateError(AnomalyError):
    """A saved state does not fit the detector that should continue from it."""
