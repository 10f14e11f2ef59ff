"""What can be wrong with a question about series."""

from __future__ import annotations

from otel_monitoring.errors import MonitoringError


class AnalysisError(MonitoringError):
    """A question cannot be answered as it was asked.

    Args:
        message: What was found and what was expected.
        field: The parameter that it is about.
    """

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field
