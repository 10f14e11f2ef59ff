"""What a routing configuration states: who is told about which alerts, when, and when not.

``alertmanager.yml`` (folder ``alertmanager``) and the plain settings (``plain``) both end here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from otel_monitoring.alerts.routing.matcher import condition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.alerts.routing.intervals import TimeInterval
    from otel_monitoring.alerts.routing.matcher import Condition
    from otel_monitoring.alerts.rules.rule import Problem
    from otel_monitoring.model.matcher import Matcher
    from otel_monitoring.model.receiver import ReceiverSpec


@dataclass(frozen=True, slots=True)
class Timing:
    """When a group of alerts is told.

    Attributes:
        group_wait_s: How long a new group waits for more alerts.
        group_interval_s: Time between two looks at a group; 0 to look whenever something has changed.
        repeat_interval_s: Time after which people are reminded of what still fires.
    """

    group_wait_s: float = 30.0
    group_interval_s: float = 300.0
    repeat_interval_s: float = 14_400.0


@dataclass(frozen=True, slots=True)
class Route:
    """One node of the routing tree; what it inherits from its parent is filled in.

    Attributes:
        receiver: Who is told.
        key: What the route is, from the root on: ``{}/{severity="page"}``.
        matchers: What an alert has to fulfil.
        group_by: The labels that make a group; ``None`` makes every label set a group of its own.
        timing: When a group is told.
        goes_on: Whether an alert that matches is also offered to the siblings that follow.
        mute_intervals: Names of the time intervals during which nobody is told.
        active_intervals: Names of the time intervals outside of which nobody is told; none for always.
        labels: Further labels of the route, as templates.
        routes: The children, in order.
    """

    receiver: str
    key: str = "{}"
    matchers: tuple[Matcher, ...] = ()
    group_by: tuple[str, ...] | None = ()
    timing: Timing = field(default_factory=Timing)
    goes_on: bool = False
    mute_intervals: tuple[str, ...] = ()
    active_intervals: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()

    def condition(self) -> Condition:
        """Return what an alert has to fulfil, as a function of its labels."""
        return condition(self.matchers)


@dataclass(frozen=True, slots=True)
class InhibitRule:
    """Alerts that make others not worth telling.

    Attributes:
        source: What the alert that mutes matches.
        target: What the alerts that are muted match.
        equal: The labels that both must have the same value of.
        name: What messages call the rule.
    """

    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class RoutingConfig:
    """Everything that the notification side goes by.

    Attributes:
        route: The root of the routing tree; it takes every alert.
        receivers: All receivers, used or not.
        inhibit_rules: The rules of inhibition.
        time_intervals: The intervals of each name; one that holds is enough.
        templates: Patterns of template files, as stated.
        resolve_timeout_s: How long an alert without an end holds when nobody sends it again.
        warnings: What is valid and yet unlikely to be meant.
    """

    route: Route
    receivers: tuple[ReceiverSpec, ...]
    inhibit_rules: tuple[InhibitRule, ...] = ()
    time_intervals: Mapping[str, tuple[TimeInterval, ...]] = field(default_factory=dict)
    templates: tuple[str, ...] = ()
    resolve_timeout_s: float = 300.0
    warnings: tuple[Problem, ...] = ()

    def receiver(self, name: str) -> ReceiverSpec | None:
        """Return a receiver by name."""
        return next((receiver for receiver in self.receivers if receiver.name == name), None)
