"""Numbers, times and durations as templates print them (alerting semantics S4.7)."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from otel_monitoring.errors import MonitoringError
from otel_monitoring.model.durations import parse_duration
from otel_monitoring.templates import go_format
from otel_monitoring.templates.lexer import TemplateError

if TYPE_CHECKING:
    from collections.abc import Sequence

_LARGE = ("k", "M", "G", "T", "P", "E", "Z", "Y")
_SMALL = ("m", "u", "n", "p", "f", "a", "z", "y")
_BINARY = ("ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi")
_LONGEST_DURATION_S = 2**63 / 1e9
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HEXADECIMAL = re.compile(r"[+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?[0-9]+")
_NUMBER = re.compile(r"(?ai:[+-]?(?:\d+(?:_\d+)*\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|inf|infinity|nan))")


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time, which prints as Go prints it: ``1m30.5s``."""

    nanoseconds: int

    def __str__(self) -> str:
        """Write it with the units that it needs."""
        left, minus = abs(self.nanoseconds), "-" * (self.nanoseconds < 0)
        if left == 0:
            return "0s"
        for size, unit in ((1, "ns"), (1000, "µs"), (1_000_000, "ms")):
            if left < size * 1000:
                return f"{minus}{_decimal(left, size)}{unit}"
        minutes, left = divmod(left, 60 * 10**9)
        hours, minutes = divmod(minutes, 60)
        text = f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else ""
        return f"{minus}{text}{_decimal(left, 10**9)}s"


def number(value: object) -> float:
    """Return a number, or a text that is one, as a float."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        if _NUMBER.fullmatch(value):
            return float(value)
        if _HEXADECIMAL.fullmatch(value):
            return float.fromhex(value)
        msg = f"{value!r} is not a number"
        raise TemplateError(msg)
    msg = f"can't convert {go_format.type_name(value)} to float"
    raise TemplateError(msg)


def humanize(value: object) -> str:
    """Write a number with a metric prefix: ``1.235M``."""
    return _prefixed(number(value), _LARGE, 1000.0)


def humanize1024(value: object) -> str:
    """Write a number with a binary prefix: ``1.177Mi``."""
    amount = number(value)
    if abs(amount) <= 1 or go_format.special(amount):
        return go_format.four_digits(amount)
    return _prefixed(amount, _BINARY, 1024.0)


def humanize_percentage(value: object) -> str:
    """Write a ratio as a percentage: ``12.5%``."""
    return go_format.four_digits(number(value) * 100) + "%"


def humanize_duration(value: object) -> str:
    """Write seconds as ``1d 3h 46m 40s`` or ``125ms``."""
    seconds = number(value)
    if go_format.special(seconds):
        return go_format.four_digits(seconds)
    if seconds == 0:
        return "0s"
    if abs(seconds) < 1:
        return _prefixed(seconds, (), 1000.0) + "s"
    if abs(seconds) < 60:  # noqa: PLR2004 - seconds of a minute
        return go_format.four_digits(seconds) + "s"
    minutes, second = divmod(int(abs(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    parts = [(day, "d"), (hour, "h"), (minute, "m"), (second, "s")]
    while not parts[0][0]:
        del parts[0]
    return "-" * (seconds < 0) + " ".join(f"{amount}{unit}" for amount, unit in parts)


def humanize_timestamp(value: object) -> str:
    """Write Unix seconds as a time in UTC, to the millisecond."""
    seconds = number(value)
    return go_format.four_digits(seconds) if go_format.special(seconds) else time_text(to_time(seconds))


def to_time(value: object) -> datetime:
    """Return Unix seconds as a time in UTC, cut to the millisecond."""
    seconds = number(value)
    try:
        return _EPOCH + timedelta(milliseconds=math.trunc(math.trunc(seconds * 1e9) / 1e6))
    except (OverflowError, ValueError):
        msg = f"{go_format.format_value(seconds)} seconds cannot be a time"
        raise TemplateError(msg) from None


def time_text(time: datetime) -> str:
    """Write a time as Go does, to the millisecond."""
    millis = f".{time.microsecond // 1000:03d}".rstrip("0").rstrip(".")
    return f"{time:%Y-%m-%d %H:%M:%S}{millis} +0000 UTC"


def _decimal(amount: int, size: int) -> str:
    whole, rest = divmod(amount, size)
    fraction = f"{rest:0{len(str(size)) - 1}d}".rstrip("0") if rest else ""
    return f"{whole}.{fraction}" if fraction else str(whole)


def _prefixed(amount: float, prefixes: Sequence[str], step: float) -> str:
    if amount == 0 or go_format.special(amount):
        return go_format.four_digits(amount)
    prefix = ""
    if abs(amount) >= 1:
        left = list(prefixes)
        while left and abs(amount) >= step:
            prefix, amount = left.pop(0), amount / step
    else:
        left = list(_SMALL)
        while left and abs(amount) < 1:
            prefix, amount = left.pop(0), amount * step
    return go_format.four_digits(amount) + prefix


def to_duration(value: object) -> Duration:
    """Return seconds as a length of time."""
    seconds = number(value)
    if not abs(seconds) < _LONGEST_DURATION_S:
        msg = f"{go_format.format_value(seconds)} cannot be represented as a duration"
        raise TemplateError(msg)
    return Duration(math.trunc(seconds * 1e9))


def seconds_of(text: str) -> float:
    """Return the seconds of a duration such as ``-1h30m``."""
    try:
        return parse_duration(text.removeprefix("-")) / (-1000 if text.startswith("-") else 1000)
    except MonitoringError as error:
        raise TemplateError(str(error)) from error
