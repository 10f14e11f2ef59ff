"""Times in templates of messages, and Go's way to say how a time is written."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from otel_monitoring.templates.lexer import TemplateError
from otel_monitoring.templates.quantities import Duration
from otel_monitoring.templates.records import Method, Record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_LAYOUTS = {
    "2006": "%Y", "06": "%y", "January": "%B", "Jan": "%b", "01": "%m", "02": "%d", "Monday": "%A",
    "Mon": "%a", "15": "%H", "03": "%I", "04": "%M", "05": "%S", "PM": "%p", "MST": "%Z", "-0700": "%z",
}  # fmt: skip
_SHORT = {"1": "month", "2": "day", "_2": "day", "3": "hour", "4": "minute", "5": "second"}
_PART = re.compile(
    r"2006|January|Jan|Monday|Mon|MST|Z07:00|-07:00|-0700|[.,]0+(?!\d)|[.,]9+(?!\d)|01|02|03|04|05|06|15|PM|pm|_2|[12345]"
)


class Moment(Record):
    """A time in a zone.

    Args:
        time_ms: Unix milliseconds; ``None`` for what has not happened.
        zone: Where it is told.
    """

    __slots__ = ("_zone", "time_ms")

    def __init__(self, time_ms: int | None, zone: tzinfo = UTC) -> None:
        self.time_ms = time_ms
        self._zone = zone

    def at(self) -> datetime:
        """Return it in its zone."""
        if self.time_ms is None:
            return datetime(1, 1, 1, tzinfo=UTC)
        return (_EPOCH + timedelta(milliseconds=self.time_ms)).astimezone(self._zone)

    def in_zone(self, name: str) -> Moment:
        """Return the same time in the zone of that name.

        Raises:
            TemplateError: There is no such zone.
        """
        return Moment(self.time_ms, zone_of(name))

    def formatted(self, layout: str) -> str:
        """Write it as ``layout`` writes Go's reference time, 2006-01-02 15:04:05 -0700."""
        time = self.at()
        return _PART.sub(lambda found: _part(found[0], time), layout)

    def template_fields(self) -> Mapping[str, object]:
        """Return the methods of Go's time that messages need."""
        return {
            "Format": Method("Format", lambda layout: self.formatted(str(layout)), count=1),
            "Unix": Method("Unix", lambda: (self.time_ms or 0) // 1000),
            "UTC": Method("UTC", lambda: Moment(self.time_ms)),
            "Local": Method("Local", lambda: self),
            "IsZero": Method("IsZero", lambda: self.time_ms is None),
            "Sub": Method("Sub", self._since, count=1),
        }

    def _since(self, other: object) -> Duration:
        if not isinstance(other, Moment):
            raise TypeError
        return Duration(((self.time_ms or 0) - (other.time_ms or 0)) * 1_000_000)

    def __str__(self) -> str:
        """Write it as Go does."""
        return self.formatted("2006-01-02 15:04:05.999 -0700 MST")


def zone_of(name: str) -> tzinfo:
    """Return the zone of that name in the time zone database.

    Raises:
        TemplateError: There is none.
    """
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        msg = f"unknown time zone {name}"
        raise TemplateError(msg) from None


def _part(part: str, time: datetime) -> str:
    if part[0] in ".,":
        return _fraction(part, time)
    if part in _SHORT:
        number = getattr(time, _SHORT[part])
        number = (number - 1) % 12 + 1 if part == "3" else number
        return f"{number:2d}" if part == "_2" else str(number)
    if part == "pm":
        return time.strftime("%p").lower()
    if part == "Z07:00" and not time.utcoffset():
        return "Z"
    if part in ("Z07:00", "-07:00"):
        offset = time.strftime("%z")
        return f"{offset[:3]}:{offset[3:5]}"
    return time.strftime("%Y").zfill(4) if part == "2006" else time.strftime(_LAYOUTS[part])


def _fraction(part: str, time: datetime) -> str:
    digits = f"{time.microsecond:06d}000"[: len(part) - 1]
    if part[1] == "9":
        digits = digits.rstrip("0")
    return part[0] + digits if digits else ""
