"""From alerts that hold to notices: route, group, wait, mute, and one notice per change (S9).

The evaluator sends every alert again and again; what people are told is decided here, by comparing a group
of alerts with what each channel of its receiver was told last. There are no threads here: :meth:`flush` does
what is due.
"""

from __future__ import annotations

import math
import threading
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from otel_monitoring.alerts.routing.agenda import Agenda, AwakeTime
from otel_monitoring.alerts.routing.escalate import Escalation
from otel_monitoring.alerts.routing.groups import Group, Held, Look, firing, resolved
from otel_monitoring.alerts.routing.inhibit import Inhibitor
from otel_monitoring.alerts.routing.intervals import IntervalStage
from otel_monitoring.alerts.routing.log import Entry, NotificationLog
from otel_monitoring.alerts.routing.plain import RECEIVER, plain_config
from otel_monitoring.alerts.routing.tell import Teller
from otel_monitoring.alerts.routing.tree import Tree, all_routes, group_key, group_labels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from otel_monitoring.alerts.routing.config import Route, RoutingConfig
    from otel_monitoring.alerts.routing.groups import Stage, Watcher
    from otel_monitoring.alerts.routing.log import Page
    from otel_monitoring.alerts.routing.tell import Handover
    from otel_monitoring.guard import Guard
    from otel_monitoring.model.alert import Notice, SentAlert
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.labels import Labels

_TRIM_EVERY_S = 300.0


class Deliver(Protocol):
    """Brings a notice to its channel; declared here, given by the wiring."""

    def __call__(self, notice: Notice, done: Callable[[bool], None]) -> None:
        """Take ``notice`` and call ``done`` exactly once, perhaps from another thread.

        Args:
            notice: What to tell whom, over which channel.
            done: ``True`` once the channel has taken it; ``False`` when it was given up, or replaced by a
                later notice about the same group.
        """
        ...


