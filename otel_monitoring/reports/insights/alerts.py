"""Alerts that cry wolf: they fire again and again, and are over before anybody has looked."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from otel_monitoring.model.labels import Labels
from otel_monitoring.reports.insights.insight import Evidence, Insight
from otel_monitoring.reports.summary.words import duration

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otel_monitoring.reports.summary.alerts import Episode

_DAY_MS = 86_400_000
_SHORT_S = 600.0
_TOUCHED = frozenset({"acknowledged", "resolved", "silenced"})
_ADVICE = "Give the rule a longer `for` or `keep_firing_for`, or a threshold that matters."
_WHY = "An alert that is over by itself teaches people to look away, from the next one as well."


class NoisyAlerts:
    """Find rules that fire often, briefly, and without anybody doing anything.

    Args:
        episodes: Returns what fired between two Unix times in milliseconds.
        least: So often within a day is often.
    """

    name = "alerts"

    def __init__(self, episodes: Callable[[int, int], Sequence[Episode]], *, least: int = 5) -> None:
        self._episodes = episodes
        self._least = least

    def insights(self, now_ms: int) -> list[Insight]:
        """Return the noisy rules of the last day."""
        by_rule: dict[str, list[Episode]] = {}
        for one in self._episodes(now_ms - _DAY_MS, now_ms):
            if one.ended_at_ms is not None and not _TOUCHED.intersection(one.marks):
                by_rule.setdefault(one.labels.get("alertname"), []).append(one)
        found = [self._told(rule, group, now_ms) for rule, group in by_rule.items()]
        return [one for one in found if one is not None]

    def _told(self, rule: str, group: Sequence[Episode], now_ms: int) -> Insight | None:
        lasted_s = median(((one.ended_at_ms or now_ms) - one.started_at_ms) / 1000 for one in group)
        if len(group) < self._least or lasted_s > _SHORT_S:
            return None
        return Insight(
            rule="NoisyAlert",
            labels=Labels.of(alertname=rule),
            sentence=(
                f"{rule} fired {len(group)} times in a day and resolved by itself each time, "
                f"after {duration(lasted_s)} in the median."
            ),
            evidence=Evidence(
                value=float(len(group)),
                values={"median_s": lasted_s},
                window_s=_DAY_MS / 1000,
                at_ms=now_ms,
            ),
            effect=min(0.6, 0.02 * len(group)),
            kind="alerts",
            advice=_ADVICE,
            why=_WHY,
        )
