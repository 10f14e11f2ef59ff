"""The routing tree of an ``alertmanager.yml``."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from otel_monitoring.alerts.routing.alertmanager.channels import truth
from otel_monitoring.alerts.routing.alertmanager.shapes import no_nulls
from otel_monitoring.alerts.routing.config import Route, Timing
from otel_monitoring.alerts.routing.errors import RoutingError
from otel_monitoring.alerts.routing.matcher import key_of, matchers_of, parse_matchers
from otel_monitoring.alerts.rules.document import Fields
from otel_monitoring.errors import RuleError
from otel_monitoring.model.durations import format_duration, parse_duration

if TYPE_CHECKING:
    from collections.abc import Collection

    from yaml.nodes import Node

    from otel_monitoring.alerts.rules.document import Problems
    from otel_monitoring.model.matcher import Matcher

_ROUTE_FIELDS = (
    "receiver",
    "group_by",
    "match",
    "match_re",
    "matchers",
    "mute_time_intervals",
    "active_time_intervals",
    "continue",
    "routes",
    "group_wait",
    "group_interval",
    "repeat_interval",
    "labels",
)
_NOT_IN_ROOT = ("match", "match_re", "matchers", "mute_time_intervals", "active_time_intervals", "continue")
_ALL = "..."
_CLASSIC_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


def root_route(
    node: Node,
    *,
    receivers: Collection[str],
    intervals: Collection[str],
    problems: Problems,
    warnings: Problems,
) -> Route:
    """Return the routing tree.

    Args:
        node: The root route.
        receivers: The names of all receivers.
        intervals: The names of all time intervals.
        problems: Where to put what is wrong.
        warnings: Where to put what is valid and yet unlikely to be meant.
    """
    reader = _Reader(receivers=receivers, intervals=intervals, problems=problems, warnings=warnings)
    return reader.route(node, parent=None)


class _Reader:
    """What every node of the tree is checked against."""

    def __init__(
        self,
        *,
        receivers: Collection[str],
        intervals: Collection[str],
        problems: Problems,
        warnings: Problems,
    ) -> None:
        self._receivers = receivers
        self._intervals = intervals
        self._problems = problems
        self._warnings = warnings

    def route(self, node: Node, *, parent: Route | None) -> Route:
        """Return a node of the tree with everything below it."""
        fields = Fields(node, what="route", known=_ROUTE_FIELDS, problems=self._problems)
        base = parent or Route(receiver="")
        if parent is None:
            self._check_root(fields)
        own = matchers(fields, self._problems)
        key = key_of(own)
        labels = {name: text for name, (text, _) in fields.texts("labels").items()}
        if labels:
            self._warnings.add(fields.key("labels"), "labels of a route are not supported: ignored")
        if "" in labels:
            self._problems.add(fields.key("labels"), "labels: expected the name of a label")
        route = Route(
            receiver=self._receiver(fields) or base.receiver,
            key=key if parent is None else f"{parent.key}/{key}",
            matchers=own,
            group_by=self._group_by(fields, base.group_by),
            timing=self._timing(fields, base.timing),
            goes_on=fields.has("continue")
            and truth(fields.value("continue"), what="field 'continue'", problems=self._problems),
            mute_intervals=self._names(fields, "mute_time_intervals"),
            active_intervals=self._names(fields, "active_time_intervals"),
            labels={**base.labels, **labels},
        )
        no_nulls(fields, "routes", self._problems)
        children = tuple(self.route(child, parent=route) for child in fields.items("routes"))
        return replace(route, routes=children) if children else route

    def _check_root(self, fields: Fields) -> None:
        if not fields.text("receiver"):
            self._problems.add(fields.key("receiver"), "the root route: expected a receiver")
        for name in _NOT_IN_ROOT:
            if fields.has(name) and fields.value(name).value not in ([], "false"):
                what = f"the root route takes every alert at any time: expected no {name!r}"
                self._problems.add(fields.key(name), what)

    def _receiver(self, fields: Fields) -> str:
        name = fields.text("receiver")
        if name and name not in self._receivers:
            known = ", ".join(sorted(self._receivers)) or "a list of receivers"
            self._problems.add(
                fields.value("receiver"),
                f"undefined receiver {name!r} used in route: expected one of {known}",
            )
        return name

    def _names(self, fields: Fields, name: str) -> tuple[str, ...]:
        found = texts(fields, name, self._problems)
        no_nulls(fields, name, self._problems)
        for one, node in zip(found, fields.items(name), strict=False):
            if one not in self._intervals:
                known = ", ".join(sorted(self._intervals)) or "a list of time_intervals"
                message = f"undefined time interval {one!r} used in route: expected one of {known}"
                self._problems.add(node, message)
        return found

    def _group_by(self, fields: Fields, inherited: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if not fields.has("group_by"):
            return inherited
        names = label_names(fields, "group_by", self._problems)
        for name, node in zip(names, fields.items("group_by"), strict=False):
            if names.count(name) > 1 and name != _ALL:
                self._problems.add(node, f"group_by: expected {name!r} once")
        if _ALL not in names:
            return names
        if set(names) != {_ALL}:
            self._problems.add(fields.key("group_by"), "group_by: expected '...' alone or names of labels")
        return None

    def _timing(self, fields: Fields, base: Timing) -> Timing:
        stated = {
            name: duration_s(fields, name, self._problems)
            for name in ("group_wait", "group_interval", "repeat_interval")
        }
        for name in ("group_interval", "repeat_interval"):
            if stated[name] == 0:
                self._problems.add(fields.value(name), f"{name}: expected more than 0")
        wait_s, interval_s, repeat_s = stated.values()
        timing = Timing(
            group_wait_s=base.group_wait_s if wait_s is None else wait_s,
            group_interval_s=base.group_interval_s if interval_s is None else interval_s,
            repeat_interval_s=base.repeat_interval_s if repeat_s is None else repeat_s,
        )
        if timing != base and timing.repeat_interval_s < timing.group_interval_s:
            name = "repeat_interval" if repeat_s is not None else "group_interval"
            repeat, interval = (
                format_duration(round(seconds * 1000))
                for seconds in (timing.repeat_interval_s, timing.group_interval_s)
            )
            self._warnings.add(
                fields.key(name),
                f"repeat_interval {repeat} is less than group_interval {interval}: expected it or more",
            )
        return timing


def matchers(fields: Fields, problems: Problems, *, prefix: str = "") -> tuple[Matcher, ...]:
    """Return the matchers of a route or of one side of an inhibit rule, older fields included."""
    found: list[Matcher] = []
    for name, is_regex in ((f"{prefix}match", False), (f"{prefix}match_re", True)):
        for label, (text, node) in fields.texts(name).items():
            if is_regex and node.tag.endswith(":null"):
                problems.add(node, f"{name}: {label}: expected a regular expression, found nothing")
            if not _CLASSIC_NAME.fullmatch(label):
                problems.add(node, f"{name}: {label!r} is no label name: expected letters, digits and _")
            try:
                found += (
                    matchers_of({}, {label: f"^(?:{text})$"}) if is_regex else matchers_of({label: text}, {})
                )
            except RoutingError as error:
                problems.add(node, str(error))
    for node in fields.items(f"{prefix}matchers"):
        try:
            found += parse_matchers(str(node.value))
        except RoutingError as error:
            problems.add(node, str(error))
    return tuple(found)


def texts(fields: Fields, name: str, problems: Problems) -> tuple[str, ...]:
    """Return a list of texts."""
    found = []
    for node in fields.items(name):
        if not isinstance(node.value, str):
            problems.add(node, f"{name}: expected a list of texts")
        found.append(str(node.value))
    return tuple(found)


def label_names(fields: Fields, name: str, problems: Problems) -> tuple[str, ...]:
    """Return a list of the names of labels."""
    found = texts(fields, name, problems)
    no_nulls(fields, name, problems)
    for one, node in zip(found, fields.items(name), strict=False):
        if not one:
            problems.add(node, f"{name}: expected the name of a label")
    return found


def duration_s(fields: Fields, name: str, problems: Problems) -> float | None:
    """Return a duration in seconds; ``None`` where it is missing or no duration."""
    text = fields.text(name)
    if not fields.has(name):
        return None
    try:
        return parse_duration(text) / 1000
    except RuleError as error:
        problems.add(fields.value(name), f"{name}: {error}")
        return None
