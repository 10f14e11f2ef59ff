"""Which channels are to be told about a group, and the notices for them (S9.6)."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from otel_monitoring.alerts.routing.groups import firing, resolved
from otel_monitoring.model.alert import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from otel_monitoring.alerts.routing.config import Route
    from otel_monitoring.alerts.routing.escalate import Escalation
    from otel_monitoring.alerts.routing.groups import Group, Look
    from otel_monitoring.alerts.routing.log import Entry, NotificationLog, Page, Reason
    from otel_monitoring.model.alert import SentAlert
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.model.receiver import ChannelSpec, ReceiverSpec


@dataclass(frozen=True, slots=True)
class Handover:
    """A notice that is about to leave.

    Attributes:
        notice: What is told.
        reason: Why.
        group: The group that it is about.
        page: The page of the log that it belongs to.
        entry: What the log will say once it was taken.
    """

    notice: Notice
    reason: Reason
    group: Group
    page: Page
    entry: Entry


class Teller:
    """Ask the log, channel by channel, whether there is need to tell.

    Args:
        log: What each channel was told.
        receivers: All receivers.
        escalation: Who is told further when nobody acknowledges.
        is_quiet: Tells whether an alert needs no reminders.
    """

    def __init__(
        self,
        *,
        log: NotificationLog,
        receivers: Sequence[ReceiverSpec],
        escalation: Escalation,
        is_quiet: Callable[[Labels], bool],
    ) -> None:
        self._log = log
        self._channels = {receiver.name: receiver.channels for receiver in receivers}
        self._escalation = escalation
        self._is_quiet = is_quiet

    def tell(self, group: Group, alerts: list[SentAlert], look: Look) -> list[Handover]:
        """Return the notices for the receiver of a group; none while all of its alerts are muted (S9.8)."""
        if not alerts:
            return []
        found = self._to(group.route.receiver, group, alerts, look)
        self._note_told(group, firing(alerts), look.now_s)
        return found

    def escalate(self, group: Group, alerts: list[SentAlert], look: Look) -> list[Handover]:
        """Return the notices for the further receivers: what is overdue, and what they have heard of."""
        found: list[Handover] = []
        for step in self._escalation.steps:
            if step.receiver == group.route.receiver:
                continue
            held = [group.held[labels] for labels in firing(alerts) if labels in group.held]
            concerned = self._escalation.overdue(step, held, look.now_s)
            concerned |= self._heard_of(group, step.receiver)
            part = [alert for alert in alerts if alert.labels in concerned]
            if part:
                found += self._to(step.receiver, group, part, look)
        return found

    def next_step_s(self, group: Group, now_s: float) -> float:
        """Return when the escalation of a group goes on; infinite where it does not."""
        if not self._escalation.steps:
            return math.inf
        return self._escalation.next_s(group.held.values(), now_s)

    def is_known(self, route: Route, key: str) -> bool:
        """Tell whether somebody was told that something of a group fires."""
        pages = [
            self._log.find((key, route.receiver, one.name)) for one in self._channels.get(route.receiver, ())
        ]
        return any(page is not None and bool(page.known.firing or page.owed) for page in pages)

    def taken_care_of(self, group: Group, alerts: Sequence[SentAlert]) -> list[Notice]:
        """Return who was told of a group of which somebody takes care by now; nobody where alerts are left.

        Args:
            group: The group.
            alerts: Its alerts that fire.
        """
        if not alerts or not all(self._is_quiet(alert.labels) for alert in alerts):
            return []
        fire = firing(alerts)
        steps = (step.receiver for step in self._escalation.steps)
        return [
            self._notice(receiver, channel.name, group, alerts, key=_digest(alerts))
            for receiver in dict.fromkeys((group.route.receiver, *steps))
            for channel in self._channels.get(receiver, ())
            if (page := self._log.find((group.key, receiver, channel.name))) and fire & page.known.firing
        ]

    def forget(self, group: Group, labels: frozenset[Labels]) -> None:
        """Forget alerts that ended without being told, so that they are news when they return."""
        for receiver in (group.route.receiver, *(step.receiver for step in self._escalation.steps)):
            for channel in self._channels.get(receiver, ()):
                page = self._log.find((group.key, receiver, channel.name))
                if page is not None:
                    page.forget(labels)

    def _to(self, receiver: str, group: Group, alerts: list[SentAlert], look: Look) -> list[Handover]:
        found = [
            self._consider(receiver, channel, group, alerts, look)
            for channel in self._channels.get(receiver, ())
        ]
        return [handover for handover in found if handover is not None]

    def _consider(
        self, receiver: str, channel: ChannelSpec, group: Group, alerts: list[SentAlert], look: Look
    ) -> Handover | None:
        """Decide whether one channel is to be told, and make the notice."""
        page = self._log.page((group.key, receiver, channel.name))
        told = [alert for alert in alerts if channel.send_resolved or not alert.is_resolved]
        fire, over = firing(told), resolved(told)
        reason = self._reason(page, fire, over, look)
        if reason is None:
            return None
        key = _key(receiver, channel.name, group.key, str(page.told_number), _digest(told))
        entry = page.begin(fire, over, now_s=look.now_s)
        if not told:
            page.end(entry, taken=True)
            return None
        notice = self._notice(receiver, channel.name, group, told, key=key)
        group.trying.add(page)
        return Handover(notice=notice, reason=reason, group=group, page=page, entry=entry)

    def _notice(
        self, receiver: str, channel: str, group: Group, alerts: Sequence[SentAlert], *, key: str
    ) -> Notice:
        return Notice(
            key=key,
            receiver=receiver,
            group_key=group.key,
            group_labels=group.labels,
            alerts=tuple(sorted(alerts, key=lambda alert: (alert.is_resolved, alert.labels.pairs))),
            channel=channel,
        )

    def _reason(
        self, page: Page, fire: frozenset[Labels], over: frozenset[Labels], look: Look
    ) -> Reason | None:
        is_quiet = bool(fire) and all(map(self._is_quiet, fire))
        repeat_s = math.inf if is_quiet else look.route.timing.repeat_interval_s
        reason = page.reason(fire, over, now_s=look.now_s, repeat_s=repeat_s)
        if reason is None and look.urged:
            urged = [labels for labels in look.urged if labels in fire and labels in page.known.firing]
            return look.urged[urged[0]] if urged else None
        return reason

    def _heard_of(self, group: Group, receiver: str) -> set[Labels]:
        found: set[Labels] = set()
        for channel in self._channels.get(receiver, ()):
            page = self._log.find((group.key, receiver, channel.name))
            if page is not None:
                found |= page.known.firing | page.owed
        return found

    def _note_told(self, group: Group, fire: Iterable[Labels], now_s: float) -> None:
        """Note since when people know that an alert fires: escalation counts from there."""
        for labels in fire:
            held = group.held.get(labels)
            if held is not None and held.told_s is None:
                held.told_s = now_s


def _digest(alerts: Iterable[SentAlert]) -> str:
    """Return a short text that is the same for the same alerts in the same state."""
    return _key(*sorted(f"{alert.is_resolved} {alert.starts_at_ms} {alert.labels!r}" for alert in alerts))


def _key(*parts: str) -> str:
    return hashlib.blake2b("\x00".join(parts).encode(errors="replace"), digest_size=16).hexdigest()
