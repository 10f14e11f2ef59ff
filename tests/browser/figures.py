"""Values as the dashboard writes them, worked out a second time."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

NONE = "\N{EN DASH}"
_SMALL = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_LONG = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
_LEAST_S = 1e-12
_NEXT_TO_NOTHING = 1e-9
_DECIMAL = ("", "k", "M", "G", "T", "P")
_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def quantity(value: float | str | None, unit: str) -> str:
    """Return a value with a unit of UCUM."""
    known = number_of(value)
    if known is None:
        return NONE
    base = "" if unit == "1/s" else unit.removesuffix("/s")
    return _in_unit(known, base) + ("/s" if unit.endswith("/s") else "")


def number_of(value: float | str | None) -> float | None:
    """Return a number of an answer, where the infinities and NaN are texts."""
    return None if value is None or not math.isfinite(float(value)) else float(value)


def _in_unit(value: float, unit: str) -> str:
    if unit == "%":
        return f"{digits(value)}%"
    return {"s": duration, "By": size, "1": share}.get(unit, count)(value)


def count(value: float | None) -> str:
    """Return a number with a decimal prefix."""
    return NONE if value is None else "".join(_scaled(value, 1000, _DECIMAL))


def size(value: float | None) -> str:
    """Return bytes."""
    return NONE if value is None else " ".join(_scaled(value, 1024, _BINARY))


def share(value: float | None) -> str:
    """Return a ratio as a percentage."""
    return NONE if value is None else f"{digits(value * 100)}%"


def duration(value: float | None) -> str:
    """Return seconds."""
    if value is None:
        return NONE
    if abs(value) >= 60:
        return _long(math.floor(abs(value) + 0.5))
    factor, unit = next((pair for pair in _SMALL if abs(value) >= pair[0]), _SMALL[-1])
    return "0 s" if abs(value) < _LEAST_S else f"{digits(value / factor)} {unit}"


def digits(value: float) -> str:
    """Return three significant digits, whole numbers in full."""
    if abs(value) >= 1000:
        return f"{_rounded(value):,.0f}"
    if abs(value) < _NEXT_TO_NOTHING:
        return "0"
    if abs(value) < 0.001:
        mantissa, _, power = f"{value:.1e}".partition("e")
        return f"{mantissa}e{int(power):+d}"
    return f"{_rounded(value):.10g}"


def _rounded(value: float) -> float:
    """Return three significant digits; what lies in the middle goes up, as browsers have it."""
    if abs(value) >= 1000:
        return math.floor(value + 0.5)
    exact = Decimal(value)
    return float(exact.quantize(Decimal(1).scaleb(exact.adjusted() - 2), ROUND_HALF_UP)) if value else 0.0


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
