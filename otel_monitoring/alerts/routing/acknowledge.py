"""Acknowledging an alert, and calling it resolved by hand.

An acknowledged alert brings no reminders and goes to nobody else until it resolves or the acknowledgement
runs out. One that was resolved by hand counts as resolved until it stops, or until its time has passed and it
still holds: then it is told again.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from otel_monitoring.alerts.routing.errors import RoutingError
from otel_monitoring.model.action import Action
from otel_monitoring.model.labels import Labels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from otel_monitoring.alerts.routing.groups import Look
    from otel_monitoring.model.alert import SentAlert
    from otel_monitoring.model.clock import Clock

Kind: TypeAlias = Literal["acknowledged", "resolved"]

_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody said about a firing alert.

    Attributes:
        kind: What was said.
        labels: The alert.
        actor: Who said it.
        comment: Why.
        at_ms: When, Unix milliseconds.
        until_s: When it runs out, on the monotonic clock.
    """

    kind: Kind
    labels: Labels
    actor: str
    comment: str
    at_ms: int
    until_s: float


def _nobody(_action: Action) -> None:
    """Take what nobody asked for."""


class Acknowledgements:
    """What people said about firing alerts: a stage, and a watcher that forgets it when they end.

    Args:
        clock: Its monotonic side says when a word runs out.
        acknowledged_s: How long an acknowledgement holds unless stated.
        resolved_s: How long an alert counts as resolved by hand unless stated.
        audit: Takes what was done by whom.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        acknowledged_s: float = 86_400,
        resolved_s: float = 3600,
        audit: Callable[[Action], object] = _nobody,
    ) -> None:
        self._clock = clock
        self._audit = audit
        self._hold_s: dict[Kind, float] = {"acknowledged": acknowledged_s, "resolved": resolved_s}
        self._words: dict[tuple[Kind, Labels], Word] = {}
        self._lock = threading.Lock()

    def acknowledge(
        self, labels: Labels, *, actor: str, comment: str = "", for_s: float | None = None
    ) -> Word:
        """Note that somebody takes care of an alert.

        Raises:
            RoutingError: The actor is empty, the time is not positive, or there are too many.
        """
        return self._say("acknowledged", labels, actor=actor, comment=comment, for_s=for_s)

    def resolve(self, labels: Labels, *, actor: str, comment: str = "", for_s: float | None = None) -> Word:
        """Note that an alert counts as resolved.

        Raises:
            RoutingError: The actor is empty, the time is not positive, or there are too many.
        """
        return self._say("resolved", labels, actor=actor, comment=comment, for_s=for_s)

    def withdraw(self, labels: Labels, *, actor: str) -> list[Word]:
        """Take back whatever was said about an alert; return what still held.

        Raises:
            RoutingError: The actor is empty, or there is nothing to take back.
        """
        if not actor.strip():
            msg = "withdrawn by nobody: expected an actor"
            raise RoutingError(msg)
        now_s = self._clock.monotonic_s()
        words = [word for word in self._forget(labels) if word.until_s > now_s]
        if not words:
            msg = f"alert {labels!r} is neither acknowledged nor resolved by hand: expected one that is"
            raise RoutingError(msg)
        for word in words:
            self._done(f"alert.{word.kind}.withdrawn", actor, word, None)
        return words

    def find(self, kind: Kind, labels: Labels) -> Word | None:
        """Return what was said about an alert and still holds."""
        word = self._words.get((kind, labels))
        return word if word is not None and word.until_s > self._clock.monotonic_s() else None

    def is_quiet(self, labels: Labels) -> bool:
        """Tell whether an alert is acknowledged, so that it needs no reminders."""
        return bool(self._words) and self.find("acknowledged", labels) is not None

    def all(self) -> list[Word]:
        """Return everything that was said and still holds, newest last."""
        now_s = self._clock.monotonic_s()
        with self._lock:
            return [word for word in self._words.values() if word.until_s > now_s]

    def changed(self, labels: Labels, *, is_firing: bool, at_s: float) -> None:  # noqa: ARG002 - a Watcher
        """Forget what was said about an alert that has ended."""
        if not is_firing and self._words:
            self._forget(labels)

    def __call__(self, alerts: list[SentAlert], look: Look) -> list[SentAlert]:
        """Return the alerts, those resolved by hand as resolved."""
        if not self._words:
            return alerts
        return [
            alert
            if alert.is_resolved or self.find("resolved", alert.labels) is None
            else replace(alert, is_resolved=True, ends_at_ms=look.now_ms)
            for alert in alerts
        ]

    def trim(self, now_s: float) -> None:
        """Forget what has run out."""
        with self._lock:
            self._words = {key: word for key, word in self._words.items() if word.until_s > now_s}

    def state(self) -> list[dict[str, Any]]:
        """Return what was said as plain records; what is left of its time is in ``left_s``."""
        now_s = self._clock.monotonic_s()
        return [_record(word, now_s) for word in self.all()]

    def restore(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Take back what :meth:`state` returned."""
        now_s = self._clock.monotonic_s()
        for record in records:
            fields = {name: record[name] for name in ("kind", "actor", "comment", "at_ms")}
            word = Word(labels=Labels.of(record["labels"]), until_s=now_s + record["left_s"], **fields)
            with self._lock:
                self._words[word.kind, word.labels] = word

    def discard(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Let go of what another process took back."""
        with self._lock:
            for record in records:
                self._words.pop((record["kind"], Labels.of(record["labels"])), None)

    def after_fork(self) -> None:
        """Take a fresh lock in a child process."""
        self._lock = threading.Lock()

    def _say(self, kind: Kind, labels: Labels, *, actor: str, comment: str, for_s: float | None) -> Word:
        hold_s = self._hold_s[kind] if for_s is None else for_s
        if not actor.strip():
            msg = f"{kind} by nobody: expected an actor"
            raise RoutingError(msg)
        if not hold_s > 0:
            msg = f"{kind} for {hold_s} s: expected more than 0"
            raise RoutingError(msg)
        if len(self._words) >= _MOST:
            self.trim(self._clock.monotonic_s())
        if len(self._words) >= _MOST and (kind, labels) not in self._words:
            msg = f"there are {_MOST} acknowledgements: expected fewer; silence the alerts instead"
            raise RoutingError(msg)
        word = Word(
            kind=kind,
            labels=labels,
            actor=actor.strip(),
            comment=comment.strip(),
            at_ms=self._clock.now_ms(),
            until_s=self._clock.monotonic_s() + hold_s,
        )
        with self._lock:
            before = self._words.get((kind, labels))
            self._words[kind, labels] = word
        self._done(f"alert.{kind}", word.actor, before, word)
        return word

    def _forget(self, labels: Labels) -> list[Word]:
        with self._lock:
            found = [self._words.pop((kind, labels), None) for kind in self._hold_s]
        return [word for word in found if word is not None]

    def _done(self, what: str, actor: str, before: Word | None, after: Word | None) -> None:
        now_s = self._clock.monotonic_s()
        target = next(repr(word.labels) for word in (after, before) if word is not None)
        plain = [{} if word is None else _record(word, now_s) for word in (before, after)]
        self._audit(Action(what, target, actor.strip(), self._clock.now_ms(), *plain))


def _record(word: Word, now_s: float) -> dict[str, Any]:
    return {
        "kind": word.kind,
        "labels": word.labels.as_dict(),
        "actor": word.actor,
        "comment": word.comment,
        "at_ms": word.at_ms,
        "left_s": word.until_s - now_s,
    }
