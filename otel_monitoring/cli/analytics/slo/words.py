"""Numbers of service levels as people read them."""

from __future__ import annotations

_DAY_S, _HOUR_S, _MINUTE_S = 86_400, 3600, 60
_WHOLE = 10
NOTHING = "-"


def percent(ratio: float | None, *, digits: int = 6) -> str:
    """Return a ratio in percent, with so many significant digits."""
    if ratio is None:
        return NOTHING
    return f"{ratio * 100:,.0f}%" if abs(ratio) >= _WHOLE else f"{ratio * 100:.{digits}g}%"


def times(rate: float | None) -> str:
    """Return a burn rate."""
    return NOTHING if rate is None else f"{rate:.3g}x"


def lasts(seconds: float | None) -> str:
    """Return how long a budget lasts."""
    if seconds is None:
        return "it lasts"
    return "gone" if seconds == 0 else length(seconds)


def length(seconds: float) -> str:
    """Return a length of time in the unit that suits it."""
    for unit, unit_s in (("d", _DAY_S), ("h", _HOUR_S)):
        if seconds >= 2 * unit_s or (seconds >= unit_s and not seconds % unit_s):
            return f"{seconds / unit_s:.3g}{unit}"
    return f"{seconds / _MINUTE_S:.3g}m"
