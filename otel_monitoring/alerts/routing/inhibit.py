"""Inhibition: while one alert fires, others are not worth telling (S9.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from otel_monitoring.alerts.routing.matcher import condition

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otel_monitoring.alerts.routing.config import InhibitRule
    from otel_monitoring.alerts.routing.groups import Held, Look
    from otel_monitoring.model.alert import SentAlert
    from otel_monitoring.model.labels import Labels

_Values: TypeAlias = tuple[str, ...]


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
    """One rule, with the alerts that match its source by the values of the labels that must be equal."""

    __slots__ = ("_equal", "_is_source", "_is_target", "_sources")

    def __init__(self, rule: InhibitRule) -> None:
        self._is_source = condition(rule.source)
        self._is_target = condition(rule.target)
        self._equal = rule.equal
        self._sources: dict[_Values, dict[Labels, Held]] = {}

    def see(self, held: Held) -> None:
        labels = held.alert.labels
        if held.alert.is_resolved:
            self.forget(held)
        elif self._is_source(labels):
            self._sources.setdefault(self._values(labels), {})[labels] = held

    def forget(self, held: Held) -> None:
        values = self._values(held.alert.labels)
        sources = self._sources.get(values)
        if sources is not None and sources.pop(held.alert.labels, None) is not None and not sources:
            del self._sources[values]

    def source_for(self, labels: Labels, fires: Callable[[Held], bool]) -> Labels | None:
        """Return a source that mutes ``labels``: none that is a target too where ``labels`` are a source."""
        sources = self._sources.get(self._values(labels))
        if not sources or not self._is_target(labels):
            return None
        is_both = self._is_source(labels)
        for source, held in sources.items():
            if fires(held) and not (is_both and self._is_target(source)):
                return source
        return None

    def _values(self, labels: Labels) -> _Values:
        return tuple(labels.get(name) for name in self._equal)
