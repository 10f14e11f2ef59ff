"""How often: a number of units within a window of time, written ``100/minute``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from otel_monitoring.ratelimit.errors import RateLimitError

MOST: Final = 100_000
"""The most units of one rate: a window that moves keeps the time of each of them."""

_UNITS_S: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_LONGEST_S: Final = 31 * 86_400
_EXPECTED: Final = "a rate such as 100/minute, 5 per 10 seconds, or several joined by 'and'"
_PATTERN: Final = re.compile(r"(\d{1,9})\s*(?:/|\bper\b)\s*(?:(\d{1,7})\s*)?(second|minute|hour|day)s?")


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``limit`` units within any ``window_s`` seconds.

    Attributes:
        limit: Units, 1 to 100,000; a request costs one unless a rule says more.
        window_s: Length of the window in seconds, 1 s to 31 days.
    """

    limit: int
    window_s: int

    def __post_init__(self) -> None:
        """Refuse what no window can keep."""
        if not 1 <= self.limit <= MOST:
            msg = f"rate {self}: expected a limit of 1 to {MOST}"
            raise RateLimitError(msg)
        if not 1 <= self.window_s <= _LONGEST_S:
            msg = f"rate {self}: expected a window of 1 second to 31 days"
            raise RateLimitError(msg)

    def __str__(self) -> str:
        """Return the rate as it is written, in the largest unit that fits."""
        unit, unit_s = next(
            (name, length) for name, length in reversed(_UNITS_S.items()) if self.window_s % length == 0
        )
        number = self.window_s // unit_s
        return f"{self.limit}/{unit}" if number == 1 else f"{self.limit} per {number} {unit}s"

    def divided(self, workers: int) -> Rate:
        """Return the share of one of ``workers`` processes; at least one unit."""
        return Rate(max(1, self.limit // workers), self.window_s)


def parse_rates(text: str) -> tuple[Rate, ...]:
    """Return the rates of a text such as ``100/minute and 10/second``.

    The shorter window beside the longer one is how a burst is bounded.

    Raises:
        RateLimitError: The text is no rate, or holds two rates of one window.
    """
    rates = tuple(_parse(part) for part in re.split(r"\band\b", text.strip().lower()))
    windows = [rate.window_s for rate in rates]
    if len(set(windows)) < len(windows):
        msg = f"rate {text!r} holds two limits of one window, expected one limit a window"
        raise RateLimitError(msg)
    return rates


def _parse(text: str) -> Rate:
    found = _PATTERN.fullmatch(text.strip())
    if found is None:
        msg = f"rate {text.strip()!r}: expected {_EXPECTED}"
        raise RateLimitError(msg)
    limit, number, unit = found.groups()
    return Rate(int(limit), int(number or 1) * _UNITS_S[unit])
