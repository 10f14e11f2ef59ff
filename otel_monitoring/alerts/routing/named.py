"""Rules that say who is told: the label ``channels`` names receivers, which take the place of the routes.

The routes of the configuration stay what they are, keys included, so that groups are those of Alertmanager.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from otel_monitoring.alerts.routing.config import Route
from otel_monitoring.alerts.routing.matcher import key_of
from otel_monitoring.model.matcher import Matcher

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.alerts.routing.config import RoutingConfig

CHANNELS_LABEL = "channels"
"""The label that names receivers, separated by commas."""

_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")


def with_named_receivers(config: RoutingConfig) -> RoutingConfig:
    """Return the configuration with routes for alerts that name their receivers.

    Such an alert goes to each receiver that it names and that exists, and to no other; one that names none of
    them takes the routes. Where there is one receiver nothing is to be chosen.
    """
    names = [receiver.name for receiver in config.receivers]
    if len(names) < 2:  # noqa: PLR2004 - a choice
        return config
    root = config.route
    some = (Matcher(CHANNELS_LABEL, "!=", ""), _names_one_of(names))
    named = replace(
        _child(root, some, receiver=root.receiver),
        routes=tuple(
            replace(_child(root, (_names_one_of([name]),), receiver=name), goes_on=True) for name in names
        ),
    )
    return replace(config, route=replace(root, routes=(named, root)))


def _child(root: Route, matchers: tuple[Matcher, ...], *, receiver: str) -> Route:
    return Route(
        receiver=receiver,
        key=f"{root.key}/{key_of(matchers)}",
        matchers=matchers,
        group_by=root.group_by,
        timing=root.timing,
        labels=root.labels,
    )


def _names_one_of(names: Sequence[str]) -> Matcher:
    """Return the matcher of a list, separated by commas, that holds one of these names."""
    one = "|".join(_SPECIAL.sub(r"\\\g<0>", name) for name in names)
    return Matcher(CHANNELS_LABEL, "=~", f"(?:.*,)?(?:{one})(?:,.*)?")
