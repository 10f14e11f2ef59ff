"""Numbers and times as JSON carries them everywhere in the API."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


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


def ucum(unit: str) -> str:
    """Return a unit in UCUM, in which a ratio is ``1``."""
    return "1" if unit == "ratio" else unit


def plain(value: Any) -> Any:
    """Return what was said once as JSON takes it, whatever numbers and characters are in it."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, float):
        return number(value)
    if isinstance(value, Mapping):
        return {plain(str(key)): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value
