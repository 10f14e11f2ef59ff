"""The time that a report is about, in the calendar of a time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from otel_monitoring.reports.asking import Window
from otel_monitoring.reports.errors import AnalysisError

if TYPE_CHECKING:
    from datetime import tzinfo

Kind = Literal["daily", "weekly", "monthly"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_MINUTE_MS = 60_000
_STEPS_MS: dict[Kind, int] = {
    "daily": 15 * _MINUTE_MS,
    "weekly": 120 * _MINUTE_MS,
    "monthly": 360 * _MINUTE_MS,
}
_FIRST_MS, _LAST_MS = 366 * 86_400_000, 253_000_000_000_000


@dataclass(frozen=True, slots=True)
class Period:
    """A day, a week or a month, cut into steps, and as long a time before it.

    Attributes:
        kind: Which of them.
        start_ms: Where it begins, Unix time in milliseconds.
        end_ms: Where it ends.
        step_ms: The distance of the points of its charts.
        zone: The time zone whose days these are.
    """

    kind: Kind
    start_ms: int
    end_ms: int
    step_ms: int
    zone: str = "UTC"

    @classmethod
    def ending(cls, kind: Kind, end_ms: int, *, zone: str = "UTC") -> Period:
        """Return the period that ends at a time: a day, seven days or a month of the calendar before it.

        Raises:
            AnalysisError: There is no such time zone, or the time is out of the calendar.
        """
        if not _FIRST_MS <= end_ms <= _LAST_MS:
            msg = f"end is {end_ms} ms: expected a time from 1971 to 9987"
            raise AnalysisError(msg, field="end")
        end = datetime.fromtimestamp(end_ms / 1000, zone_of(zone))
        start_ms = round(_before(end, kind).timestamp() * 1000)
        step_ms = _STEPS_MS[kind]
        steps = max(1, round((end_ms - start_ms) / step_ms))
        return cls(kind, end_ms - steps * step_ms, end_ms, step_ms, zone)

    @classmethod
    def complete(cls, kind: Kind, now_ms: int, *, zone: str = "UTC") -> Period:
        """Return the last period that is over: the day, the week from Monday or the month before this one.

        Raises:
            AnalysisError: There is no such time zone.
        """
        now = datetime.fromtimestamp(now_ms / 1000, zone_of(zone))
        end = now.replace(hour=0, minute=0, second=0, microsecond=0)
        if kind == "weekly":
            end -= timedelta(days=end.weekday())
        if kind == "monthly":
            end = end.replace(day=1)
        return cls.ending(kind, round(end.timestamp() * 1000), zone=zone)

    @property
    def length_ms(self) -> int:
        """How long it is."""
        return self.end_ms - self.start_ms

    @property
    def before(self) -> Period:
        """As long a time right before it."""
        return Period(self.kind, self.start_ms - self.length_ms, self.start_ms, self.step_ms, self.zone)

    @property
    def steps(self) -> int:
        """How many points it has."""
        return self.length_ms // self.step_ms

    @property
    def with_before(self) -> Window:
        """The points of the time before it and of itself, each at the end of its step."""
        return Window(self.start_ms - self.length_ms + self.step_ms, self.end_ms, self.step_ms)


def kind_of(text: str) -> Kind:
    """Return the kind of that name.

    Raises:
        AnalysisError: There is none.
    """
    if text not in KINDS:
        msg = f"kind is {text!r}: expected {', '.join(KINDS)}"
        raise AnalysisError(msg, field="kind")
    return text


def zone_of(name: str) -> tzinfo:
    """Return the time zone of that name.

    Raises:
        AnalysisError: There is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        msg = f"time zone {name!r}: expected a name such as Europe/Berlin"
        raise AnalysisError(msg, field="zone") from None


def _before(end: datetime, kind: Kind) -> datetime:
    """Return the start in wall-clock time, so that days of 23 and 25 hours are whole days."""
    if kind == "daily":
        return end - timedelta(days=1)
    if kind == "weekly":
        return end - timedelta(days=7)
    last = end.replace(day=1) - timedelta(days=1)
    return last.replace(day=min(end.day, last.day))