class Dispatcher:
    """Tell receivers what changed, once, and remind them of what goes on.

    Args:
        deliver: Takes notices; what it raises is caught, and the notice comes again at the next look.
        clock: Its monotonic side times everything but silences and time intervals.
        guard: Catches what is unexpected in a stage or a delivery.
        config: Who is told what, and when; without one, the first receiver is told everything at once.
        receivers: The receiver that is told, where there is no configuration.
        group_by: The labels that make a group, where there is no configuration; ``None`` for all of them.
        repeat_interval_s: The time until a reminder, where there is no configuration.
        silences: Mutes alerts; the last of the muting stages (S9.8).
        stages: Further stages after the silences, in order.
        watchers: Hear of every alert that begins or ends.
        escalation: Who is told further when nobody acknowledges.
        is_quiet: Tells whether an alert is acknowledged, so that it needs no reminders.
        retention_s: How long it is remembered what was told about groups that are gone.
    """

    def __init__(  # noqa: PLR0913 - one place wires it
        self,
        *,
        deliver: Deliver,
        clock: Clock,
        guard: Guard,
        config: RoutingConfig | None = None,
        receivers: Sequence[str] = (RECEIVER,),
        group_by: Sequence[str] | None = None,
        repeat_interval_s: float = 14_400,
        silences: Stage | None = None,
        stages: Sequence[Stage] = (),
        watchers: Sequence[Watcher] = (),
        escalation: Escalation | None = None,
        is_quiet: Callable[[Labels], bool] = lambda _: False,
        retention_s: float = 432_000,
    ) -> None:
        self._deliver = deliver
        self._clock = clock
        self._guard = guard
        self._silences = silences
        self._later_stages = tuple(stages)
        self._watchers = tuple(watchers)
        self._is_quiet = is_quiet
        self._escalation = escalation or Escalation()
        self._retention_s = retention_s
        self._config = config or plain_config(
            receiver=receivers[0], group_by=group_by, repeat_interval_s=repeat_interval_s
        )
        self._begin()

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._alerts: dict[Labels, Held] = {}
        self._log = NotificationLog(retention_s=self._retention_s)
        self._notices = 0
        self._awake = AwakeTime()
        self._trim_s = self._clock.monotonic_s() + _TRIM_EVERY_S
        self._follow(self._config)

    def _follow(self, config: RoutingConfig) -> None:
        """Go by a configuration, with no group yet."""
        self._escalation.check([receiver.name for receiver in config.receivers])
        self._config = config
        self._tree = Tree(config.route)
        self._numbers = {id(route): number for number, route in enumerate(all_routes(config.route))}
        self._teller = Teller(
            log=self._log, receivers=config.receivers, escalation=self._escalation, is_quiet=self._is_quiet
        )
        self._inhibitor = Inhibitor(config.inhibit_rules, self._fires)
        self._early_stages: tuple[Stage, ...] = (self._inhibitor, IntervalStage(config.time_intervals))
        self._groups: dict[tuple[int, Labels], Group] = {}
        self._agenda = Agenda()

    def configure(self, config: RoutingConfig) -> None:
        """Go by another configuration from now on; what was told stays known."""
        with self._lock:
            kept = {(group.key, group.route.receiver): group for group in self._groups.values()}
            alerts = list(self._alerts.values())
            self._follow(config)
            now_s = self._clock.monotonic_s()
            for held in alerts:
                held.groups = 0
                self._inhibitor.see(held)
                self._place(held, now_s)
            for group in self._groups.values():
                before = kept.get((group.key, group.route.receiver))
                if before is not None:
                    group.next_s = min(before.next_s, now_s + group.route.timing.group_interval_s)
                    group.was_told = before.was_told
                    group.silenced = before.silenced
                    group.trying = before.trying
                    self._agenda.schedule(group, group.next_s)

    def put(self, alerts: Iterable[SentAlert]) -> None:
        """Take alerts as they stand now; newer ones replace older ones, the earliest start stays (S9.1)."""
        with self._lock:
            now_s = self._clock.monotonic_s()
            self._awake.notice(now_s)
            now_ms = self._clock.now_ms()
            for alert in alerts:
                if alert.labels:
                    self._hear(alert, now_s=now_s, now_ms=now_ms)

    def flush(self) -> float:
        """Look at every group that is due; a job that has to run at least once a minute.

        Returns:
            Seconds until the next group is due; infinite where there is none.
        """
        with self._lock:
            now_s = self._clock.monotonic_s()
            self._awake.notice(now_s)
            handovers = [
                handover for group in self._agenda.due(now_s) for handover in self._look(group, now_s)
            ]
            if now_s >= self._trim_s:
                self._trim_s = now_s + _TRIM_EVERY_S
                self._trim(now_s)
        for handover in handovers:
            self._hand_over(handover)
        with self._lock:
            next_s = self._agenda.next_s()
            self._awake.promise(next_s, now_s=now_s)
        return max(next_s - now_s, 0.0)

    def stats(self) -> dict[str, float]:
        """Return numbers about the dispatcher itself."""
        with self._lock:
            return {
                "groups": len(self._groups),
                "alerts": len(self._alerts),
                "notices": self._notices,
                "log_pages": len(self._log),
            }

    def alerts(self) -> list[SentAlert]:
        """Return every alert that is in a group, as it stands now."""
        with self._lock:
            awake_s = self._awake.at(self._clock.monotonic_s())
            return [held.seen(awake_s) for held in self._alerts.values()]

    def taken_care_of(self, labels: Labels) -> list[Notice]:
        """Return who was told of the groups of an alert in which somebody takes care of all that fires."""
        with self._lock:
            awake_s = self._awake.at(self._clock.monotonic_s())
            return [
                notice
                for group in self._groups.values()
                if labels in group.held
                for notice in self._teller.taken_care_of(
                    group, [held.seen(awake_s) for held in group.held.values() if self._fires(held)]
                )
            ]

    def inhibited_by(self, labels: Labels) -> Labels | None:
        """Return the firing alert that mutes an alert; ``None`` where none does."""
        with self._lock:
            return self._inhibitor.inhibits(labels)

    def state(self) -> list[dict[str, Any]]:
        """Return what was told to whom, as plain records."""
        with self._lock:
            return self._log.state(now_s=self._clock.monotonic_s())

    def restore(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Take back what :meth:`state` returned, so that nothing is told twice after a restart."""
        with self._lock:
            self._log.restore(records, now_s=self._clock.monotonic_s())

    def forget(self) -> None:
        """Know of no alert and of nothing that was told, until :meth:`restore`; the configuration stays."""
        with self._lock:
            self._alerts = {}
            self._log = NotificationLog(retention_s=self._retention_s)
            self._follow(self._config)

    def mirror(self, records: Iterable[Mapping[str, Any]], alerts: Iterable[SentAlert]) -> None:
        """Show what another process holds and told, for those who ask; nobody is told of it here."""
        with self._lock:
            now_s, now_ms = self._clock.monotonic_s(), self._clock.now_ms()
            self._alerts = {}
            self._log = NotificationLog(retention_s=self._retention_s)
            self._log.restore(records, now_s=now_s)
            self._follow(self._config)
            watchers, self._watchers = self._watchers, ()  # what begins and ends is watched where it is told
            try:
                for alert in alerts:
                    self._hear(alert, now_s=now_s, now_ms=now_ms)
            finally:
                self._watchers = watchers

    def resume(self, notice: Notice) -> Callable[[bool], None]:
        """Return what hears the fate of a notice that another process handed over."""
        page = self._page_of(notice)
        entry = page.trying or Entry()

        def ended(taken: bool) -> None:  # noqa: FBT001 - the protocol of ``done``
            with self._lock:
                page.end(entry, taken=taken)

        return ended

    def page_state(self, notice: Notice) -> dict[str, Any] | None:
        """Return what the channel of a notice was told of its group, as :meth:`state` does."""
        key = (notice.group_key, notice.receiver, notice.channel)
        with self._lock:
            return self._log.record(key, now_s=self._clock.monotonic_s())

    def after_fork(self) -> None:
        """Begin anew in a child process: the parent goes on telling what it has found."""
        self._begin()

    def _page_of(self, notice: Notice) -> Page:
        with self._lock:
            return self._log.page((notice.group_key, notice.receiver, notice.channel))

    def _trim(self, now_s: float) -> None:
        self._log.trim(now_s=now_s, present={group.key for group in self._groups.values()})
        for watcher in self._watchers:
            watcher.trim(now_s)

    def _fires(self, held: Held) -> bool:
        return not held.is_resolved(self._awake.at(self._clock.monotonic_s()))

    def _hear(self, alert: SentAlert, *, now_s: float, now_ms: int) -> None:
        awake_s = self._awake.at(now_s)
        is_timed = not alert.ends_at_ms and not alert.is_resolved
        if not alert.ends_at_ms:
            lasts_ms = 0 if alert.is_resolved else round(self._config.resolve_timeout_s * 1000)
            alert = replace(alert, ends_at_ms=now_ms + lasts_ms)
        expires_s = awake_s + (0 if alert.is_resolved else (alert.ends_at_ms - now_ms) / 1000)
        held = self._alerts.get(alert.labels)
        was_firing = held is not None and not held.is_resolved(awake_s)
        if held is None:
            held = Held(alert, expires_s=expires_s, is_timed=is_timed)
        else:
            if not was_firing and not held.alert.is_resolved and not alert.is_resolved:
                self._changed(alert.labels, is_firing=False, at_s=now_s)
            held.hear(alert, expires_s=expires_s, is_timed=is_timed, now_s=awake_s)
        if was_firing == alert.is_resolved:
            self._changed(alert.labels, is_firing=not alert.is_resolved, at_s=now_s)
        self._inhibitor.see(held)
        self._place(held, now_s, is_change=was_firing == alert.is_resolved)

    def _changed(self, labels: Labels, *, is_firing: bool, at_s: float) -> None:
        for watcher in self._watchers:
            watcher.changed(labels, is_firing=is_firing, at_s=at_s)

    def _place(self, held: Held, now_s: float, *, is_change: bool = True) -> None:
        """Put an alert into its groups."""
        labels = held.alert.labels
        for route in self._tree.routes(labels):
            identity = (self._numbers[id(route)], group_labels(route, labels))
            group = self._groups.get(identity)
            if group is None:
                group = self._new_group(route, identity[1], held, now_s)
                if group is None:
                    continue
                self._groups[identity] = group
                self._agenda.schedule(group, group.next_s)
            elif is_change and group.touch(now_s):
                self._agenda.schedule(group, group.next_s)
            group.insert(held)
        if held.groups:
            self._alerts[labels] = held

    def _new_group(self, route: Route, labels: Labels, held: Held, now_s: float) -> Group | None:
        """Begin a group; none for an alert that is over and that nobody was told of (S9.5, S9.6)."""
        key = group_key(route, labels)
        if not self._fires(held) and not self._teller.is_known(route, key):
            return None
        wait_s = route.timing.group_wait_s
        if held.alert.starts_at_ms + wait_s * 1000 < self._clock.now_ms():
            wait_s = 0.0
        return Group(route=route, labels=labels, key=key, next_s=now_s + wait_s)

    def _look(self, group: Group, now_s: float) -> list[Handover]:
        """Return what is to be told about a group now (S9.6 to S9.8), and set when it is due again."""
        is_full = group.next_s <= now_s
        if is_full:
            group.schedule_next(now_s)
        handovers: list[Handover] = []
        with self._guard:
            look = Look(route=group.route, group_key=group.key, now_s=now_s, now_ms=self._clock.now_ms())
            seen = self._seen(group, now_s)
            alerts = self._staged(group, seen, look)
            for labels in firing(seen) - firing(alerts):  # once it is heard again, escalation begins anew
                group.held[labels].told_s = None
            if is_full:
                group.has_failed = False
                handovers += self._teller.tell(group, alerts, look)
            handovers += self._teller.escalate(group, alerts, look)
            if is_full:
                self._let_go(group, seen, alerts)
        if group.held:
            self._agenda.schedule(group, min(group.next_s, self._teller.next_step_s(group, now_s)))
        return handovers

    def _seen(self, group: Group, now_s: float) -> list[SentAlert]:
        """Return the alerts of a group as they stand; one that was not sent again for too long ends here."""
        awake_s = self._awake.at(now_s)
        for held in group.held.values():
            if held.is_resolved(awake_s) and not held.alert.is_resolved:
                held.alert = held.seen(awake_s)
                self._inhibitor.forget(held)
                self._changed(held.alert.labels, is_firing=False, at_s=now_s)
        return [held.alert for held in group.held.values()]

    def _staged(self, group: Group, seen: list[SentAlert], look: Look) -> list[SentAlert]:
        """Send the alerts through all stages, and note which fire behind a silence."""
        alerts = seen
        for stage in self._early_stages:
            alerts = stage(alerts, look)
        if self._silences is not None:
            audible = self._silences(alerts, look)
            heard = firing(audible)
            for labels in group.silenced & heard:
                look.urged[labels] = "still firing after a silence"
            group.silenced = (group.silenced | (firing(alerts) - heard)) & (firing(seen) - heard)
            alerts = audible
        for stage in self._later_stages:
            alerts = stage(alerts, look)
        return alerts

    def _let_go(self, group: Group, seen: list[SentAlert], told: list[SentAlert]) -> None:
        """Let go of resolved alerts: at once, or when all channels know."""
        still = firing(told)
        shown = still | resolved(told)
        group.leaving = {
            alert.labels: alert for alert in seen if alert.is_resolved and alert.labels not in still
        }
        unheard = frozenset(group.leaving) - shown
        if unheard:
            self._teller.forget(group, unheard)
        if not group.trying:
            self._settle(group)

    def _settle(self, group: Group) -> None:
        identity = (self._numbers.get(id(group.route), -1), group.labels)
        if self._groups.get(identity) is not group:
            return  # of an earlier configuration
        now_s = self._clock.monotonic_s()
        for held in group.settle(self._awake.at(now_s)):
            if not held.groups:
                self._alerts.pop(held.alert.labels, None)
                self._inhibitor.forget(held)
        if not group.held:
            group.due_s = -math.inf
            del self._groups[identity]

    def _hand_over(self, handover: Handover) -> None:
        """Give a notice to the delivery; outside of the lock, since that may answer at once."""
        done = partial(self._ended, handover)
        with self._guard:
            self._deliver(handover.notice, done)
            return
        done(False)  # noqa: FBT003 - the protocol of ``done``

    def _ended(self, handover: Handover, taken: bool) -> None:  # noqa: FBT001 - the protocol of ``done``
        """Hear what became of a notice."""
        group, page = handover.group, handover.page
        with self._lock:
            page.end(handover.entry, taken=taken)
            self._notices += taken
            if page.trying is not None:
                return
            group.trying.discard(page)
            group.has_failed |= not taken
            if not group.trying and not group.has_failed:
                self._settle(group)
