"""Alerts as they are held, and the groups that they are told in (S9.1, S9.4, S9.5, S9.7).

All waiting is counted on the monotonic clock: a wall clock that is set back or forward neither ends an
alert nor delays a group.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from otel_monitoring.alerts.routing.config import Route
    from otel_monitoring.alerts.routing.log import Page, Reason
    from otel_monitoring.model.alert import SentAlert
    from otel_monitoring.model.labels import Labels

LOOK_AGAIN_S = 15.0
"""How often a group without an interval is looked at while nothing changes."""


class Held:
    """One alert as it stands, whichever groups it is in.

    Attributes:
        alert: The newest that was heard of it, with the earliest start.
        expires_s: When it ends unless it is sent again, on the monotonic clock.
        is_timed: Whether that end was not stated, but is the one of the resolve timeout.
        told_s: When people were first told that it fires; ``None`` before.
        groups: How many groups hold it.
    """

    __slots__ = ("alert", "expires_s", "groups", "is_timed", "told_s")

    def __init__(self, alert: SentAlert, *, expires_s: float, is_timed: bool = False) -> None:
        self.alert = alert
        self.expires_s = expires_s
        self.is_timed = is_timed
        self.told_s: float | None = None
        self.groups = 0

    def is_resolved(self, now_s: float) -> bool:
        """Tell whether it was sent as resolved, or not sent again for too long."""
        return self.alert.is_resolved or self.expires_s <= now_s

    def hear(self, alert: SentAlert, *, expires_s: float, is_timed: bool, now_s: float) -> None:
        """Take a newer word on it (S9.1).

        It wins; but the earliest start of the same time of firing stays, and so does the latest end that was
        stated, unless the alert is over.
        """
        known = self.alert
        is_over = self.is_resolved(now_s)
        start_ms, end_ms = alert.starts_at_ms, alert.ends_at_ms
        if not is_over or alert.is_resolved or start_ms < known.ends_at_ms:
            start_ms = min(known.starts_at_ms, start_ms)
        if alert.is_resolved and is_over:
            end_ms = max(known.ends_at_ms, end_ms)
        elif not alert.is_resolved and not is_over and not self.is_timed and self.expires_s > expires_s:
            end_ms, expires_s = known.ends_at_ms, self.expires_s
        if (start_ms, end_ms) != (alert.starts_at_ms, alert.ends_at_ms):
            alert = replace(alert, starts_at_ms=start_ms, ends_at_ms=end_ms)
        if is_over and not alert.is_resolved:
            self.told_s = None
        self.alert = alert
        self.expires_s = expires_s
        self.is_timed = is_timed

    def seen(self, now_s: float) -> SentAlert:
        """Return it as a flush sees it: one that was not sent again is resolved."""
        if self.alert.is_resolved or self.expires_s > now_s:
            return self.alert
        return replace(self.alert, is_resolved=True)


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one group, as the stages see it.

    Attributes:
        route: The route of the group.
        group_key: The group, in the words of Alertmanager.
        now_s: The time on the monotonic clock.
        now_ms: The time on the wall clock.
        urged: Alerts that are to be told although the channel knows them, with the reason.
    """

    route: Route
    group_key: str
    now_s: float
    now_ms: int
    urged: dict[Labels, Reason] = field(default_factory=dict)


class Stage(Protocol):
    """One step between a group and its receiver, from alerts to alerts; what it leaves out is not told."""

    def __call__(self, alerts: list[SentAlert], look: Look) -> list[SentAlert]:
        """Return the alerts that go on, in the state that they are told in."""
        ...


class Watcher(Protocol):
    """Hears of every alert that begins or ends."""

    def changed(self, labels: Labels, *, is_firing: bool, at_s: float) -> None:
        """Note that an alert has begun or ended at a time of the monotonic clock."""
        ...

    def trim(self, now_s: float) -> None:
        """Forget what does not matter any more; called every few minutes."""
        ...


class Group:
    """The alerts of one route that are told together.

    Attributes:
        route: Their route.
        labels: The labels that they share by definition.
        key: What the group is, in the words of Alertmanager.
        held: The alerts.
        next_s: When it is looked at next.
        due_s: When it is next in the queue of the dispatcher: for a look, or for a step of the escalation.
        was_told: Whether its first look is over.
        leaving: Resolved alerts that go once every channel knows.
        silenced: Alerts that fired behind a silence and were not heard since.
        trying: The pages of the channels that something is on its way to.
        has_failed: Whether something was given up since the last look.
    """

    __slots__ = (
        "due_s",
        "has_failed",
        "held",
        "key",
        "labels",
        "leaving",
        "next_s",
        "route",
        "silenced",
        "trying",
        "was_told",
    )

    def __init__(self, *, route: Route, labels: Labels, key: str, next_s: float) -> None:
        self.route = route
        self.labels = labels
        self.key = key
        self.held: dict[Labels, Held] = {}
        self.next_s = next_s
        self.due_s = next_s
        self.was_told = False
        self.leaving: dict[Labels, SentAlert] = {}
        self.silenced: frozenset[Labels] = frozenset()
        self.trying: set[Page] = set()
        self.has_failed = False

    def insert(self, held: Held) -> None:
        """Take an alert in, if it is not there yet."""
        if held.alert.labels not in self.held:
            self.held[held.alert.labels] = held
            held.groups += 1

    def settle(self, now_s: float) -> list[Held]:
        """Let go of what was told as resolved, unless it has fired again meanwhile; return it (S9.7)."""
        gone = []
        for labels, alert in self.leaving.items():
            held = self.held.get(labels)
            if held is None or not held.is_resolved(now_s):
                continue
            if held.alert.starts_at_ms == alert.starts_at_ms:
                del self.held[labels]
                held.groups -= 1
                gone.append(held)
        self.leaving = {}
        return gone

    def schedule_next(self, now_s: float) -> None:
        """Set the time of the next look: on the grid of the interval, and never in the past."""
        interval_s = self.route.timing.group_interval_s or LOOK_AGAIN_S
        self.was_told = True
        on_grid_s = self.next_s + interval_s
        self.next_s = on_grid_s if on_grid_s > now_s else now_s + interval_s

    def touch(self, now_s: float) -> bool:
        """Look at once after a change, where the route has no interval; return whether that is so."""
        if self.route.timing.group_interval_s or not self.was_told:
            return False
        self.next_s = min(self.next_s, now_s)
        return True


def firing(alerts: Iterable[SentAlert]) -> frozenset[Labels]:
    """Return the label sets of the alerts that fire."""
    return frozenset(alert.labels for alert in alerts if not alert.is_resolved)


def resolved(alerts: Iterable[SentAlert]) -> frozenset[Labels]:
    """Return the label sets of the alerts that are resolved."""
    return frozenset(alert.labels for alert in alerts if alert.is_resolved)
