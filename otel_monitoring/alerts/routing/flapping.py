"""Alerts that come and go too fast to be told each time.

An alert that changed more often than allowed within a window is told once as flapping. From then on it counts
as firing, whatever it does, until it has kept still for a window; then people hear how it stands.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from otel_monitoring.model.labels import Labels

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from otel_monitoring.alerts.routing.groups import Look
    from otel_monitoring.model.alert import SentAlert

ANNOTATION = "flapping"
"""The annotation that says how often the alert changed."""

_MOST = 20_000


class Flapping:
    """A stage and a watcher.

    Args:
        most_changes: Changes within the window that are still told one by one; 0 switches this off.
        window_s: The window, in seconds.
    """

    def __init__(self, *, most_changes: int, window_s: float = 600) -> None:
        self._most_changes = most_changes
        self._window_s = window_s
        self._changes: dict[Labels, deque[float]] = {}
        self._told: dict[Labels, int] = {}

    def changed(self, labels: Labels, *, is_firing: bool, at_s: float) -> None:  # noqa: ARG002 - a Watcher
        """Note that an alert has begun or ended."""
        if not self._most_changes:
            return
        if labels not in self._changes and len(self._changes) >= _MOST:
            self.trim(at_s)
            if len(self._changes) >= _MOST:
                return
        self._changes.setdefault(labels, deque(maxlen=self._most_changes + 1)).append(at_s)

    def flaps(self, labels: Labels, now_s: float) -> bool:
        """Tell whether an alert is flapping: too many changes, and none so long ago that it has settled."""
        times = self._changes.get(labels)
        if not times or now_s - times[-1] >= self._window_s:
            return False
        if labels in self._told:
            return True
        return len(times) > self._most_changes and now_s - times[0] < self._window_s

    def __call__(self, alerts: list[SentAlert], look: Look) -> list[SentAlert]:
        """Return the alerts, those that flap as firing."""
        if not self._changes:
            return alerts
        return [self._seen(alert, look) for alert in alerts]

    def trim(self, now_s: float) -> None:
        """Forget alerts that have kept still for a window."""
        for labels, times in list(self._changes.items()):
            if now_s - times[-1] >= self._window_s:
                del self._changes[labels]
                self._told.pop(labels, None)

    def state(self, now_s: float) -> list[dict[str, Any]]:
        """Return the changes as plain records: when each was, and how long ago the last one."""
        return [
            {
                "labels": labels.as_dict(),
                "at_s": list(times),
                "age_s": now_s - times[-1],
                "told": self._told.get(labels),
            }
            for labels, times in list(self._changes.items())
        ]

    def restore(self, records: Iterable[Mapping[str, Any]], now_s: float) -> None:
        """Know what :meth:`state` returned, and nothing else."""
        self._changes, self._told = {}, {}
        for record in records:
            labels, shift_s = Labels.of(record["labels"]), now_s - record["age_s"] - record["at_s"][-1]
            times = [at_s + shift_s for at_s in record["at_s"]]
            self._changes[labels] = deque(times, maxlen=self._most_changes + 1)
            if record["told"] is not None:
                self._told[labels] = record["told"]

    def _seen(self, alert: SentAlert, look: Look) -> SentAlert:
        labels = alert.labels
        if not self.flaps(labels, look.now_s):
            self._told.pop(labels, None)
            return alert
        if labels not in self._told:
            look.urged[labels] = "flapping"
            self._told[labels] = len(self._changes[labels])
        note = f"changed more than {self._most_changes} times within {self._window_s:g} s"
        return replace(alert, is_resolved=False, annotations={**alert.annotations, ANNOTATION: note})
