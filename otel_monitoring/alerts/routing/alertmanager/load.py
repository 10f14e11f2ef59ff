"""``alertmanager.yml`` read into a :class:`RoutingConfig`: the whole schema of Alertmanager 0.34.

All problems of a file are told at once, each with line and column.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otel_monitoring.alerts.routing.alertmanager.channels import channel_of, plain_value
from otel_monitoring.alerts.routing.alertmanager.intervals import time_intervals
from otel_monitoring.alerts.routing.alertmanager.kinds import FORMS, GLOBAL_DEFAULTS, GLOBAL_SHAPES, KINDS
from otel_monitoring.alerts.routing.alertmanager.routes import (
    duration_s,
    label_names,
    matchers,
    root_route,
    texts,
)
from otel_monitoring.alerts.routing.alertmanager.shapes import check_fields, no_nulls
from otel_monitoring.alerts.routing.config import InhibitRule, RoutingConfig
from otel_monitoring.alerts.routing.errors import RoutingFileError
from otel_monitoring.alerts.rules.document import Fields, Problems, read_document
from otel_monitoring.alerts.rules.rule import Problem
from otel_monitoring.model.receiver import ReceiverSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yaml.nodes import Node

    from otel_monitoring.alerts.routing.intervals import TimeInterval

_FIELDS = (
    "global",
    "route",
    "receivers",
    "inhibit_rules",
    "mute_time_intervals",
    "time_intervals",
    "templates",
    "tracing",
    "event_recorder",
)
_RULE_FIELDS = (
    "name",
    "source_match",
    "source_match_re",
    "source_matchers",
    "target_match",
    "target_match_re",
    "target_matchers",
    "equal",
)
_IGNORED = ("tracing", "event_recorder")
_RESOLVE_TIMEOUT_S = 300.0


def load_routing(path: str) -> RoutingConfig:
    """Return the configuration of a file.

    Raises:
        RoutingFileError: The file cannot be read or is not valid; the error holds every problem.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        message = "cannot be read: expected UTF-8"
    else:
        return parse_routing(text, source=path)
    raise RoutingFileError([Problem(source=path, line=0, column=0, message=message)])


def parse_routing(text: str, *, source: str) -> RoutingConfig:
    """Return the configuration of a text.

    Args:
        text: An ``alertmanager.yml``.
        source: Its name, as problems name it; files that it names are sought next to it.

    Raises:
        RoutingFileError: The text is not valid; the error holds every problem with its line and column.
    """
    problems, warnings = Problems(source), Problems(source)
    root = read_document(text, problems, warnings)
    if root is None and not problems.found:
        problems.add_at(None, "expected a mapping with 'route' and 'receivers', found nothing")
    config = None if root is None else _config(root, problems, warnings)
    if problems.found or config is None:
        raise RoutingFileError(sorted(problems.found, key=lambda one: (one.line, one.column)))
    return config


def _config(root: Node, problems: Problems, warnings: Problems) -> RoutingConfig | None:
    fields = Fields(root, what="the configuration", known=_FIELDS, problems=problems)
    for name in _IGNORED:
        if fields.has(name):
            warnings.add(fields.key(name), f"field {name!r} is not supported: ignored")
    defaults, resolve_timeout_s = _globals(fields, problems)
    receivers = _receivers(fields, defaults, problems, warnings)
    intervals: dict[str, tuple[TimeInterval, ...]] = {}
    for name in ("mute_time_intervals", "time_intervals"):
        time_intervals(fields.items(name), what=name, into=intervals, problems=problems)
    rules = tuple(_inhibit_rule(node, problems) for node in fields.items("inhibit_rules"))
    folder = os.path.dirname(problems.source)  # noqa: PTH120 - a Path would change patterns
    templates = tuple(os.path.join(folder, one) for one in texts(fields, "templates", problems))  # noqa: PTH118
    if not fields.has("route"):
        problems.add(fields.key("route"), "expected a route")
        return None
    route = root_route(
        fields.value("route"),
        receivers={receiver.name for receiver in receivers},
        intervals=intervals,
        problems=problems,
        warnings=warnings,
    )
    return RoutingConfig(
        route=route,
        receivers=receivers,
        inhibit_rules=rules,
        time_intervals=intervals,
        templates=templates,
        resolve_timeout_s=resolve_timeout_s,
        warnings=tuple(warnings.found),
    )


