"""Cooldown: after an alert was resolved it is not told again for a while.

One that fires again within that time and still does at its end is told then; one that has ended meanwhile is
not told at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from otel_monitoring.model.labels import Labels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from otel_monitoring.alerts.routing.groups import Look
    from otel_monitoring.model.alert import SentAlert

    Seconds: TypeAlias = Callable[[SentAlert], float]

_MOST = 20_000


class Cooldown:
    """A stage and a watcher.

    Args:
        seconds: How long an alert is not told after it was resolved; 0 for no cooldown.
        longest_s: The longest of these times; older resolutions are forgotten.
    """

    def __init__(self, seconds: Seconds, *, longest_s: float = 86_400) -> None:
        self._seconds = seconds
        self._longest_s = longest_s
        self._ended_s: dict[Labels, float] = {}
        self._began_s: dict[Labels, float] = {}

    def changed(self, labels: Labels, *, is_firing: bool, at_s: float) -> None:
        """Note that an alert has begun or ended; one that ends within its cooldown does not prolong it."""
        if is_firing:
            self._began_s[labels] = at_s
            return
        self._began_s.pop(labels, None)
        if len(self._ended_s) >= _MOST:
            self.trim(at_s)
        if len(self._ended_s) < _MOST:
            self._ended_s.setdefault(labels, at_s)

    def __call__(self, alerts: list[SentAlert], look: Look) -> list[SentAlert]:
        """Return the alerts without those that fire again too early."""
        if not self._ended_s:
            return alerts
        return [alert for alert in alerts if alert.is_resolved or not self._is_cooling(alert, look.now_s)]

    def trim(self, now_s: float) -> None:
        """Forget what ended too long ago to matter."""
        for labels, ended_s in list(self._ended_s.items()):
            if now_s - ended_s >= self._longest_s:
                del self._ended_s[labels]

    def state(self, now_s: float) -> list[dict[str, Any]]:
        """Return what ended as plain records: when, and how long ago that is."""
        return [
            {"labels": labels.as_dict(), "at_s": ended_s, "age_s": now_s - ended_s}
            for labels, ended_s in list(self._ended_s.items())
        ]

    def restore(self, records: Iterable[Mapping[str, Any]], now_s: float) -> None:
        """Know what :meth:`state` returned, and nothing else."""
        self._ended_s, self._began_s = {}, {}
        for record in records:
            labels = Labels.of(record["labels"])
            self._ended_s[labels] = now_s - record["age_s"]

    def _is_cooling(self, alert: SentAlert, now_s: float) -> bool:
        ended_s = self._ended_s.get(alert.labels)
        began_s = self._began_s.get(alert.labels, now_s)
        if ended_s is None or began_s < ended_s:
            return False
        if now_s - ended_s < self._seconds(alert):
            return True
        del self._ended_s[alert.labels]
        return False
