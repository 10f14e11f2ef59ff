"""The channels of an ``alertmanager.yml``, with the defaults of ``global`` filled in.

What the values mean is the channel's own business; here they only have to look as they should.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from otel_monitoring.alerts.routing.alertmanager.kinds import FORMS, KINDS
from otel_monitoring.alerts.routing.alertmanager.shapes import (
    check_alternatives,
    check_fields,
    is_null,
    is_true,
    stated_names,
)
from otel_monitoring.alerts.rules.document import Fields, kind
from otel_monitoring.model.receiver import ChannelSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from yaml.nodes import Node

    from otel_monitoring.alerts.routing.alertmanager.kinds import ChannelKind
    from otel_monitoring.alerts.rules.document import Problems

_SLACK_API = "https://slack.com/api/chat.postMessage"
_INSTEAD = {"app_token": "api_url"}
"""What keeps out a value of ``global`` that it stands for."""
_VICTOROPS_OWN = frozenset(
    (
        "routing_key",
        "message_type",
        "state_message",
        "entity_display_name",
        "monitoring_tool",
        "entity_id",
        "entity_state",
    )
)


def channel_of(
    node: Node, *, kind_name: str, number: int, defaults: Mapping[str, Any], problems: Problems
) -> ChannelSpec:
    """Return one element of ``<kind>_configs`` with the defaults of ``global`` filled in."""
    facts = KINDS[kind_name]
    what = f"{kind_name}_configs"
    form = facts.form()
    shapes = form.shapes()
    fields = Fields(node, what=what, known=tuple(shapes), problems=problems)
    check_fields(fields, shapes, what=what, forms=FORMS, problems=problems)
    options = {name: plain_value(fields.value(name)) for name in shapes if fields.has(name)}
    true_or_stated = {name for name in stated_names(fields, shapes) if options[name] is not False}
    check_alternatives(true_or_stated, form, what=what, place=fields.key, problems=problems)
    _check_words(facts, options, fields, problems)
    if kind_name in _FURTHER:
        _FURTHER[kind_name](options, fields, problems)
    send_resolved = options.pop("send_resolved", facts.send_resolved)
    _inherit(options, facts, defaults)
    _check_needs(facts, options, node, what=what, problems=problems)
    if "http_config" in options:
        options["http_config"] = beside(options["http_config"], problems.source)
    mark = node.start_mark
    return ChannelSpec(
        name=f"{kind_name}[{number}]",
        kind=kind_name,
        options=options,
        send_resolved=bool(send_resolved),
        source=f"{problems.source}:{mark.line + 1}:{mark.column + 1}",
    )


def plain_value(node: Node) -> Any:
    """Return a node as text, number, truth value, list or mapping; what else YAML knows stays text."""
    from yaml.nodes import MappingNode, SequenceNode

    if isinstance(node, SequenceNode):
        return [plain_value(one) for one in node.value if not is_null(one)]
    if isinstance(node, MappingNode):
        return {str(key.value): plain_value(value) for key, value in node.value}
    text, tag = str(node.value), node.tag.rsplit(":", 1)[-1]
    if is_null(node):
        return None
    truth_value = is_true(node)
    if truth_value is not None and tag == "bool":
        return truth_value
    if tag == "int" and text.lstrip("+-").isdecimal() and not text.lstrip("+-").startswith("0"):
        return int(text)
    return 0 if tag == "int" and text == "0" else text


def beside(value: Any, source: str) -> Any:
    """Return options in which files are sought next to the configuration that names them."""
    if not isinstance(value, dict):
        return value
    folder = os.path.dirname(source)  # noqa: PTH120 - stays as it is stated
    return {
        name: os.path.join(folder, one)  # noqa: PTH118 - stays as it is stated
        if name.endswith("_file") and isinstance(one, str) and one
        else beside(one, source)
        for name, one in value.items()
    }


def truth(node: Node, *, what: str, problems: Problems) -> bool:
    """Return a truth value; anything else is a problem."""
    value = is_true(node)
    if value is None:
        problems.add(node, f"{what}: expected true or false, found {kind(node)}")
    return value is True


def _inherit(options: dict[str, Any], facts: ChannelKind, defaults: Mapping[str, Any]) -> None:
    """Fill in from ``global``; of a value and what stands for it, the channel's own choice stands."""
    stated = set(options)
    for name, of_global in facts.defaults().items():
        base = name.removesuffix("_file")
        own = {base, f"{base}_file", _INSTEAD.get(base, base)}
        if of_global in defaults and own.isdisjoint(stated):
            options[name] = defaults[of_global]
    if facts.has_http and "http_config" in defaults and "http_config" not in stated:
        options["http_config"] = defaults["http_config"]


