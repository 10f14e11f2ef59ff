"""When reports are due, on the clock of a time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from otel_monitoring.reports.errors import AnalysisError
from otel_monitoring.reports.summary.period import Period, kind_of, zone_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.reports.summary.period import Kind

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FORM = re.compile(r"(?:(?P<day>[a-z]{3}|\d{1,2})\s+)?(?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d)")
_EXPECTED = {"daily": "07:00", "weekly": "mon 07:00", "monthly": "1 07:00"}
_LAST_DAY = 31


@dataclass(frozen=True, slots=True)
class Due:
    """When a kind of report is due.

    Attributes:
        kind: Which of them.
        hour: Of the day.
        minute: Of the hour.
        day: Of the week from 0 for Monday, or of the month from 1; 0 for every day.
    """

    kind: Kind
    hour: int
    minute: int
    day: int = 0

    def last_ms(self, now_ms: int, *, zone: str) -> int:
        """Return when it was due last, in Unix milliseconds; a day that a month lacks is its last."""
        now = datetime.fromtimestamp(now_ms / 1000, zone_of(zone))
        at = now.replace(hour=self.hour, minute=self.minute, second=0, microsecond=0)
        if self.kind == "daily":
            found = at if at <= now else at - timedelta(days=1)
        elif self.kind == "weekly":
            found = at - timedelta(days=(at.weekday() - self.day) % 7)
            found = found if found <= now else found - timedelta(days=7)
        else:
            found = _in_month(at, self.day)
            found = found if found <= now else _in_month(at.replace(day=1) - timedelta(days=1), self.day)
        return round(found.timestamp() * 1000)

    def period(self, now_ms: int, *, zone: str) -> Period:
        """Return what the report that was due last is about."""
        return Period.complete(self.kind, self.last_ms(now_ms, zone=zone), zone=zone)


def schedule(given: Mapping[str, str]) -> tuple[Due, ...]:
    """Return when reports are due, from texts such as ``{"weekly": "mon 07:00"}``.

    Raises:
        AnalysisError: A kind or a time is none.
    """
    return tuple(_due(kind_of(kind), text) for kind, text in given.items())


def _due(kind: Kind, text: str) -> Due:
    found = _FORM.fullmatch(text.strip().lower())
    day = None if found is None else _day(kind, found["day"])
    if found is None or day is None:
        msg = f"analytics.reports: {kind} is {text!r}: expected a time such as {_EXPECTED[kind]!r}"
        raise AnalysisError(msg, field="analytics.reports")
    return Due(kind, int(found["hour"]), int(found["minute"]), day)


def _day(kind: Kind, text: str | None) -> int | None:
    if kind == "daily":
        return 0 if text is None else None
    if kind == "weekly":
        return _DAYS.index(text) if text in _DAYS else None
    return int(text) if text is not None and text.isdigit() and 1 <= int(text) <= _LAST_DAY else None


def _in_month(at: datetime, day: int) -> datetime:
    last = ((at.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)).day
    return at.replace(day=min(day, last))
