"""What a rule's alerts are to the notification side, and when they are sent again (alerting semantics S8)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from otel_monitoring.model.alert import SentAlert
from otel_monitoring.model.labels import Labels

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from otel_monitoring.alerts.evaluation.state import State
    from otel_monitoring.model.alert import Alert

_HOLDS_FOR_ROUNDS = 4


def _nowhere(_expr: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Sending:
    """How alerts are sent.

    Attributes:
        resend_delay_ms: Time after which an alert that still holds is sent again.
        external_labels: Labels that every alert gets which has none of that name.
        generator_url: Where an expression can be looked at.
    """

    resend_delay_ms: int = 60_000
    external_labels: Mapping[str, str] = field(default_factory=dict)
    generator_url: Callable[[str], str] = _nowhere

    def due(self, state: State, at_ms: int, *, expr: str, interval_ms: int) -> tuple[State, list[SentAlert]]:
        """Return the alerts that are to be sent at ``at_ms``, and the state with that noted."""
        due = [alert for alert in state.values() if self._is_due(alert, at_ms)]
        if not due:
            return state, []
        holds_until_ms = at_ms + _HOLDS_FOR_ROUNDS * max(interval_ms, self.resend_delay_ms)
        url = self.generator_url(expr)
        sent = [self._sent(alert, holds_until_ms=holds_until_ms, generator_url=url) for alert in due]
        noted = {alert.labels: replace(alert, last_sent_at_ms=at_ms) for alert in due}
        return {**state, **noted}, sent

    def labels(self, alert: Alert) -> Labels:
        """Return the labels that an alert has once it is sent."""
        if not self.external_labels:
            return alert.labels
        return Labels.of({**self.external_labels, **alert.labels.as_dict()})

    def _is_due(self, alert: Alert, at_ms: int) -> bool:
        if alert.state == "pending":
            return False
        if alert.last_sent_at_ms is None:
            return True
        if alert.resolved_at_ms is not None and alert.resolved_at_ms > alert.last_sent_at_ms:
            return True
        return alert.last_sent_at_ms + self.resend_delay_ms < at_ms

    def _sent(self, alert: Alert, *, holds_until_ms: int, generator_url: str) -> SentAlert:
        resolved_at_ms = alert.resolved_at_ms
        return SentAlert(
            labels=self.labels(alert),
            annotations=alert.annotations,
            value=alert.value,
            starts_at_ms=alert.active_at_ms if alert.fired_at_ms is None else alert.fired_at_ms,
            ends_at_ms=holds_until_ms if resolved_at_ms is None else resolved_at_ms,
            is_resolved=resolved_at_ms is not None,
            generator_url=generator_url,
        )
