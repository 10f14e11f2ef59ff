"""Numbers and times as JSON carries them everywhere in the API."""

from __future__ import annotations

import math
from datetime import UTC, datetime


def number(value: float) -> float | str:
    """Return a number; NaN and the infinities, which JSON does not have, as Prometheus spells them."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return value


def time(time_ms: int) -> datetime:
    """Return Unix milliseconds as a time in UTC, which is written as RFC 3339 has it."""
    return datetime.fromtimestamp(time_ms / 1000, UTC)


def time_if_any(time_ms: int | None) -> datetime | None:
    """Return :func:`time` of what happened; ``None`` where it did not."""
    return None if time_ms is None else time(time_ms)
