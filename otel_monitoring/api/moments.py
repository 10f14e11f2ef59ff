"""Times and durations as people write them in requests."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from otel_monitoring.api.refused import RefusedError
from otel_monitoring.errors import RuleError
from otel_monitoring.model.durations import parse_duration

if TYPE_CHECKING:
    from otel_monitoring.model.clock import Clock

_LAST_S = 253_402_300_799
LAST_MS = _LAST_S * 1000
"""The last second of the year 9999 in Unix milliseconds, after which RFC 3339 has no words."""


def moment_ms(text: str | None, *, field: str, clock: Clock) -> int | None:
    """Return Unix milliseconds of RFC 3339, of Unix seconds, or of a duration ago such as ``6h``.

    It lies between 1970, where what is longer ago ends, and the year 9999.

    Raises:
        RefusedError: The text is none of these.
    """
    if text is None:
        return None
    found_ms = _ago_ms(text, clock)
    if found_ms is None:
        found_ms = _seconds_ms(text)
    if found_ms is None:
        found_ms = _date_ms(text)
    if found_ms is None:
        msg = f"{field} is {text!r}: expected RFC 3339, Unix seconds, or how long ago, as in 6h"
        raise RefusedError(msg, field=field)
    return found_ms


def duration_ms(text: str, *, field: str) -> int:
    """Return the milliseconds of a duration that is longer than nothing.

    Raises:
        RefusedError: The text is no such duration.
    """
    try:
        found_ms = parse_duration(text)
    except RuleError as error:
        msg = f"{field}: {error}"
        raise RefusedError(msg, field=field) from None
    if not found_ms:
        msg = f"{field} is {text!r}: expected more than 0"
        raise RefusedError(msg, field=field)
    return found_ms


def _ago_ms(text: str, clock: Clock) -> int | None:
    try:
        return max(clock.now_ms() - parse_duration(text), 0) if text != "0" else None
    except RuleError:
        return None


def _seconds_ms(text: str) -> int | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return round(seconds * 1000) if math.isfinite(seconds) and 0 <= seconds <= _LAST_S else None


def _date_ms(text: str) -> int | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    found_ms = round((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)
    return found_ms if 0 <= found_ms <= LAST_MS else None
