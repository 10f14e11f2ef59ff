"""Times and limits as people say them: "full in 9 days (7 to 12)"."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from otel_monitoring.reports.values import shown

if TYPE_CHECKING:
    from otel_monitoring.reports.forecasts.standing import Standing

_UNITS = ((86_400.0, "day"), (3600.0, "hour"), (60.0, "minute"), (1.0, "second"))
_FEW = 2.0
_DAY_S, _WEEK_S = 86_400.0, 604_800.0


def span_words(seconds: float) -> str:
    """Return a length of time in the largest unit of which there are two: ``36 hours``, ``9 days``."""
    size, name = _unit(seconds)
    amount = round(seconds / size)
    return f"{amount} {name}" if amount == 1 else f"{amount} {name}s"


def sentence(standing: Standing, *, now_ms: int, zone: tzinfo = UTC) -> str:
    """Return in one sentence when a limit is reached, as it was worked out.

    Args:
        standing: What is known of it.
        now_ms: Unix time in milliseconds.
        zone: The zone of the days that are named.
    """
    who = f"{standing.title} {standing.told}".strip()
    limit = shown(standing.limit.value, standing.limit.unit)
    if standing.reason:
        return f"{who}: {standing.reason}"
    if standing.outcome == "reached":
        return f"{who} is at its limit of {limit}"
    horizon = span_words(standing.horizon_s)
    if standing.expected_s is None:
        if standing.low_s is None:
            return f"{who} does not reach {limit} within {horizon}"
        soonest = span_words(standing.low_s)
        return f"{who} may reach {limit} in {soonest}, but is not expected to within {horizon}"
    between = _range(standing)
    when = span_words(standing.expected_s) + (f" ({between})" if between else "")
    return f"{who} reaches {limit} in {when}, {_day(standing.expected_s, now_ms, zone)}"


def _range(standing: Standing) -> str:
    """Return between which times, in the unit of the expected one; nothing where that tells no difference."""
    size, name = _unit(standing.expected_s or 0.0)
    low = standing.low_s or 0.0
    if standing.high_s is None:
        amount = _amount(low, size)
        return f"{amount} {name}{'' if amount == '1' else 's'} or later"
    ends = (_amount(low, size), _amount(standing.high_s, size))
    return "" if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def _amount(seconds: float, size: float) -> str:
    amount = seconds / size
    return f"{amount:.1f}" if amount < 1 else f"{amount:.0f}"


def _unit(seconds: float) -> tuple[float, str]:
    return next((one for one in _UNITS if seconds >= _FEW * one[0]), _UNITS[-1])


def _day(seconds: float, now_ms: int, zone: tzinfo) -> str:
    """Return the day: its name within a week, with its date later on, its time within a day."""
    at = datetime.fromtimestamp(now_ms / 1000 + seconds, zone)
    if seconds < _DAY_S:
        return f"at {at:%H:%M}"
    if seconds < _WEEK_S:
        return f"on {at:%A}"
    return f"on {at:%A}, {at.day} {at:%B %Y}"
