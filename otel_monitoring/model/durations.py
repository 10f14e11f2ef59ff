"""Durations as rule files write them: ``1h30m`` (alerting semantics S1.8)."""

from __future__ import annotations

import re

from otel_monitoring.errors import RuleError

UNITS_MS = {
    "y": 365 * 86_400_000,
    "w": 7 * 86_400_000,
    "d": 86_400_000,
    "h": 3_600_000,
    "m": 60_000,
    "s": 1000,
    "ms": 1,
}
"""Length of each unit in milliseconds, longest first."""

LONGEST_MS = (2**63 - 1) // 1_000_000
"""A duration has to fit into 64 bits of nanoseconds, some 292 years, as it does on Prometheus."""

_PATTERN = re.compile("".join(f"(?:([0-9]+){unit})?" for unit in UNITS_MS))


def parse_duration(text: str) -> int:
    """Return the milliseconds of a duration such as ``5m``, ``1h30m`` or ``0``.

    Raises:
        RuleError: The text is no duration, or longer than 292 years.
    """
    if text == "0":
        return 0
    found = _PATTERN.fullmatch(text)
    if not text or found is None:
        msg = (
            f"{text!r} is not a valid duration: expected whole numbers with units y w d h m s ms, as in 1h30m"
        )
        raise RuleError(msg)
    parts = zip(found.groups(), UNITS_MS.values(), strict=True)
    total_ms = sum(int(number[:20]) * unit_ms for number, unit_ms in parts if number)
    if total_ms > LONGEST_MS:
        msg = f"duration {text!r} is out of range: expected at most 292 years"
        raise RuleError(msg)
    return total_ms


def format_duration(duration_ms: int) -> str:
    """Write milliseconds as the shortest duration that parses to the same.

    Years and weeks are used only where they divide evenly, since nobody reads ``1w3d`` as ten days.
    """
    if duration_ms == 0:
        return "0s"
    left_ms, parts = duration_ms, []
    for unit, unit_ms in UNITS_MS.items():
        if unit in ("y", "w") and left_ms % unit_ms:
            continue
        number, left_ms = divmod(left_ms, unit_ms)
        if number:
            parts.append(f"{number}{unit}")
    return "".join(parts)
