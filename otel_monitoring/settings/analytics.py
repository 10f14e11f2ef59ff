"""The options of what is found in series: anomalies, trends, forecasts, service levels, reports."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from otel_monitoring.settings.group import Group, option
from otel_monitoring.settings.types import Count, Names, Seconds

_LIMIT = re.compile(r".+=>\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?(\s+falling)?\s*", re.DOTALL | re.IGNORECASE)


def _limits(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse what is no limit, which is found out at the start and not when it is looked after."""
    for text in texts:
        if _LIMIT.fullmatch(text) is None:
            msg = f"{text!r}: expected `expr => limit` with a number, such as `queue_depth => 1000`"
            raise ValueError(msg)
    return texts


class AnalyticsSettings(Group):
    """What is looked for in the series without being asked."""

    enabled: bool = option(default=True, description="Watch series for anomalies and reckon ahead.")
    anomaly_false_alarm_hours: float = Field(
        default=0.05,
        gt=0,
        le=24,
        description="Sensitivity: hours a day with a false alarm in them that one series may cost.",
    )
    anomaly_alerts: Literal["observe", "notify"] = option(
        default="observe", description="Whether the rule about anomalies only notes them, or tells people."
    )
    anomaly_method: Literal["adaptive", "zscore"] = option(
        default="adaptive", description="Who judges; `zscore` is the rolling z-score at 3 deviations."
    )
    anomaly_watch: Names = option(
        default=(), description="Metrics and PromQL to watch besides the golden signals."
    )
    anomaly_interval_s: Seconds = option(default=60.0, description="Time between two points of a series.")
    anomaly_max_series: Count = option(default=2000, description="Most series that are watched.")
    capacity: Annotated[Names, AfterValidator(_limits)] = option(
        default=(),
        description="Limits to look after besides disks, memory and connections: `queue_depth => 1000`, or "
        "`free_bytes => 0 falling` for what comes from above.",
    )
    capacity_interval_s: Seconds = option(default=600.0, description="Time between two looks at limits.")
    slo_files: Names = option(
        default=(), description="Files of service levels in OpenSLO's YAML; `*` stands for anything."
    )
    time_zone: str = option(
        default="UTC", description="The zone of days, weeks and months in reports, such as `Europe/Berlin`."
    )
    insight_files: Names = option(
        default=(),
        description="YAML files with rules for insights besides the built-in ones; `*` is anything.",
    )
