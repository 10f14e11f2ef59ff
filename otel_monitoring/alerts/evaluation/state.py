"""The state machine of alerts: pending, firing, resolved (alerting semantics S3).

Pure: the state of one rule, what its expression found and the time give the next state and what changed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from otel_monitoring.errors import RuleError
from otel_monitoring.model.alert import Alert, Change, Transition

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TypeAlias

    from otel_monitoring.model.alert import AlertState
    from otel_monitoring.model.labels import Labels

    State: TypeAlias = Mapping[Labels, Alert]

RESOLVED_RETENTION_MS = 15 * 60_000
"""How long a resolved alert is kept, so that its resolution can be sent again."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One element of a rule's result, under its final labels.

    Attributes:
        labels: The identity of the alert.
        annotations: The expanded annotations.
        value: The value of the expression.
    """

    labels: Labels
    annotations: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Step:
    """What one evaluation made of a rule's alerts.

    Attributes:
        state: Every alert of the rule that is not forgotten.
        transitions: What changed, in the order of the findings, then of what disappeared.
    """

    state: State
    transitions: tuple[Transition, ...] = ()


def advance(
    state: State, findings: Iterable[Finding], at_ms: int, *, for_ms: int = 0, keep_firing_for_ms: int = 0
) -> Step:
    """Return what becomes of ``state`` when the rule found ``findings`` at ``at_ms``.

    Args:
        state: The alerts of one rule after its previous evaluation.
        findings: What the expression found now.
        at_ms: The evaluation time, Unix milliseconds.
        for_ms: How long the condition must hold before an alert fires.
        keep_firing_for_ms: How long an alert goes on firing after its condition cleared.

    Raises:
        RuleError: Two findings have the same labels; ``state`` stands.
    """
    found = _by_labels(findings)
    if not found and not state:
        return Step(state)
    moves = [_present(state.get(labels), found[labels], at_ms, for_ms=for_ms) for labels in found]
    moves += [
        _absent(alert, at_ms, for_ms=for_ms, keep_firing_for_ms=keep_firing_for_ms)
        for labels, alert in state.items()
        if labels not in found
    ]
    return Step(
        state={alert.labels: alert for alert, change in moves if not _is_forgotten(alert, change, at_ms)},
        transitions=tuple(
            Transition(change=change, alert=alert, at_ms=at_ms) for alert, change in moves if change
        ),
    )


def state_of(alerts: Iterable[Alert]) -> AlertState:
    """Return the highest state among ``alerts``: firing, then pending, then inactive (S3.11)."""
    states = {alert.state for alert in alerts}
    if "firing" in states:
        return "firing"
    return "pending" if "pending" in states else "inactive"


def moved(state: State, by_ms: int) -> State:
    """Return ``state`` with all its times moved, after the wall clock was set by ``by_ms``.

    Durations stay what they were, so that a clock that is set fires and resolves nothing.
    """
    return {labels: _moved(alert, by_ms) for labels, alert in state.items()}


def _by_labels(findings: Iterable[Finding]) -> dict[Labels, Finding]:
    found: dict[Labels, Finding] = {}
    for finding in findings:
        if finding.labels in found:
            msg = f"two results have the same labels after those of the rule are applied: {finding.labels!r}"
            raise RuleError(msg)
        found[finding.labels] = finding
    return found


def _present(
    alert: Alert | None, finding: Finding, at_ms: int, *, for_ms: int
) -> tuple[Alert, Change | None]:
    if alert is not None and alert.state != "inactive":
        refreshed = replace(
            alert, value=finding.value, annotations=finding.annotations, keep_firing_since_ms=None
        )
        return _aged(refreshed, at_ms, for_ms=for_ms)
    fresh = Alert(
        labels=finding.labels,
        annotations=finding.annotations,
        state="pending",
        value=finding.value,
        active_at_ms=at_ms,
    )
    aged, change = _aged(fresh, at_ms, for_ms=for_ms)
    return aged, change or "pending"


def _absent(alert: Alert, at_ms: int, *, for_ms: int, keep_firing_for_ms: int) -> tuple[Alert, Change | None]:
    if alert.state == "pending":
        return replace(alert, state="inactive"), "dropped"
    if alert.state == "inactive":
        return alert, None
    since_ms = at_ms if alert.keep_firing_since_ms is None else alert.keep_firing_since_ms
    if keep_firing_for_ms and at_ms - since_ms < keep_firing_for_ms:
        return _aged(replace(alert, keep_firing_since_ms=since_ms), at_ms, for_ms=for_ms)
    return replace(alert, state="inactive", resolved_at_ms=at_ms), "resolved"


def _aged(alert: Alert, at_ms: int, *, for_ms: int) -> tuple[Alert, Change | None]:
    """Compare the alert's age with ``for``, which a reload may have changed (S3.5, S3.6)."""
    is_old_enough = at_ms - alert.active_at_ms >= for_ms
    if alert.state == "pending" and is_old_enough:
        return replace(alert, state="firing", fired_at_ms=at_ms), "firing"
    if alert.state == "firing" and not is_old_enough:
        back = replace(
            alert, state="pending", fired_at_ms=None, last_sent_at_ms=None, keep_firing_since_ms=None
        )
        return back, "pending"
    return alert, None


def _is_forgotten(alert: Alert, change: Change | None, at_ms: int) -> bool:
    if change == "dropped":
        return True
    return alert.resolved_at_ms is not None and at_ms - alert.resolved_at_ms > RESOLVED_RETENTION_MS


def _moved(alert: Alert, by_ms: int) -> Alert:
    def shift(time_ms: int | None) -> int | None:
        return None if time_ms is None else time_ms + by_ms

    return replace(
        alert,
        active_at_ms=alert.active_at_ms + by_ms,
        fired_at_ms=shift(alert.fired_at_ms),
        resolved_at_ms=shift(alert.resolved_at_ms),
        last_sent_at_ms=shift(alert.last_sent_at_ms),
        keep_firing_since_ms=shift(alert.keep_firing_since_ms),
    )