def _check_needs(
    facts: ChannelKind, options: Mapping[str, Any], node: Node, *, what: str, problems: Problems
) -> None:
    nothing = {name: 0 if shape == "integer" else "" for name, shape in facts.form().shapes().items()}
    for alternatives in facts.needs:
        names = alternatives.split()
        if not any(name in options and options[name] not in (None, nothing[name]) for name in names):
            stated = " or ".join(names)
            problems.add(node, f"{what}: expected {stated}{_hint(facts, alternatives)}")


def _hint(facts: ChannelKind, alternatives: str) -> str:
    names = [facts.defaults()[name] for name in alternatives.split() if name in facts.defaults()]
    return f", here or as {' or '.join(names)} in global" if names else ""


def _check_words(facts: ChannelKind, options: Mapping[str, Any], fields: Fields, problems: Problems) -> None:
    for pair in facts.words.split():
        name, _, words = pair.partition("=")
        known = words.split("|")
        if options.get(name) not in (None, "", *known):
            place = fields.value(name)
            problems.add(place, f"{name}: {options[name]!r}: expected one of {', '.join(known)}")


def _check_email(options: Mapping[str, Any], fields: Fields, problems: Problems) -> None:
    _check_headers(options, fields, problems)
    _check_threading(options, fields, problems)


def _check_headers(options: Mapping[str, Any], fields: Fields, problems: Problems) -> None:
    if not fields.has("headers") or not isinstance(options["headers"], dict):
        return
    place = fields.key("headers")
    names = [name.lower() for name in options["headers"]]
    for name in sorted({name for name in names if names.count(name) > 1}):
        problems.add(place, f"headers: expected the header {name!r} once, in whatever case")
    threading = options.get("threading")
    if isinstance(threading, dict) and threading.get("enabled") is True:
        for name in sorted({"references", "in-reply-to"} & set(names)):
            problems.add(place, f"headers: expected no {name!r} next to threading")


def _check_threading(options: Mapping[str, Any], fields: Fields, problems: Problems) -> None:
    threading = options.get("threading")
    if not isinstance(threading, dict) or threading.get("enabled") is not True:
        return
    if threading.get("thread_by_date") not in ("none", "daily"):
        problems.add(fields.value("threading"), "threading: expected thread_by_date to be none or daily")


def _check_slack(options: Mapping[str, Any], fields: Fields, problems: Problems) -> None:
    if options.get("update_message") is True and options.get("api_url") != _SLACK_API:
        message = f"update_message: expected api_url to be {_SLACK_API}, and the token of a bot"
        problems.add(fields.key("update_message"), message)


def _check_webex(options: Mapping[str, Any], fields: Fields, problems: Problems) -> None:
    http = options.get("http_config")
    if not isinstance(http, dict) or not {"authorization", "bearer_token", "bearer_token_file"} & set(http):
        problems.add(fields.key("http_config"), "webex_configs: expected http_config with authorization")


def _check_victorops(options: Mapping[str, Any], fields: Fields, problems: Problems) -> None:
    custom = options.get("custom_fields")
    for name in sorted(_VICTOROPS_OWN & set(custom if isinstance(custom, dict) else ())):
        problems.add(fields.key("custom_fields"), f"custom_fields: expected no {name!r}, which is set anyway")


_FURTHER: Mapping[str, Callable[[Mapping[str, Any], Fields, Problems], None]] = {
    "email": _check_email,
    "slack": _check_slack,
    "webex": _check_webex,
    "victorops": _check_victorops,
}
"""What a kind asks for beyond its table."""
