"""Values as people read them: with the prefix and the unit that suit."""

from __future__ import annotations

import math

from otel_monitoring.templates.quantities import (
    humanize,
    humanize1024,
    humanize_duration,
    humanize_percentage,
)

_RATE = "/s"


def shown(value: float, unit: str = "") -> str:
    """Return a value in the words of its unit.

    Args:
        value: The value; NaN and the infinities are said as such.
        unit: In UCUM: ``s``, ``By``, ``1`` for a ratio, ``{request}/s``; empty where it is not known.
    """
    if not math.isfinite(value):
        return str(value)
    if unit.endswith(_RATE):
        of = unit.removesuffix(_RATE)
        return f"{shown(value, of) if of == 'By' else _named(value, of)}/s"
    if unit == "s":
        return humanize_duration(value)
    if unit == "By":
        return f"{humanize1024(value)}B"
    if unit == "1":
        return humanize_percentage(value)
    return _named(value, unit)


def change(ratio: float) -> str:
    """Return a relative change with its sign: 0.123 is ``+12.3%``.

    Args:
        ratio: The difference by what was there before.
    """
    if not math.isfinite(ratio):
        return "new" if ratio > 0 else "gone"
    percent = ratio * 100
    return f"{percent:+.0f}%" if abs(percent) >= 10 else f"{percent:+.1f}%"  # noqa: PLR2004 - two digits


def _named(value: float, unit: str) -> str:
    """Annotations in braces are said in words: ``{request}`` is requests."""
    value = float(f"{value:.4g}")  # a prefix is chosen for what is shown: 0.99999 is 1, not 1000m
    amount = humanize(value) if abs(value) >= 1 else f"{value:g}"  # half a request is not 500m requests
    word = unit.strip("{}").replace("_", " ")
    if not word or word == "1":
        return amount
    if unit.startswith("{"):
        return f"{amount} {word}" if value == 1 else f"{amount} {word}s"
    return f"{amount} {unit}"
