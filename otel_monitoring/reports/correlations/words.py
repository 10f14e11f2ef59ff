"""Relations and movements as sentences."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from otel_monitoring.model.durations import format_duration
from otel_monitoring.reports.anomalies.words import series
from otel_monitoring.reports.values import change, shown

if TYPE_CHECKING:
    from otel_monitoring.analytics.correlation.movers import How, Mover
    from otel_monitoring.analytics.correlation.pairs import Pair
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.reports.correlations.candidates import Candidate

_VERBS: dict[How, str] = {
    "shift": "moved to another level",
    "ramp": "began to drift",
    "spike": "jumped and came back",
    "spread": "began to swing",
    "drop": "fell to zero",
    "silent": "went silent",
    "new": "appeared",
}
_STRONG, _CLEAR = 0.7, 0.4


def movement(candidate: Candidate, labels: Labels, mover: Mover) -> str:
    """Return what one series did, since when, and who came after it."""
    at = datetime.fromtimestamp(mover.onset_ms / 1000, UTC).strftime("%H:%M:%S")
    text = f"{series(candidate.name, labels)} {_VERBS[mover.how]} at {at} UTC{_from_to(candidate, mover)}"
    if not mover.followers:
        return f"{text}."
    others = "one other series" if mover.followers == 1 else f"{mover.followers} other series"
    return f"{text}; {others} moved soon after."


def relation(first: str, second: str, pair: Pair, *, step_ms: int) -> str:
    """Return how two series go together."""
    if pair.reason:
        return f"{first} and {second}: {pair.reason}."
    strength = abs(pair.coefficient)
    how = "closely" if strength >= _STRONG else "clearly" if strength >= _CLEAR else "weakly"
    way = "with" if pair.coefficient > 0 else "against"
    ahead, behind = (first, second) if pair.lag >= 0 else (second, first)
    later = f", {format_duration(abs(pair.lag) * step_ms)} later" if pair.lag else ""
    worth = f"{pair.points} points worth {pair.worth:.0f}"
    return f"{behind} moves {how} {way} {ahead}{later} (r = {pair.coefficient:.2f}, {worth})."


def _from_to(candidate: Candidate, mover: Mover) -> str:
    if not (math.isfinite(mover.before) and math.isfinite(mover.after)):
        known = mover.after if math.isfinite(mover.after) else mover.before
        return f" ({'at' if mover.how == 'new' else 'from'} {shown(known, candidate.unit)})"
    text = f", from {shown(mover.before, candidate.unit)} to {shown(mover.after, candidate.unit)}"
    if mover.before == 0 or candidate.unit == "1":
        return text
    return f"{text} ({change(mover.after / mover.before - 1)})"
