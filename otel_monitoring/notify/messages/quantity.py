"""Numbers as people read them: four digits, and the unit that suits their size."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COMPARISONS: Mapping[str, str] = {
    ">": "above",
    ">=": "at least",
    "<": "below",
    "<=": "at most",
    "==": "equal to",
    "!=": "other than",
}
"""How each comparison is told, from the side of the value: it fires *above 5*."""

_DIGITS = 4
_TIMES = ((86_400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_SIZES = (
    (2.0**50, "PiB"),
    (2.0**40, "TiB"),
    (2.0**30, "GiB"),
    (2.0**20, "MiB"),
    (2.0**10, "KiB"),
    (1.0, "B"),
)
_LONG_FROM = 2
"""A time is told in minutes, hours or days from two of them on: 90 s stays 90 s."""

_MOST_PLAIN = 1e15
_LEAST_PLAIN = 1e-4


def quantity(value: float, unit: str = "") -> str:
    """Write a value with its unit.

    Args:
        value: In the unit.
        unit: ``s``, ``By``, ``ratio`` (1 is 100 %) or ``%``, each perhaps with ``/s`` behind it, or ``/s``
            alone; empty for a mere number.
    """
    base, slash, per = unit.partition("/")
    rate = f"/{per}" if slash else ""
    if not math.isfinite(value):
        return number(value)
    if base == "ratio":
        return f"{number(value * 100)}%{rate}"
    if base == "s":
        return _scaled(value, _TIMES, "s") + rate
    if base == "By":
        return _scaled(value, _SIZES, "B") + rate
    if base == "%":
        return f"{number(value)}%{rate}"
    return f"{number(value)} {base}{rate}".rstrip()


def threshold(op: str, bound: float | None, unit: str = "") -> str:
    """Write what a value is compared with: ``above 5%``; empty where that is no constant."""
    return "" if bound is None else f"{COMPARISONS[op]} {quantity(bound, unit)}"


def number(value: float) -> str:
    """Write a number in at most four significant digits, more where it is a whole one: ``12,345``."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "infinite" if value > 0 else "-infinite"
    size = abs(value)
    if size and not _LEAST_PLAIN <= size < _MOST_PLAIN:
        return f"{value:.{_DIGITS}g}"
    whole_digits = len(str(int(size)))
    if value == int(value) or whole_digits >= _DIGITS:
        return f"{value:,.0f}"
    decimals = _DIGITS - whole_digits if size >= 1 else _DIGITS - 1 - math.floor(math.log10(size))
    text = f"{value:.{decimals}f}".rstrip("0").rstrip(".")
    return text if float(text) else "0"


def _scaled(value: float, units: Sequence[tuple[float, str]], smallest: str) -> str:
    """Write a value in the largest unit that leaves at least one of it."""
    if not value:
        return f"0 {smallest}"
    size = abs(value)
    scale, name = next(
        ((scale, name) for scale, name in units if size >= scale * _least(scale, name)), units[-1]
    )
    return f"{number(value / scale)} {name}"


def _least(scale: float, name: str) -> float:
    return _LONG_FROM if scale > 1 and name in ("min", "h", "d") else 1
