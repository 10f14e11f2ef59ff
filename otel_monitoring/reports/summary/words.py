"""Numbers, times and changes as people read them."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING

from otel_monitoring.reports.summary.period import zone_of

if TYPE_CHECKING:
    from otel_monitoring.reports.summary.model import Cell, Figure
    from otel_monitoring.reports.summary.period import Period

NONE = "\N{EN DASH}"
_MINUS = "\N{MINUS SIGN}"
_BYTES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_LARGE = ((1e12, "T"), (1e9, "G"), (1e6, "M"))
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400
_KIB = 1024
_MOST_TIMES = 10
_LEAST_CHANGE = 0.005
_HUGE = 1e15


def cell(value: Cell, unit: str = "") -> str:
    """Return what stands in a table."""
    return value if isinstance(value, str) else number(value, unit)


def number(value: float | None, unit: str = "") -> str:
    """Return a number with its unit and the digits that matter."""
    if value is None or not math.isfinite(value):
        return NONE
    if unit == "1":
        return f"{_digits(value * 100)}%"
    if unit == "s":
        return duration(value)
    if unit == "By":
        return _bytes(value)
    return _count(value) + _named(unit)


def duration(seconds: float) -> str:
    """Return a duration in the unit that suits it: ``830 µs``, ``45 ms``, ``3.2 s``, ``2 h 5 min``."""
    size = abs(seconds)
    if size < 0.001:  # noqa: PLR2004 - a millisecond
        return f"{_digits(seconds * 1e6)} µs" if seconds else "0 s"
    if size < 1:
        return f"{_digits(seconds * 1000)} ms"
    if size < _MINUTE_S:
        return f"{_digits(seconds)} s"
    return _two(seconds)


def change(figure: Figure) -> str:
    """Return how a figure compares with the period before; empty where nothing is known of that."""
    if figure.value is None or figure.before is None:
        return ""
    grown = figure.change
    if grown is None:
        return f"was {number(figure.before, figure.unit)}" if figure.value != figure.before else "unchanged"
    if abs(grown) < _LEAST_CHANGE:
        return "unchanged"
    if grown >= _MOST_TIMES - 1:
        return f"{_digits(grown + 1)} times as much"
    return f"{'+' if grown > 0 else _MINUS}{_digits(abs(grown) * 100)}%"


def moment(time_ms: float, zone: str) -> str:
    """Return a time to the minute, in a time zone."""
    return f"{datetime.fromtimestamp(time_ms / 1000, zone_of(zone)):%Y-%m-%d %H:%M}"


def spell(period: Period) -> str:
    """Return a period in words."""
    return f"{moment(period.start_ms, period.zone)} to {moment(period.end_ms, period.zone)} ({period.zone})"


def _two(seconds: float) -> str:
    whole = round(abs(seconds))
    sign = _MINUS if seconds < 0 else ""
    for size, name, below, below_name in (
        (_DAY_S, "d", _HOUR_S, "h"),
        (_HOUR_S, "h", _MINUTE_S, "min"),
        (_MINUTE_S, "min", 1, "s"),
    ):
        near = round(whole / below) * below
        if near >= size:
            rest = near % size // below
            return f"{sign}{near // size} {name}" + (f" {rest} {below_name}" if rest else "")
    return f"{sign}{whole} s"


def _bytes(value: float) -> str:
    at, size = 0, value
    while abs(size) >= _KIB and at < len(_BYTES) - 1:
        at, size = at + 1, size / _KIB
    return f"{_digits(size)} {_BYTES[at]}"


def _count(value: float) -> str:
    for size, name in _LARGE:
        if size <= abs(value) < _HUGE:
            return f"{value / size:.3g}{name}" if abs(value) < 1000 * size else f"{value / size:,.0f}{name}"
    return _digits(value)


def _digits(value: float) -> str:
    if abs(value) >= _HUGE:
        return f"{value:.3g}"
    if abs(value) >= 100 or value == round(value):  # noqa: PLR2004 - three digits are enough
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 1e-4 else f"{value:.1e}"  # noqa: PLR2004 - below, powers of ten


def _named(unit: str) -> str:
    if unit.endswith("/s"):
        of = unit.removesuffix("/s").strip("{}")
        return f" {of}/s" if of not in ("", "1") else "/s"
    return f" {unit.strip('{}')}" if unit else ""
