"""What fired and when it stopped: the past that neither the rules nor the notifications keep."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from otel_monitoring.model.labels import Labels

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from otel_monitoring.model.alert import Alert, Transition


@dataclass(frozen=True, slots=True)
class Episode:
    """One time that an alert fired, from its start to its end.

    Times are Unix milliseconds.

    Attributes:
        labels: The alert as people know it.
        started_at_ms: When it began to fire.
        value: The value of the expression when it began.
        annotations: What was said about it then.
        ended_at_ms: When it stopped; ``None`` while it fires.
        marks: What happened to it meanwhile: ``silenced``, ``acknowledged``, ``resolved`` by hand.
    """

    labels: Labels
    started_at_ms: int
    value: float
    annotations: Mapping[str, str] = field(default_factory=dict)
    ended_at_ms: int | None = None
    marks: tuple[str, ...] = ()

    @property
    def rule(self) -> str:
        """The name of the rule."""
        return self.labels.get("alertname")

    def duration_ms(self, now_ms: int) -> int:
        """Return how long it has fired."""
        return max((now_ms if self.ended_at_ms is None else self.ended_at_ms) - self.started_at_ms, 0)

    def overlaps(self, since_ms: int | None, until_ms: int | None) -> bool:
        """Tell whether it fired at any time from ``since_ms`` to ``until_ms``."""
        is_early = since_ms is not None and self.ended_at_ms is not None and self.ended_at_ms < since_ms
        return not is_early and (until_ms is None or self.started_at_ms <= until_ms)


def _unmarked(_labels: Labels) -> Iterable[str]:
    return ()


def _as_it_is(labels: Labels) -> Labels:
    return labels


class AlertHistory:
    """Keep the newest episodes; thread-safe.

    Args:
        most: The most episodes, those that go on included; further ones take the place of the oldest.
        known_as: Returns the labels that people know an alert by: those that it has once it is sent.
        marks: Tells what to note on an alert as it begins and as it ends.
    """

    def __init__(
        self,
        *,
        most: int = 5000,
        known_as: Callable[[Labels], Labels] = _as_it_is,
        marks: Callable[[Labels], Iterable[str]] = _unmarked,
    ) -> None:
        self._most = most
        self._known_as = known_as
        self._marks = marks
        self._open: dict[Labels, Episode] = {}
        self._closed: deque[Episode] = deque(maxlen=most)
        self._lock = threading.Lock()
        self.version = 0
        """Grows with every change, so that others see that there was one."""

    def told(self, transitions: Sequence[Transition]) -> None:
        """Take what changed: the evaluator's hook."""
        for transition in transitions:
            if transition.change == "firing":
                self._begin(transition.alert, transition.at_ms)
            else:
                self._end(transition.alert, transition.at_ms)

    def mark(self, labels: Labels, mark: str) -> None:
        """Note what somebody did to an alert that fires; the labels are those that it is known by."""
        with self._lock:
            known = self._open.get(labels)
            if known is not None:
                self._open[labels] = _marked(known, [mark])
                self.version += 1

    def settle(self, firing: Collection[Labels], now_ms: int) -> None:
        """End the episodes of alerts that fire no more and of which nobody told: their rule has gone."""
        known = set(map(self._known_as, firing))
        with self._lock:
            for labels in [one for one in self._open if one not in known]:
                self._close(self._open.pop(labels), now_ms)

    def find(
        self,
        *,
        since_ms: int | None = None,
        until_ms: int | None = None,
        rule: str = "",
        labels: Labels | None = None,
    ) -> list[Episode]:
        """Return the episodes of a time, a rule or one alert, those that began last in front."""
        with self._lock:
            known = [*self._closed, *self._open.values()]
        found = [
            one
            for one in known
            if one.overlaps(since_ms, until_ms)
            and (not rule or one.rule == rule)
            and (labels is None or one.labels == labels)
        ]
        return sorted(found, key=lambda one: (-one.started_at_ms, one.labels.pairs))

    def state(self) -> list[dict[str, Any]]:
        """Return all episodes as plain records, oldest first."""
        with self._lock:
            known = [*self._closed, *self._open.values()]
        return [{**asdict(one), "labels": one.labels.as_dict(), "marks": list(one.marks)} for one in known]

    def restore(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Take back what :meth:`state` returned; what this process knows already stays."""
        with self._lock:
            self._take(records)

    def replace(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Know what :meth:`state` of another process returned, and nothing else."""
        with self._lock:
            self._open = {}
            self._closed = deque(maxlen=self._most)
            self._take(records)

    def _take(self, records: Iterable[Mapping[str, Any]]) -> None:
        for record in records:
            episode = Episode(
                **{**record, "labels": Labels.of(record["labels"]), "marks": tuple(record["marks"])}
            )
            if episode.ended_at_ms is None:
                self._open.setdefault(episode.labels, episode)
            else:
                self._closed.append(episode)
        self._bound()

    def after_fork(self) -> None:
        """Begin anew in a child process: what fires there is found there."""
        self._lock = threading.Lock()
        self._open = {}
        self._closed = deque(maxlen=self._most)

    def _begin(self, alert: Alert, at_ms: int) -> None:
        labels = self._known_as(alert.labels)
        begun = Episode(
            labels=labels,
            started_at_ms=at_ms if alert.fired_at_ms is None else alert.fired_at_ms,
            value=alert.value,
            annotations=alert.annotations,
        )
        begun = _marked(begun, self._marks(labels))
        with self._lock:
            before = self._open.pop(labels, None)
            if before is not None:
                self._close(before, begun.started_at_ms)
            self._open[labels] = begun
            self._bound()

    def _end(self, alert: Alert, at_ms: int) -> None:
        with self._lock:
            known = self._open.pop(self._known_as(alert.labels), None)
        if known is None:
            return
        # The clock may have been set meanwhile: the alert's own times have moved along with it.
        started_at_ms = known.started_at_ms if alert.fired_at_ms is None else alert.fired_at_ms
        ended = _marked(replace(known, started_at_ms=started_at_ms), self._marks(known.labels))
        with self._lock:
            self._close(ended, at_ms)

    def _close(self, episode: Episode, at_ms: int) -> None:
        self._closed.append(replace(episode, ended_at_ms=max(at_ms, episode.started_at_ms)))
        self._bound()

    def _bound(self) -> None:
        """Make room: for what goes on by forgetting the oldest of what is over, then of all."""
        self.version += 1
        while len(self._open) + len(self._closed) > self._most:
            if self._closed:
                self._closed.popleft()
            else:
                del self._open[next(iter(self._open))]


def _marked(episode: Episode, marks: Iterable[str]) -> Episode:
    new = [mark for mark in marks if mark not in episode.marks]
    return replace(episode, marks=(*episode.marks, *new)) if new else episode
