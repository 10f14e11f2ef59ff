"""From alerts that hold to messages: merge, group, stages, and one notice per change (alerting semantics S9).

The evaluator sends every alert again and again; what people are told is decided here, by comparing a group
of alerts with what its receiver was told last.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from otel_monitoring.model.alert import Notice
from otel_monitoring.templates.go_format import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeAlias

    from otel_monitoring.guard import Guard
    from otel_monitoring.model.alert import SentAlert
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.labels import Labels

    Stage: TypeAlias = Callable[[list[SentAlert]], list[SentAlert]]
    Deliver: TypeAlias = Callable[[Notice], None]

_MOST_ENTRIES = 10_000
_FORGOTTEN_AT_ONCE = 10
"""One part in ten, so that the search for what is gone is rare."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """What one receiver was told last about one group.

    Attributes:
        firing: The alerts that were firing, with their start.
        resolved: The alerts that were resolved, with their start.
        told_s: When, on the monotonic clock.
        reminders: How often it was said again since it last changed.
    """

    firing: frozenset[tuple[Labels, int]] = frozenset()
    resolved: frozenset[tuple[Labels, int]] = frozenset()
    told_s: float = 0.0
    reminders: int = 0


class Dispatcher:
    """Tell receivers what changed, once, and remind them of what goes on.

    Args:
        deliver: Takes a notice; what it raises is caught, and the notice comes again at the next flush.
        clock: Its monotonic side times the reminders.
        guard: Catches what is unexpected in a stage or a delivery.
        receivers: Who is told.
        group_by: The labels that make a group; ``None`` makes every alert a group of its own.
        repeat_interval_s: Time after which a receiver is reminded of what still fires.
        stages: Functions from alerts to alerts, in order; what one leaves out is not told (S9.8).
        send_resolved: Whether receivers are told when an alert resolves.
    """

    def __init__(
        self,
        *,
        deliver: Deliver,
        clock: Clock,
        guard: Guard,
        receivers: Sequence[str] = ("default",),
        group_by: Sequence[str] | None = None,
        repeat_interval_s: float = 14_400,
        stages: Sequence[Stage] = (),
        send_resolved: bool = True,
    ) -> None:
        self._deliver = deliver
        self._clock = clock
        self._guard = guard
        self._receivers = tuple(receivers)
        self._group_by = None if group_by is None else tuple(group_by)
        self._repeat_interval_s = repeat_interval_s
        self._stages = tuple(stages)
        self._send_resolved = send_resolved
        self._begin()

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._groups: dict[Labels, dict[Labels, SentAlert]] = {}
        self._entries: OrderedDict[tuple[str, Labels], _Entry] = OrderedDict()
        self._notices = 0

    def put(self, alerts: Iterable[SentAlert]) -> None:
        """Take alerts as they stand now; newer ones replace older ones, the earliest start stays (S9.1)."""
        with self._lock:
            for alert in alerts:
                group = self._groups.setdefault(self._group_of(alert.labels), {})
                known = group.get(alert.labels)
                starts_at_ms = alert.starts_at_ms
                if known is not None and not known.is_resolved:
                    starts_at_ms = min(known.starts_at_ms, starts_at_ms)
                group[alert.labels] = replace(alert, starts_at_ms=starts_at_ms)

    def flush(self) -> None:
        """Tell every receiver what it does not know yet; a job."""
        with self._lock:
            groups = {labels: dict(alerts) for labels, alerts in self._groups.items()}
        for labels, alerts in groups.items():
            told = [self._tell(receiver, labels, list(alerts.values())) for receiver in self._receivers]
            if all(told):
                self._forget_resolved(labels, alerts)

    def stats(self) -> dict[str, float]:
        """Return numbers about the dispatcher itself."""
        with self._lock:
            return {
                "groups": len(self._groups),
                "alerts": sum(len(group) for group in self._groups.values()),
                "notices": self._notices,
            }

    def after_fork(self) -> None:
        """Begin anew in a child process: the parent goes on telling what it has found."""
        self._begin()

    def _group_of(self, labels: Labels) -> Labels:
        return labels if self._group_by is None else labels.only(*self._group_by)

    def _tell(self, receiver: str, labels: Labels, alerts: list[SentAlert]) -> bool:
        """Tell one receiver about one group if there is need; return whether that went well."""
        with self._guard:
            for stage in self._stages:
                alerts = stage(alerts)
            entry = self._entry_for(receiver, labels, alerts)
            if entry is not None:
                notice = self._notice(receiver, labels, alerts, entry)
                if notice.alerts:
                    self._deliver(notice)
                self._remember(receiver, labels, entry)
            return True
        return False

    def _entry_for(self, receiver: str, labels: Labels, alerts: list[SentAlert]) -> _Entry | None:
        """Return what the log will say after telling this; ``None`` where there is nothing to tell (S9.6)."""
        known = self._entries.get((receiver, labels), _Entry())
        now_s = self._clock.monotonic_s()
        firing = frozenset((alert.labels, alert.starts_at_ms) for alert in alerts if not alert.is_resolved)
        resolved = frozenset((alert.labels, alert.starts_at_ms) for alert in alerts if alert.is_resolved)
        entry = _Entry(firing=firing, resolved=resolved, told_s=now_s)
        if not _labels(firing) <= _labels(known.firing):
            return entry
        if not firing:
            return entry if known.firing else None
        if self._send_resolved and not _labels(resolved) <= _labels(known.resolved):
            return entry
        if now_s - known.told_s >= self._repeat_interval_s:
            return replace(entry, reminders=known.reminders + 1)
        return None

    def _notice(self, receiver: str, labels: Labels, alerts: list[SentAlert], entry: _Entry) -> Notice:
        told = [alert for alert in alerts if self._send_resolved or not alert.is_resolved]
        group_key = "{}:" + braced(labels)
        return Notice(
            key=_key(receiver, group_key, entry),
            receiver=receiver,
            group_key=group_key,
            group_labels=labels,
            alerts=tuple(sorted(told, key=lambda alert: (alert.is_resolved, alert.labels.pairs))),
        )

    def _remember(self, receiver: str, labels: Labels, entry: _Entry) -> None:
        with self._lock:
            self._notices += 1
            self._entries[receiver, labels] = entry
            self._entries.move_to_end((receiver, labels))
            if len(self._entries) > _MOST_ENTRIES:
                self._forget_entries(len(self._entries) // _FORGOTTEN_AT_ONCE + 1)

    def _forget_entries(self, count: int) -> None:
        """Forget the oldest entries of groups that are gone; of the others what was told must be known."""
        gone = (key for key in self._entries if key[1] not in self._groups)
        for key in list(islice(gone, count)):
            del self._entries[key]

    def _forget_resolved(self, labels: Labels, told: dict[Labels, SentAlert]) -> None:
        """Drop what was told as resolved, unless it has changed meanwhile (S9.7)."""
        with self._lock:
            group = self._groups.get(labels, {})
            for identity, alert in told.items():
                if alert.is_resolved and group.get(identity) is alert:
                    del group[identity]
            if not group:
                self._groups.pop(labels, None)


def _labels(alerts: frozenset[tuple[Labels, int]]) -> set[Labels]:
    return {labels for labels, _ in alerts}


def braced(labels: Labels) -> str:
    """Write labels as Alertmanager does in the key of a group."""
    pairs = ", ".join(f"{name}={quote(value)}" for name, value in labels)
    return f"{{{pairs}}}"


def _key(receiver: str, group_key: str, entry: _Entry) -> str:
    """Name what is told, so that the same thing is told once whoever tells it again."""
    parts = [receiver, group_key, str(entry.reminders)]
    for kind, alerts in (("firing", entry.firing), ("resolved", entry.resolved)):
        parts += sorted(f"{kind} {labels!r} {starts_at_ms}" for labels, starts_at_ms in alerts)
    return hashlib.blake2b("\x00".join(parts).encode(), digest_size=16).hexdigest()