def _globals(fields: Fields, problems: Problems) -> tuple[Mapping[str, Any], float]:
    """Return what channels take over, and the resolve timeout."""
    if not fields.has("global"):
        return GLOBAL_DEFAULTS, _RESOLVE_TIMEOUT_S
    stated = Fields(fields.value("global"), what="global", known=tuple(GLOBAL_SHAPES), problems=problems)
    shapes = {name: shape for name, shape in GLOBAL_SHAPES.items() if name != "resolve_timeout"}
    check_fields(stated, shapes, what="global", forms=FORMS, problems=problems)
    found = {name: plain_value(stated.value(name)) for name in GLOBAL_SHAPES if stated.has(name)}
    for name, value in found.items():
        if value != "" and found.get(f"{name}_file"):
            problems.add(stated.key(name), f"global: expected at most one of {name} and {name}_file")
    tokens = {"slack_app_token", "slack_app_token_file"} & set(found)
    defaults = {**GLOBAL_DEFAULTS, **found}
    has_url = {"slack_api_url", "slack_api_url_file"} & set(found)
    if tokens and has_url and defaults.get("slack_api_url") != defaults["slack_app_url"]:
        problems.add(stated.key(min(tokens)), "global: expected a Slack app token or an API URL, not both")
    timeout_s = duration_s(stated, "resolve_timeout", problems)
    return defaults, _RESOLVE_TIMEOUT_S if timeout_s is None else timeout_s


def _receivers(
    fields: Fields, defaults: Mapping[str, Any], problems: Problems, warnings: Problems
) -> tuple[ReceiverSpec, ...]:
    found: dict[str, ReceiverSpec] = {}
    for node in fields.items("receivers"):
        receiver = _receiver(node, defaults, problems, warnings)
        if receiver.name and receiver.name in found:
            problems.add(node, f"receiver {receiver.name!r} is there already: expected a name of its own")
        found.setdefault(receiver.name, receiver)
    return tuple(found.values())


def _receiver(
    node: Node, defaults: Mapping[str, Any], problems: Problems, warnings: Problems
) -> ReceiverSpec:
    known = ("name", "labels", *(f"{one}_configs" for one in KINDS))
    fields = Fields(node, what="receiver", known=known, problems=problems)
    name = fields.text("name")
    if not name:
        problems.add(fields.key("name"), "receiver: expected a name")
    stated, place = fields.texts("labels").get("name", (name, node))
    if stated != name:
        problems.add(
            place, f"receiver label 'name' is {stated!r}: expected the name of the receiver, {name!r}"
        )
    if fields.texts("labels").keys() - {"name"}:
        warnings.add(
            fields.key("labels"), f"receiver {name!r}: labels of a receiver are not supported: ignored"
        )
    for kind_name in KINDS:
        no_nulls(fields, f"{kind_name}_configs", problems)
    channels = tuple(
        channel_of(one, kind_name=kind_name, number=number, defaults=defaults, problems=problems)
        for kind_name in KINDS
        for number, one in enumerate(fields.items(f"{kind_name}_configs"))
    )
    return ReceiverSpec(name=name, channels=channels)


def _inhibit_rule(node: Node, problems: Problems) -> InhibitRule:
    fields = Fields(node, what="inhibit rule", known=_RULE_FIELDS, problems=problems)
    return InhibitRule(
        source=matchers(fields, problems, prefix="source_"),
        target=matchers(fields, problems, prefix="target_"),
        equal=label_names(fields, "equal", problems),
        name=fields.text("name"),
    )
