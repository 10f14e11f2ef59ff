"""Anomalies in words: which series, since when, seen against expected, how rare, what else moved."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from otel_monitoring.analytics.anomaly.verdict import Reason
from otel_monitoring.reports.values import shown

if TYPE_CHECKING:
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.reports.anomalies.findings import Anomaly

_VERBS = {
    Reason.SPIKE: "is far out",
    Reason.LEVEL_SHIFT: "has moved to another level",
    Reason.SILENCE: "has gone silent",
    Reason.SPREAD: "varies in an unusual way",
    Reason.NOVELTY: "shows what was never seen",
    Reason.SEASONAL: "is unlike itself at this time",
    Reason.NONE: "stands out",
}
_UNTOLD = ("job", "__name__")
_SCOPE = "otel_scope_"
_NEGLIGIBLE = 1e-6
"""Next to what was seen, a limit that is smaller than this share of it is nothing."""
_DAY_H, _YEAR_H = 24, 8766


def sentence(anomaly: Anomaly) -> str:
    """Return what people read of an anomaly, in one to three sentences."""
    what = f"{series(anomaly.name, anomaly.labels)} {_verb(anomaly)} at {moment(anomaly.since_ms)}"
    usual = expected(anomaly)
    where = f"where {usual} was expected" if usual else "where nothing of the kind was seen before"
    parts = [f"{what}: {shown(anomaly.value, anomaly.unit)} {where}{_rarity(anomaly.rarity_hours)}."]
    if anomaly.until_ms is not None:
        parts.append(f"It was over at {moment(anomaly.until_ms)}.")
    if anomaly.moved:
        others = ", ".join(series(one.name, one.labels) for one in anomaly.moved)
        parts.append(f"What else moved: {others}.")
    return " ".join(parts)


def series(name: str, labels: Labels) -> str:
    """Return how a series is called: what is watched, and the values that tell it from the others."""
    told = [
        value
        for label, value in labels.pairs
        if value and label not in _UNTOLD and not label.startswith(_SCOPE)
    ]
    return f"{name} of {' '.join(told)}" if told else name


def _verb(anomaly: Anomaly) -> str:
    if anomaly.reason is Reason.SPIKE and anomaly.value > anomaly.expected_high:
        return "jumped"
    if anomaly.reason is Reason.SPIKE and anomaly.value < anomaly.expected_low:
        return "dropped"
    return _VERBS[anomaly.reason]


def expected(anomaly: Anomaly) -> str:
    """Return the range that was expected; empty where none was known."""
    low, high = anomaly.expected_low, anomaly.expected_high
    if math.isnan(low) or math.isnan(high):
        return ""
    least = _NEGLIGIBLE * abs(anomaly.value)
    low, high = (0.0 if abs(limit) < least else limit for limit in (low, high))
    return f"{shown(low, anomaly.unit)} to {shown(high, anomaly.unit)}"


def _rarity(hours: float) -> str:
    if hours <= 0 or not math.isfinite(hours):
        return ""
    if hours < _DAY_H:
        return f", seen once in {hours:.0f} hours"
    if hours < _YEAR_H:
        return f", seen once in {hours / _DAY_H:.0f} days"
    return ", seen less than once a year"


def moment(time_ms: int) -> str:
    """Return a Unix time in milliseconds to the minute."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
