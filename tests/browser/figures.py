"""Values as the dashboard writes them, worked out a second time."""

from __future__ import annotations

import math

_NONE = "\N{EN DASH}"
_SMALL = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_LONG = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
_DECIMAL = ("", "k", "M", "G", "T", "P")
_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def count(value: float | None) -> str:
    """Return a number with a decimal prefix."""
    return _NONE if value is None else "".join(_scaled(value, 1000, _DECIMAL))


def size(value: float | None) -> str:
    """Return bytes."""
    return _NONE if value is None else " ".join(_scaled(value, 1024, _BINARY))


def share(value: float | None) -> str:
    """Return a ratio as a percentage."""
    return _NONE if value is None else f"{digits(value * 100)}%"


def duration(value: float | None) -> str:
    """Return seconds."""
    if value is None:
        return _NONE
    if abs(value) >= 60:
        return _long(round(abs(value)))
    factor, unit = next((pair for pair in _SMALL if abs(value) >= pair[0]), _SMALL[-1])
    return "0 s" if value == 0 else f"{digits(value / factor)} {unit}"


def digits(value: float) -> str:
    """Return three significant digits, whole numbers in full."""
    if abs(value) >= 1000:
        return f"{_rounded(value):,.0f}"
    if 0 < abs(value) < 0.001:
        mantissa, _, power = f"{value:.1e}".partition("e")
        return f"{mantissa}e{int(power):+d}"
    return f"{_rounded(value):.10g}"


def _rounded(value: float) -> float:
    return math.floor(value + 0.5) if abs(value) >= 1000 else float(f"{value:.3g}")


def _long(whole: int) -> str:
    at = next(number for number, (factor, _) in enumerate(_LONG) if whole >= factor)
    (factor, unit), (below, below_unit) = _LONG[at], _LONG[at + 1]
    first, rest = whole // factor, whole % factor // below
    return f"{first} {unit} {rest} {below_unit}" if rest else f"{first} {unit}"


def _scaled(value: float, base: int, prefixes: tuple[str, ...]) -> tuple[str, str]:
    power = 0
    while power < len(prefixes) - 1 and _rounded(abs(value) / base**power) >= base:
        power += 1
    return digits(value / base**power), prefixes[power]
