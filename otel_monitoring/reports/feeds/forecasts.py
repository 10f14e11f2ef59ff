"""What is running out: in reports, and soon among the insights."""

from __future__ import annotations

import math
from datetime import UTC
from typing import TYPE_CHECKING

from otel_monitoring.reports.forecasts.words import sentence
from otel_monitoring.reports.insights.insight import Evidence, Insight
from otel_monitoring.reports.summary.model import Column, Section, Table
from otel_monitoring.reports.values import shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from otel_monitoring.reports.forecasts.desk import ForecastsDesk
    from otel_monitoring.reports.forecasts.standing import Standing
    from otel_monitoring.reports.summary.period import Period

_DAY_MS = 86_400_000
_MOST_ROWS = 12
_MONTH_S = 30 * 86_400.0
_COLUMNS = (Column("What"), Column("Now"), Column("Limit"), Column("When"))
_ADVICE = (
    "Make room, or raise the limit, before the earliest time; otel-monitoring forecast shows the course."
)
_WHY = "What is full fails all at once, and mostly at the worst time."


class ForecastsFeed:
    """The section of what is running out, and insights about it.

    Args:
        desk: Knows how everything stands to its limit.
        zone: The zone of the days that are named.
    """

    name = "forecasts"

    def __init__(self, desk: ForecastsDesk, *, zone: tzinfo = UTC) -> None:
        self._desk = desk
        self._zone = zone

    def section(self, period: Period) -> Section | None:
        """Return what reaches its limit when; ``None`` of a time long ago, and where nothing has a limit."""
        now_ms = self._desk.clock.now_ms()
        found = self._desk.standings()[:_MOST_ROWS]
        if not found or now_ms - period.end_ms > _DAY_MS:
            return None
        rows = tuple(
            (
                f"{one.title} {one.told}".strip(),
                shown(one.newest, one.limit.unit) if math.isfinite(one.newest) else None,
                shown(one.limit.value, one.limit.unit),
                sentence(one, now_ms=now_ms, zone=self._zone),
            )
            for one in found
        )
        return Section(self.name, "What is running out", tables=(Table("Limits ahead", _COLUMNS, rows),))

    def insights(self, now_ms: int) -> Sequence[Insight]:
        """Return what is expected to be full within a month."""
        return [
            _insight(one, now_ms, self._zone)
            for one in self._desk.standings()
            if one.outcome in ("reached", "expected")
            and one.expected_s is not None
            and one.expected_s <= _MONTH_S
        ]


def _insight(one: Standing, now_ms: int, zone: tzinfo) -> Insight:
    until_s = one.expected_s or 0.0
    return Insight(
        rule="capacity",
        labels=one.labels.with_({"resource": one.limit.resource}),
        sentence=f"{sentence(one, now_ms=now_ms, zone=zone)}.",
        evidence=Evidence(
            expr=one.limit.expr, value=one.newest, values={"seconds_left": until_s}, at_ms=one.at_ms
        ),
        effect=0.9 - 0.5 * until_s / _MONTH_S,
        kind="saturation",
        advice=_ADVICE,
        why=_WHY,
    )
