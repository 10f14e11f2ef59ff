"""What rules find and what people are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.model.labels import Labels

AlertState = Literal["inactive", "pending", "firing"]


@dataclass(frozen=True, slots=True)
class Breach:
    """One label set that breaks a rule at one time.

    Attributes:
        labels: The labels of the sample, the metric's name included where the expression kept it.
        value: The value of the expression, in its unit.
    """

    labels: Labels
    value: float


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert of one rule: a final label set and where it stands.

    All times are Unix milliseconds; ``None`` where it did not happen.

    Attributes:
        labels: The identity: final labels with ``alertname`` (alerting semantics S4).
        annotations: The expanded annotations; not part of the identity.
        state: ``inactive`` once resolved.
        value: The last value of the expression.
        active_at_ms: When the condition was first true.
        fired_at_ms: When it went from pending to firing.
        resolved_at_ms: When it stopped firing.
        last_sent_at_ms: When it was last handed to the notification side.
        keep_firing_since_ms: Since when only ``keep_firing_for`` holds it.
    """

    labels: Labels
    annotations: Mapping[str, str]
    state: AlertState
    value: float
    active_at_ms: int
    fired_at_ms: int | None = None
    resolved_at_ms: int | None = None
    last_sent_at_ms: int | None = None
    keep_firing_since_ms: int | None = None

    @property
    def name(self) -> str:
        """The name of the rule, from the label ``alertname``."""
        return self.labels.get("alertname")

    @property
    def is_firing(self) -> bool:
        """Whether the alert is firing now."""
        return self.state == "firing"
