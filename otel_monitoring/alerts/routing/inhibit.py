"""Inhibition: while one alert fires, others are not worth telling (S9.9)."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from otel_monitoring.alerts.routing.matcher import condition

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otel_monitoring.alerts.routing.config import InhibitRule
    from otel_monitoring.alerts.routing.groups import Held, Look
    from otel_monitoring.model.alert import SentAlert
    from otel_monitoring.model.labels import Labels

_Values: TypeAlias = tuple[str, ...]
_Sources: TypeAlias = "dict[_Values, dict[Labels, Held]]"


class Inhibitor:
    """A stage that leaves out what is inhibited; it knows every alert that could inhibit.

    Args:
        rules: The rules of inhibition.
        fires: Tells whether an alert fires now.
    """

    def __init__(self, rules: Sequence[InhibitRule], fires: Callable[[Held], bool]) -> None:
        self._rules = tuple(map(_Rule, rules))
        self._fires = fires

    def see(self, held: Held) -> None:
        """Take notice of an alert as it stands."""
        for rule in self._rules:
            rule.see(held)

    def forget(self, held: Held) -> None:
        """Forget an alert that is gone."""
        for rule in self._rules:
            rule.forget(held)

    def inhibits(self, labels: Labels) -> Labels | None:
        """Return the labels of a firing alert that mutes these labels; ``None`` where none does."""
        for rule in self._rules:
            source = rule.source_for(labels, self._fires)
            if source is not None:
                return source
        return None

    def __call__(self, alerts: list[SentAlert], look: Look) -> list[SentAlert]:  # noqa: ARG002 - a Stage
        """Return the alerts that nothing inhibits."""
        if not self._rules:
            return alerts
        return [alert for alert in alerts if self.inhibits(alert.labels) is None]


class _Rule:
    """One rule, with the alerts that match its source by the values of the labels that must be equal.

    Those that match its target too are kept apart: they cannot mute one another, and a storm of them would
    otherwise be searched in vain for each of them.
    """

    __slots__ = ("_both", "_equal", "_is_source", "_is_target", "_only")

    def __init__(self, rule: InhibitRule) -> None:
        self._is_source = condition(rule.source)
        self._is_target = condition(rule.target)
        self._equal = rule.equal
        self._only: _Sources = {}
        self._both: _Sources = {}

    def see(self, held: Held) -> None:
        labels = held.alert.labels
        if held.alert.is_resolved:
            self.forget(held)
        elif self._is_source(labels):
            sources = self._both if self._is_target(labels) else self._only
            sources.setdefault(self._values(labels), {})[labels] = held

    def forget(self, held: Held) -> None:
        values = self._values(held.alert.labels)
        for kept in (self._only, self._both):
            sources = kept.get(values)
            if sources is not None and sources.pop(held.alert.labels, None) is not None and not sources:
                del kept[values]

    def source_for(self, labels: Labels, fires: Callable[[Held], bool]) -> Labels | None:
        """Return a source that mutes ``labels``: none that is a target too where ``labels`` are a source."""
        values = self._values(labels)
        only, both = self._only.get(values), self._both.get(values)
        if not (only or both) or not self._is_target(labels):
            return None
        if both and self._is_source(labels):
            both = None
        found = chain((only or {}).items(), (both or {}).items())
        return next((source for source, held in found if fires(held)), None)

    def _values(self, labels: Labels) -> _Values:
        return tuple(labels.get(name) for name in self._equal)
