"""The options of what is found in series: anomalies, trends, forecasts, service levels, reports."""

from __future__ import annotations

from otel_monitoring.settings.group import Group, option


class AnalyticsSettings(Group):
    """What is looked for in the series without being asked."""

    enabled: bool = option(default=True, description="Watch series for anomalies and reckon ahead.")
