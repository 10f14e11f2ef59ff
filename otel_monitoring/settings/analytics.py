"""The options of what is found in series: anomalies, trends, forecasts, service levels, reports."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from otel_monitoring.settings.group import Group, option
from otel_monitoring.settings.types import Count, Names, Pairs, Seconds

_LIMIT = re.compile(r".+=>\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?(\s+falling)?\s*", re.DOTALL | re.IGNORECASE)


def _limits(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse what is no limit, which is found out at the start and not when it is looked after."""
    for text in texts:
        if _LIMIT.fullmatch(text) is None:
            msg = f"{text!r}: expected `expr => limit` with a number, such as `queue_depth => 1000`"
            raise ValueError(msg)
    return texts


_TIME = r"([01]\d|2[0-3]):[0-5]\d"
_TIMES = {
    "daily": (re.compile(_TIME), "07:00"),
    "weekly": (re.compile(rf"(mon|tue|wed|thu|fri|sat|sun)\s+{_TIME}", re.IGNORECASE), "mon 07:00"),
    "monthly": (re.compile(rf"([1-9]|[12]\d|3[01])\s+{_TIME}"), "1 07:00"),
}


def _timetable(given: dict[str, str]) -> dict[str, str]:
    for kind, text in given.items():
        if kind not in _TIMES:
            msg = f"{kind!r}: expected {', '.join(_TIMES)}"
            raise ValueError(msg)
        form, example = _TIMES[kind]
        if form.fullmatch(text.strip()) is None:
            msg = f"{kind} is {text!r}: expected a time such as {example!r}"
            raise ValueError(msg)
    return given


def _zone(name: str) -> str:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        msg = f"{name!r}: expected a time zone such as 'Europe/Berlin'"
        raise ValueError(msg) from None
    return name


_ENDPOINT = re.compile(r"\s*(\*|([A-Z]+\s+)?/\S*)\s*")
_TERM = r"(p50|p90|p95|p99|mean)\s*<=?\s*(\d+\.?\d*|\.\d+)\s*m?s|errors\s*<=?\s*(\d+\.?\d*|\.\d+)\s*%"
_BUDGET = re.compile(rf"\s*({_TERM})((\s*;\s*|\s+and\s+)({_TERM}))*\s*;?\s*", re.IGNORECASE)


def _budgets(given: dict[str, str]) -> dict[str, str]:
    for endpoint, text in given.items():
        if _ENDPOINT.fullmatch(endpoint) is None:
            msg = f"{endpoint!r}: expected an endpoint such as 'GET /cart', or '*'"
            raise ValueError(msg)
        if _BUDGET.fullmatch(text) is None:
            msg = f"{endpoint} is {text!r}: expected such as 'p95 < 300ms and errors < 1%'"
            raise ValueError(msg)
    return given


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
    time_zone: Annotated[str, AfterValidator(_zone)] = option(
        default="UTC", description="The zone of days in reports and sentences, such as `Europe/Berlin`."
    )
    reports: Annotated[Pairs, AfterValidator(_timetable)] = option(
        default={},
        description="When reports are sent: `daily` `07:00`, `weekly` `mon 07:00`, `monthly` `1 07:00`.",
    )
    reports_to: Names = option(
        default=(), description="Receivers of reports; without any it is the receiver of the default route."
    )
    insight_files: Names = option(
        default=(),
        description="YAML files with rules for insights besides the built-in ones; `*` is anything.",
    )
    budgets: Annotated[Pairs, AfterValidator(_budgets)] = option(
        default={},
        description="Performance budgets by endpoint: `GET /cart` `p95 < 300ms and errors < 1%`; `*` for all "
        "others.",
    )
