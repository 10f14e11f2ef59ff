"""What goes wrong with rate limits at set-up."""

from __future__ import annotations

from otel_monitoring.errors import MonitoringError


class RateLimitError(MonitoringError):
    """A rate limit cannot be used; the message names what was given and what was expected."""
