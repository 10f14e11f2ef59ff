"""Time intervals: office hours, nights, holidays, as Alertmanager describes them."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import tzinfo

    from otel_monitoring.alerts.routing.groups import Look
    from otel_monitoring.model.alert import SentAlert

Range: TypeAlias = tuple[int, int]

LOCAL = "Local"
"""The location that stands for the time zone of the machine."""


@dataclass(frozen=True, slots=True)
class TimeInterval:
    """Times at which every field that is stated holds; a field holds when one of its ranges does.

    All ranges are inclusive, but for the end of ``times``.

    A field without ranges never holds.

    Attributes:
        times: Minutes of the day, from 0 to 1440; the end is exclusive.
        weekdays: Days of the week, Sunday is 0.
        days_of_month: Days from 1, or from -1 backwards from the end of the month.
        months: January is 1.
        years: Years.
        location: A name of the IANA time zone database, or ``Local``; empty for UTC.
    """

    times: tuple[Range, ...] | None = None
    weekdays: tuple[Range, ...] | None = None
    days_of_month: tuple[Range, ...] | None = None
    months: tuple[Range, ...] | None = None
    years: tuple[Range, ...] | None = None
    location: str = ""

    def contains(self, time_ms: int) -> bool:
        """Tell whether a Unix time in milliseconds is within."""
        when = datetime.fromtimestamp(time_ms // 1000, UTC).astimezone(self._zone())
        minute = when.hour * 60 + when.minute
        return (
            (self.times is None or any(start <= minute < end for start, end in self.times))
            and (self.days_of_month is None or _has_day(self.days_of_month, when))
            and _holds(self.months, when.month)
            and _holds(self.weekdays, when.isoweekday() % 7)
            and _holds(self.years, when.year)
        )

    def _zone(self) -> tzinfo | None:
        """Return the time zone; ``None`` for that of the machine."""
        if self.location == LOCAL:
            return None
        return ZoneInfo(self.location) if self.location else UTC


class IntervalStage:
    """A stage that leaves everything out while a route is muted, or not active (S9.8).

    Args:
        intervals: The intervals of each name.
    """

    def __init__(self, intervals: Mapping[str, tuple[TimeInterval, ...]]) -> None:
        self._intervals = intervals

    def __call__(self, alerts: list[SentAlert], look: Look) -> list[SentAlert]:
        """Return all alerts, or none."""
        route = look.route
        if route.active_intervals and not self._any(route.active_intervals, look.now_ms):
            return []
        return [] if self._any(route.mute_intervals, look.now_ms) else alerts

    def _any(self, names: Iterable[str], time_ms: int) -> bool:
        return any(one.contains(time_ms) for name in names for one in self._intervals.get(name, ()))


def _holds(ranges: tuple[Range, ...] | None, value: int) -> bool:
    return ranges is None or any(start <= value <= end for start, end in ranges)


def _has_day(ranges: tuple[Range, ...], when: datetime) -> bool:
    """Tell whether the day is in a range; ranges are cut at the end of the month.

    Alertmanager takes the month in which clocks go forward for a day shorter; here it has all its days.
    """
    last = calendar.monthrange(when.year, when.month)[1]
    for start, end in ranges:
        first_day = last + start + 1 if start < 0 else start
        last_day = last + end + 1 if end < 0 else end
        if first_day <= last and first_day <= when.day <= min(last_day, last):
            return True
    return False
