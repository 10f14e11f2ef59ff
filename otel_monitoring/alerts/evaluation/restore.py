"""How long an alert had been pending before a restart (alerting semantics S6).

Pure: what was stored and the time give the state as if the process had not ended.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from otel_monitoring.alerts.evaluation.state import State
    from otel_monitoring.alerts.rules.rule import AlertingRule
    from otel_monitoring.model.alert import Alert
    from otel_monitoring.model.labels import Labels

OUTAGE_TOLERANCE_MS = 3_600_000
"""Samples that are older tell nothing any more."""

GRACE_MS = 600_000
"""After a restart an alert waits at least so long; rules with a shorter ``for`` begin anew."""

EVALUATIONS_BEFORE = 2
"""Evaluations of a group after which it is restored: by then every rule has found what it finds."""


@dataclass(frozen=True, slots=True)
class Stored:
    """The last sample of one ``ALERTS_FOR_STATE`` series; times in Unix milliseconds.

    Attributes:
        last_ms: When it was written: the last sign of life.
        active_at_ms: Its value: since when the condition held.
    """

    last_ms: int
    active_at_ms: int


Restore: TypeAlias = "Callable[[AlertingRule, int], Mapping[Labels, Stored]]"
"""Return what was stored of a rule's alerts, by their labels, without series that have ended."""


def taken_up(
    known: Mapping[Labels, tuple[Alert, int]], at_ms: int, *, for_ms: int, fresh_ms: int
) -> dict[Labels, Alert]:
    """Return the exact state that another run of the process left, as it stands at ``at_ms``.

    What fires or was resolved stands: people know of it. What was pending goes on where the gap is no longer
    than a few evaluations; after a longer one nobody knows whether the condition held, and S6 decides.
    Every alert counts as not yet sent, since whoever tells people hears of all of them anew.

    Args:
        known: The alerts of one rule, each with the time of its last evaluation.
        at_ms: Now, Unix milliseconds.
        for_ms: How long the condition must hold.
        fresh_ms: The longest gap after which a pending alert goes on as if there had been none.
    """
    found = {}
    for labels, (alert, last_ms) in known.items():
        if alert.state == "pending" and at_ms - last_ms > fresh_ms:
            before = Stored(last_ms=last_ms, active_at_ms=alert.active_at_ms)
            if for_ms < GRACE_MS or at_ms - last_ms > OUTAGE_TOLERANCE_MS:
                continue
            alert = _restored(alert, before, at_ms, for_ms)  # noqa: PLW2901 - the same alert, aged
        found[labels] = replace(alert, last_sent_at_ms=None)
    return found


def restored(state: State, stored: Mapping[Labels, Stored], at_ms: int, *, for_ms: int) -> State:
    """Return ``state`` with the time that its alerts had been pending before the process ended.

    Args:
        state: The alerts of one rule after the first evaluations.
        stored: What there was before, by the labels of the alerts.
        at_ms: The evaluation time, Unix milliseconds.
        for_ms: How long the condition must hold.
    """
    if for_ms < GRACE_MS:
        return state
    return {labels: _restored(alert, stored.get(labels), at_ms, for_ms) for labels, alert in state.items()}


def _restored(alert: Alert, before: Stored | None, at_ms: int, for_ms: int) -> Alert:
    if alert.state == "inactive" or before is None or at_ms - before.last_ms > OUTAGE_TOLERANCE_MS:
        return alert
    left_ms = for_ms - (before.last_ms - before.active_at_ms)
    if left_ms <= 0:
        return replace(alert, active_at_ms=before.active_at_ms)
    if left_ms < GRACE_MS:
        return replace(alert, active_at_ms=at_ms + GRACE_MS - for_ms)
    return replace(alert, active_at_ms=before.active_at_ms + at_ms - before.last_ms)
