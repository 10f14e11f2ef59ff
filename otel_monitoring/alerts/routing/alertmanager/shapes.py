"""What the values of an ``alertmanager.yml`` have to look like, and where one does not.

A form lists the fields of a mapping as words: ``name`` for a text, ``name:shape`` for anything else,
``name:list/form`` for a list of mappings. Values are judged as Go's YAML decoder judges them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from otel_monitoring.alerts.rules.document import Fields, kind
from otel_monitoring.errors import RuleError
from otel_monitoring.model.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from yaml.nodes import Node

    from otel_monitoring.alerts.rules.document import Problems

TRUE = frozenset(("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y"))
FALSE = frozenset(("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N"))

_LIST = "list/"
_GO_DURATION = re.compile(r"[+-]?(?:0|(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+)")
_BAD_ESCAPE = re.compile(r"%(?![0-9a-fA-F]{2})")
_NOT_IN_URL = re.compile(r"[\x00-\x1f\x7f]")
_NOT_IN_HOST = re.compile(r"[\s<>\"\\^`{|}]")
_WHOLE = re.compile(r"[+-]?[0-9][0-9_]*")


@dataclass(frozen=True, slots=True)
class Form:
    """What a mapping may hold.

    Attributes:
        fields: The names, each with its shape unless that is text.
        needs: Alternatives, of which one has to be stated, each.
        once: Alternatives, of which at most one may be stated, each.
        pairs: Alternatives, and those of which one has to be stated next to them, and the other way round.
    """

    fields: str
    needs: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()

    def shapes(self) -> dict[str, str]:
        """Return the shape of every name."""
        words = (word.partition(":") for word in self.fields.split())
        return {name: shape or "text" for name, _, shape in words}


def check_fields(
    fields: Fields, shapes: Mapping[str, str], *, what: str, forms: Mapping[str, Form], problems: Problems
) -> None:
    """Report every value that has not the shape of its field.

    Args:
        fields: The mapping.
        shapes: The shape of every name that it may have.
        what: What the mapping is, as messages name it.
        forms: The forms that shapes may name.
        problems: Where to put what is wrong.
    """
    for name, shape in shapes.items():
        if fields.has(name):
            place = f"{what}: {name}"
            _check(fields.value(name), shape, place=place, forms=forms, problems=problems)


def check_alternatives(
    stated: Collection[str], form: Form, *, what: str, place: Callable[[str], Node], problems: Problems
) -> None:
    """Report where more than one of several alternatives is stated, or none of those that are needed."""
    for alternatives in form.once:
        found = [name for name in alternatives.split() if name in stated]
        if len(found) > 1:
            names = " and ".join(alternatives.split())
            problems.add(place(found[0]), f"{what}: expected at most one of {names}")
    for one, other in form.pairs:
        found = [next((name for name in names.split() if name in stated), "") for names in (one, other)]
        if any(found) and not all(found):
            missing = one if found[1] else other
            names = " or ".join(missing.split())
            problems.add(place(max(found)), f"{what}: expected {names} next to {max(found)}")
    for alternatives in form.needs:
        if not any(name in stated for name in alternatives.split()):
            problems.add(place(""), f"{what}: expected {' or '.join(alternatives.split())}")


def is_true(node: Node) -> bool | None:
    """Return a truth value; ``None`` for anything else."""
    if node.tag.rsplit(":", 1)[-1] != "bool" and node.value not in ("y", "Y", "n", "N"):
        return None
    return True if node.value in TRUE else False if node.value in FALSE else None


def is_null(node: Node) -> bool:
    """Tell whether a node is no value."""
    return node.tag.rsplit(":", 1)[-1] == "null" and isinstance(node.value, str)


def no_nulls(fields: Fields, name: str, problems: Problems) -> None:
    """Report every element of a list that is no value."""
    nodes = fields.value(name).value if fields.has(name) else ()
    for one in nodes:
        if not isinstance(one, str | tuple) and is_null(one):
            problems.add(one, f"{name}: expected a value, found nothing")


def stated_names(fields: Fields, names: Iterable[str]) -> set[str]:
    """Return the names that are stated, and not as an empty text."""
    return {name for name in names if fields.has(name) and fields.value(name).value != ""}


def _check(node: Node, shape: str, *, place: str, forms: Mapping[str, Form], problems: Problems) -> None:
    if shape.startswith(_LIST):
        _check_list(node, shape.removeprefix(_LIST), place=place, forms=forms, problems=problems)
    elif shape in forms:
        _check_form(node, forms[shape], place=place, forms=forms, problems=problems)
    else:
        holds, expected = _SHAPES[shape]
        if not holds(node):
            problems.add(node, f"{place}: expected {expected}, found {kind(node)}")


def _check_form(node: Node, form: Form, *, place: str, forms: Mapping[str, Form], problems: Problems) -> None:
    shapes = form.shapes()
    fields = Fields(node, what=place, known=tuple(shapes), problems=problems)
    check_fields(fields, shapes, what=place, forms=forms, problems=problems)
    check_alternatives(stated_names(fields, shapes), form, what=place, place=fields.key, problems=problems)


def _check_list(node: Node, shape: str, *, place: str, forms: Mapping[str, Form], problems: Problems) -> None:
    from yaml.nodes import SequenceNode

    if not isinstance(node, SequenceNode):
        problems.add(node, f"{place}: expected a list, found {kind(node)}")
        return
    for one in node.value:
        if is_null(one):
            continue
        _check(one, shape, place=place, forms=forms, problems=problems)


def _is_text(node: Node) -> bool:
    return isinstance(node.value, str)


def _is_truth(node: Node) -> bool:
    return is_true(node) is not None


def _is_whole(node: Node) -> bool:
    return _is_integer(node) and not str(node.value).startswith("-")


def _is_integer(node: Node) -> bool:
    return node.tag.endswith(":int") and _WHOLE.fullmatch(str(node.value)) is not None


def _is_texts(node: Node) -> bool:
    from yaml.nodes import MappingNode

    return isinstance(node, MappingNode) and all(_is_text(value) for _, value in node.value)


def _is_mapping(node: Node) -> bool:
    from yaml.nodes import MappingNode

    return isinstance(node, MappingNode)


def _is_url(node: Node) -> bool:
    return _is_text(node) and is_url(str(node.value))


def is_url(text: str) -> bool:
    """Tell whether a text is a URL of HTTP or HTTPS with a host."""
    try:
        parts = urlsplit(text)
        host = parts.netloc.rpartition("@")[2]
        _ = parts.port
    except ValueError:
        return False
    is_odd = _NOT_IN_URL.search(text) or _BAD_ESCAPE.search(parts.path) or _NOT_IN_HOST.search(host)
    return parts.scheme in ("http", "https") and bool(host) and not is_odd


def _is_url_or_template(node: Node) -> bool:
    return _is_url(node) or (_is_text(node) and (not node.value or "{{" in node.value))


def _is_address(node: Node) -> bool:
    """Tell whether a value is ``host:port``; the host of an IPv6 address is in brackets."""
    if not _is_text(node) or not node.value:
        return _is_text(node)
    host, colon, port = str(node.value).rpartition(":")
    is_bracketed = host.startswith("[") and host.endswith("]")
    return bool(colon and port) and (is_bracketed or not set(host) & set(":[]"))


def _is_go_duration(node: Node) -> bool:
    return _is_integer(node) or _is_lapse(node)


def _is_lapse(node: Node) -> bool:
    return _is_text(node) and _GO_DURATION.fullmatch(node.value) is not None


def _is_period(node: Node) -> bool:
    try:
        parse_duration(str(node.value))
    except RuleError:
        return False
    return _is_text(node)


_SHAPES: dict[str, tuple[Callable[[Node], bool], str]] = {
    "any": (lambda _: True, "anything"),
    "text": (_is_text, "text"),
    "flag": (_is_truth, "true or false"),
    "whole": (_is_whole, "a whole number from 0 on"),
    "integer": (_is_integer, "a whole number"),
    "texts": (_is_texts, "a mapping of texts"),
    "mapping": (_is_mapping, "a mapping"),
    "url": (_is_url, "a URL that begins with http:// or https://"),
    "template_url": (_is_url_or_template, "a URL that begins with http:// or https://, or a template"),
    "address": (_is_address, "host:port"),
    "duration": (_is_go_duration, "a duration such as 1m30s"),
    "lapse": (_is_lapse, "a duration such as 1m30s"),
    "period": (_is_period, "a duration such as 1h30m"),
}
