"""Findings: opened by a verdict, held open while the series is out of its range, then closed."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from otel_monitoring.analytics.anomaly.stretch import Stretch
from otel_monitoring.analytics.anomaly.verdict import Reason
from otel_monitoring.model.labels import Labels
from otel_monitoring.reports.anomalies.words import sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

EVENT_NAME = "otel_monitoring.anomaly"
LONGEST_S = 6 * 3600.0
_LONGEST_MOVED = 5


@dataclass(frozen=True, slots=True)
class Moved:
    """A series that stood out at about the same time.

    Attributes:
        name: What is watched, such as ``http.p95``.
        labels: Which series of it.
        score: How much it stood out, 0 to 1.
    """

    name: str
    labels: Labels
    score: float


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A stretch in which a series stood out.

    Attributes:
        name: What is watched, such as ``http.p95``, or the expression that a user named.
        labels: Which series of it.
        unit: Of the values, in UCUM; empty where it is not known.
        expr: PromQL that shows the series, and others beside it.
        since_ms: When it began, Unix milliseconds.
        until_ms: When it ended; ``None`` while it lasts.
        peak_ms: When it was strangest; the following are of that time.
        value: What was seen.
        expected_low: Lower end of the range that was expected; NaN where none was known.
        expected_high: Upper end of that range.
        score: How strange it was, 0 to 1.
        rarity_hours: So rare that it is seen once in this many hours; 0 where that is not known.
        reason: In which way it stood out.
        moved: What else stood out, the strangest first.
    """

    name: str
    labels: Labels
    unit: str
    expr: str
    since_ms: int
    until_ms: int | None
    peak_ms: int
    value: float
    expected_low: float
    expected_high: float
    score: float
    rarity_hours: float
    reason: Reason
    moved: tuple[Moved, ...] = ()

    @property
    def key(self) -> str:
        """What tells one finding from another: the same from its beginning to its end."""
        return json.dumps([self.name, self.labels.pairs, self.since_ms])

    def attributes(self) -> dict[str, Any]:
        """Return it as attributes of an event, which :meth:`read` takes."""
        found: dict[str, Any] = {
            "anomaly.name": self.name,
            "anomaly.labels": json.dumps(self.labels.as_dict()),
            "anomaly.unit": self.unit,
            "anomaly.expr": self.expr,
            "anomaly.since_ms": self.since_ms,
            "anomaly.peak_ms": self.peak_ms,
            "anomaly.value": self.value,
            "anomaly.expected_low": self.expected_low,
            "anomaly.expected_high": self.expected_high,
            "anomaly.score": self.score,
            "anomaly.rarity_hours": self.rarity_hours,
            "anomaly.reason": self.reason.name.lower(),
            "anomaly.moved": json.dumps([[one.name, one.labels.as_dict(), one.score] for one in self.moved]),
        }
        found = {name: value for name, value in found.items() if not _is_unknown(value)}
        return found if self.until_ms is None else {**found, "anomaly.until_ms": self.until_ms}

    @classmethod
    def read(cls, attributes: Mapping[str, Any]) -> Anomaly:
        """Return what :meth:`attributes` wrote.

        Raises:
            ValueError: It is something else.
            KeyError: Likewise.
        """
        moved = json.loads(attributes["anomaly.moved"])
        return cls(
            name=attributes["anomaly.name"],
            labels=Labels.of(json.loads(attributes["anomaly.labels"])),
            unit=attributes["anomaly.unit"],
            expr=attributes["anomaly.expr"],
            since_ms=int(attributes["anomaly.since_ms"]),
            until_ms=int(until) if (until := attributes.get("anomaly.until_ms")) is not None else None,
            peak_ms=int(attributes["anomaly.peak_ms"]),
            value=float(attributes["anomaly.value"]),
            expected_low=float(attributes.get("anomaly.expected_low", math.nan)),
            expected_high=float(attributes.get("anomaly.expected_high", math.nan)),
            score=float(attributes["anomaly.score"]),
            rarity_hours=float(attributes["anomaly.rarity_hours"]),
            reason=Reason[attributes["anomaly.reason"].upper()],
            moved=tuple(Moved(name, Labels.of(labels), score) for name, labels, score in moved),
        )

    def sentence(self) -> str:
        """Return what people read."""
        return sentence(self)


@dataclass(frozen=True, slots=True)
class Point:
    """What was said of one point of one series.

    Attributes:
        at_ms: When, Unix milliseconds.
        value: What was seen.
        score: 0 to 1.
        is_anomalous: Whether the score reached the bar.
        expected_low: Lower end of what was expected; NaN where that is not known.
        expected_high: Upper end.
        rarity_hours: Once in how many hours.
        reason: In which way it stood out.
    """

    at_ms: int
    value: float
    score: float
    is_anomalous: bool
    expected_low: float
    expected_high: float
    rarity_hours: float
    reason: Reason


class Lasting:
    """A finding that is open.

    Args:
        anomaly: As it began.
    """

    def __init__(self, anomaly: Anomaly) -> None:
        self.anomaly = anomaly
        self._stretch = Stretch(start=anomaly.since_ms, low=anomaly.expected_low, high=anomaly.expected_high)

    def goes_on(self, point: Point) -> bool:
        """Take a further point; return whether the finding is still open after it."""
        lasts = self._stretch.goes_on(
            point.at_ms,
            point.value,
            low=point.expected_low,
            high=point.expected_high,
            is_anomalous=point.is_anomalous,
        )
        if point.score > self.anomaly.score:
            self.anomaly = _at(self.anomaly, point)
        return lasts and point.at_ms - self.anomaly.since_ms < LONGEST_S * 1000

    def ended(self) -> Anomaly:
        """Return the finding with its end."""
        return replace(self.anomaly, until_ms=round(self._stretch.end))


def opened(
    point: Point, *, name: str, labels: Labels, unit: str, expr: str, moved: tuple[Moved, ...]
) -> Lasting:
    """Return a finding that begins with a point."""
    return Lasting(
        Anomaly(
            name=name,
            labels=labels,
            unit=unit,
            expr=expr,
            since_ms=point.at_ms,
            until_ms=None,
            peak_ms=point.at_ms,
            value=point.value,
            expected_low=point.expected_low,
            expected_high=point.expected_high,
            score=point.score,
            rarity_hours=point.rarity_hours,
            reason=point.reason,
            moved=moved[:_LONGEST_MOVED],
        )
    )


def _at(anomaly: Anomaly, point: Point) -> Anomaly:
    return replace(
        anomaly,
        peak_ms=point.at_ms,
        value=point.value,
        expected_low=point.expected_low,
        expected_high=point.expected_high,
        score=point.score,
        rarity_hours=point.rarity_hours,
        reason=point.reason if point.reason is not Reason.NONE else anomaly.reason,
    )


def _is_unknown(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)
