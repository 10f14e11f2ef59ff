"""Silences: alerts that somebody does not want to hear of for a while (S9.10)."""

from __future__ import annotations

import threading
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from otel_monitoring.alerts.routing.errors import RoutingError
from otel_monitoring.alerts.routing.matcher import checked, condition
from otel_monitoring.alerts.routing.silence import (
    Silence,
    SilenceState,
    check_changes,
    end_of,
    record_of,
    silence_of,
    valid,
)
from otel_monitoring.model.action import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from otel_monitoring.alerts.routing.groups import Look
    from otel_monitoring.alerts.routing.matcher import Condition
    from otel_monitoring.model.alert import SentAlert
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.model.matcher import Matcher

__all__ = ["Silence", "SilenceState", "Silences", "preview"]

_MOST_MATCHES = 20_000


def _nobody(_action: Action) -> None:
    """Take what nobody asked for."""


class Silences:
    """All silences; a stage that leaves out what they match.

    Args:
        clock: Its wall clock says which are active: people state times of day.
        most: The most silences, expired ones included.
        retention_s: How long an expired one is kept.
        audit: Takes what was done by whom.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        most: int = 1000,
        retention_s: float = 432_000,
        audit: Callable[[Action], object] = _nobody,
    ) -> None:
        self._clock = clock
        self._audit = audit
        self._most = most
        self._retention_ms = round(retention_s * 1000)
        self._silences: dict[str, tuple[Silence, Condition]] = {}
        self._matches: dict[Labels, tuple[int, tuple[Silence, ...]]] = {}
        self._version = 0
        self._lock = threading.Lock()

    def create(
        self,
        *,
        matchers: Sequence[Matcher],
        ends_at_ms: int | None,
        author: str,
        comment: str,
        starts_at_ms: int | None = None,
    ) -> Silence:
        """Add a silence and return it; it begins now unless stated.

        Raises:
            RoutingError: It has no end, ends before it begins or is over, matches everything, or says neither
                by whom nor why; or there are too many.
        """
        now_ms = self._clock.now_ms()
        silence = valid(
            Silence(
                id=str(uuid.uuid4()),
                matchers=tuple(matchers),
                starts_at_ms=max(now_ms if starts_at_ms is None else starts_at_ms, now_ms),
                ends_at_ms=end_of(ends_at_ms),
                author=author.strip(),
                comment=comment.strip(),
                updated_at_ms=now_ms,
            ),
            now_ms,
        )
        self._keep(silence)
        self._done("silence.created", silence.author, None, silence)
        return silence

    def edit(self, silence_id: str, *, actor: str = "", **changes: Any) -> Silence:
        """Change a silence and return it; other matchers, or an expired one, make a new one in its place.

        Args:
            silence_id: Names the silence.
            actor: Who does it; its author unless stated.
            changes: Any of ``matchers``, ``starts_at_ms``, ``ends_at_ms``, ``author``, ``comment``.

        Raises:
            RoutingError: There is no such silence, or what it would be is not valid.
        """
        now_ms = self._clock.now_ms()
        before = self.get(silence_id)
        check_changes(changes)
        wanted = replace(before, **changes, updated_at_ms=now_ms, is_ended=False)
        state = before.state(now_ms)
        if state != "active":
            wanted = replace(wanted, starts_at_ms=max(wanted.starts_at_ms, now_ms))
        is_same = set(wanted.matchers) == set(before.matchers)
        is_new = state == "expired" or not is_same or wanted.starts_at_ms != before.starts_at_ms
        if is_new and state != "pending":
            wanted = replace(wanted, id=str(uuid.uuid4()), starts_at_ms=max(now_ms, wanted.starts_at_ms))
        valid(wanted, now_ms)
        self._keep(wanted)
        if wanted.id != before.id and state != "expired":
            self._end(before, now_ms)
        self._done("silence.changed", actor or wanted.author, before, wanted)
        return wanted

    def expire(self, silence_id: str, *, actor: str = "") -> Silence:
        """End a silence now and return it.

        Args:
            silence_id: Names the silence.
            actor: Who does it; its author unless stated.

        Raises:
            RoutingError: There is no such silence, or it is over.
        """
        now_ms = self._clock.now_ms()
        silence = self.get(silence_id)
        if silence.state(now_ms) == "expired":
            msg = f"silence {silence_id!r} is over already: expected one that is pending or active"
            raise RoutingError(msg)
        ended = self._end(silence, now_ms)
        self._done("silence.expired", actor or silence.author, silence, ended)
        return ended

    def get(self, silence_id: str) -> Silence:
        """Return a silence.

        Raises:
            RoutingError: There is none of that name.
        """
        with self._lock:
            found = self._silences.get(silence_id)
        if found is None:
            msg = f"silence {silence_id!r} does not exist: expected the id of one that is listed"
            raise RoutingError(msg)
        return found[0]

    def all(self) -> list[Silence]:
        """Return all silences: active, pending, then expired ones, those that end first in front."""
        now_ms = self._clock.now_ms()
        order = ("active", "pending", "expired")
        with self._lock:
            found = [silence for silence, _ in self._silences.values()]
        return sorted(found, key=lambda one: (order.index(one.state(now_ms)), one.ends_at_ms, one.id))

    def silencing(self, labels: Labels) -> list[Silence]:
        """Return the active silences that match an alert."""
        if not self._silences:
            return []
        now_ms = self._clock.now_ms()
        return [one for one in self._matching(labels) if one.state(now_ms) == "active"]

    def __call__(self, alerts: list[SentAlert], look: Look) -> list[SentAlert]:
        """Return the alerts that no active silence matches (S9.8)."""
        with self._lock:
            is_needed = any(one.state(look.now_ms) == "active" for one, _ in self._silences.values())
        if not is_needed:
            return alerts
        return [
            alert
            for alert in alerts
            if not any(one.state(look.now_ms) == "active" for one in self._matching(alert.labels))
        ]

    def trim(self) -> None:
        """Forget silences that are over for longer than the retention."""
        before_ms = self._clock.now_ms() - self._retention_ms
        with self._lock:
            for silence_id, (silence, _) in list(self._silences.items()):
                if silence.ends_at_ms < before_ms:
                    del self._silences[silence_id]
                    self._version += 1

    def state(self) -> list[dict[str, Any]]:
        """Return all silences as plain records."""
        return [record_of(silence) for silence in self.all()]

    def restore(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Take back what :meth:`state` returned."""
        for record in records:
            self._keep(silence_of(record))
        self.trim()

    def discard(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Let go of silences that another process forgot."""
        with self._lock:
            for record in records:
                self._silences.pop(record["id"], None)
            self._version += 1

    def after_fork(self) -> None:
        """Take a fresh lock in a child process; the silences hold there as well."""
        self._lock = threading.Lock()

    def _matching(self, labels: Labels) -> tuple[Silence, ...]:
        """Return the silences that match an alert, whatever the time; found once while they stay the same."""
        found = self._matches.get(labels)
        if found is not None and found[0] == self._version:
            return found[1]
        with self._lock:
            version, silences = self._version, list(self._silences.values())
        matching = tuple(one for one, holds in silences if holds(labels))
        if len(self._matches) >= _MOST_MATCHES:
            self._matches = {}
        self._matches[labels] = (version, matching)
        return matching

    def _end(self, silence: Silence, now_ms: int) -> Silence:
        ended = replace(
            silence,
            starts_at_ms=min(silence.starts_at_ms, now_ms),
            ends_at_ms=now_ms,
            updated_at_ms=now_ms,
            is_ended=True,
        )
        self._keep(ended)
        return ended

    def _done(self, what: str, actor: str, before: Silence | None, after: Silence) -> None:
        plain = {} if before is None else record_of(before)
        target = after.id if before is None else before.id
        self._audit(Action(what, target, actor.strip(), self._clock.now_ms(), plain, record_of(after)))

    def _keep(self, silence: Silence) -> None:
        holds = condition(silence.matchers)
        self.trim()
        with self._lock:
            if silence.id not in self._silences and len(self._silences) >= self._most:
                self._make_room()
            self._silences[silence.id] = (silence, holds)
            self._version += 1

    def _make_room(self) -> None:
        """Forget the silence that has been over for longest.

        Raises:
            RoutingError: None is over.
        """
        now_ms = self._clock.now_ms()
        over = [one for one, _ in self._silences.values() if one.state(now_ms) == "expired"]
        if not over:
            msg = (
                f"there are {len(self._silences)} silences: expected at most {self._most}; expire some first"
            )
            raise RoutingError(msg)
        del self._silences[min(over, key=lambda one: one.ends_at_ms).id]


def preview(matchers: Sequence[Matcher], alerts: Iterable[SentAlert]) -> list[SentAlert]:
    """Return the alerts that a silence with these matchers would match.

    Raises:
        RoutingError: A regular expression is not valid.
    """
    holds = condition(checked(tuple(matchers)))
    return [alert for alert in alerts if holds(alert.labels)]
