"""How a series stands to its limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from otel_monitoring.analytics.forecasts.capacity import Outcome
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.reports.forecasts.limits import Limit

Ahead = tuple[str, float, float, float]
"""How far ahead in words, and the forecast there with the lower and the upper edge of its band."""


@dataclass(frozen=True, slots=True)
class Standing:
    """When a series reaches its limit, seen from a time.

    Attributes:
        limit: The limit.
        labels: Which series.
        at_ms: From when it is seen, Unix milliseconds.
        newest: The newest value; NaN where there is none.
        horizon_s: How far was looked ahead.
        outcome: Whether it is reached; ``None`` where nothing is known.
        low_s: Seconds until it is reached at the earliest; ``None`` for not within the horizon.
        expected_s: Seconds until it is expected to be reached.
        high_s: Seconds until it is reached at the latest.
        ahead: Forecasts.
        reason: Why nothing is known; empty where something is.
    """

    limit: Limit
    labels: Labels
    at_ms: int
    newest: float
    horizon_s: float
    outcome: Outcome | None = None
    low_s: float | None = None
    expected_s: float | None = None
    high_s: float | None = None
    ahead: tuple[Ahead, ...] = ()
    reason: str = ""

    @property
    def title(self) -> str:
        """How the resource is called."""
        return self.limit.title or self.limit.resource

    @property
    def told(self) -> str:
        """The values of the labels, which tell the series apart."""
        return " ".join(
            value for name, value in self.labels.pairs if name not in ("__name__", "job") and value
        )

    @property
    def urgency(self) -> tuple[int, float]:
        """What sorts the most urgent to the front."""
        order = ("reached", "expected", "possible", "not within the horizon", None)
        until_s = self.expected_s if self.expected_s is not None else self.low_s
        return order.index(self.outcome), until_s if until_s is not None else float("inf")
