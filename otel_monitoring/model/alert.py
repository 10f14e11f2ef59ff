"""What rules find and what people are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.model.document import Document
    from otel_monitoring.model.labels import Labels

AlertState = Literal["inactive", "pending", "firing"]

Change = Literal["pending", "firing", "resolved", "dropped"]
"""What happened to an alert: ``dropped`` is a pending alert whose condition cleared; nobody is told."""

_RANKS = {"critical": 0, "page": 0, "emergency": 0, "error": 1, "high": 1, "warning": 2, "warn": 2, "info": 4}
_UNKNOWN_RANK = 3
"""A severity that says nothing is worse than a mere note."""


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
    def severity_rank(self) -> int:
        """The place among severities by the label ``severity``: 0 is the worst, 4 a mere note."""
        return _RANKS.get(self.labels.get("severity").lower(), _UNKNOWN_RANK)

    @property
    def is_firing(self) -> bool:
        """Whether the alert is firing now."""
        return self.state == "firing"


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of one alert.

    Attributes:
        change: What happened.
        alert: The alert as it stands after the change.
        at_ms: The evaluation time, Unix milliseconds.
    """

    change: Change
    alert: Alert
    at_ms: int


@dataclass(frozen=True, slots=True)
class SentAlert:
    """One alert on its way to the notification side (alerting semantics S8).

    Attributes:
        labels: The identity with the external labels added where it lacked them.
        annotations: The expanded annotations.
        value: The last value of the expression.
        starts_at_ms: When it began to fire.
        ends_at_ms: When it stopped firing, or until when it holds without being sent again.
        is_resolved: Whether it stopped firing.
        generator_url: Where its expression can be looked at; empty where nothing is configured.
    """

    labels: Labels
    annotations: Mapping[str, str]
    value: float
    starts_at_ms: int
    ends_at_ms: int
    is_resolved: bool
    generator_url: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """What one receiver is to be told: a group of alerts that belong together.

    Attributes:
        key: The same for every attempt to tell the same thing, and for nothing else.
        receiver: The name of the receiver.
        group_key: What the group is, in the words of Alertmanager: ``{}:{alertname="HighCpu"}``.
        group_labels: The labels that all alerts of the group share by definition.
        alerts: The alerts, firing ones first.
        channel: The name of the one channel of the receiver that is meant; empty for all of them.
        document: What is told in place of alerts.
    """

    key: str
    receiver: str
    group_key: str
    group_labels: Labels
    alerts: tuple[SentAlert, ...]
    channel: str = ""
    document: Document | None = None

    @property
    def is_firing(self) -> bool:
        """Whether any alert of the group fires."""
        return any(not alert.is_resolved for alert in self.alerts)
