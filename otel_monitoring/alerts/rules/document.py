"""YAML read so that every value still knows its line and column.

Values are taken as Go's YAML decoder takes them: a number where text is wanted is its text, ``null`` is
no value, a merge key (``<<``) fills in what a mapping does not say itself. Problems are collected, not
raised, so that a file tells all of them at once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from otel_monitoring.alerts.rules.rule import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yaml._yaml import Mark as CMark
    from yaml.error import Mark
    from yaml.nodes import Node

_DEEPEST = 64
_NULL = "tag:yaml.org,2002:null"
_VERSION = (1, 1)
_SPECIAL = re.compile(r"[+-]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_BASED = re.compile(r"[+-]?0(?:x[0-9a-fA-F]+|o[0-7]+|b[01]+)")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_MERGE = "tag:yaml.org,2002:merge"


class Problems:
    """What was found wrong with one source.

    Attributes:
        where: What comes before every message from now on, such as the rule that is being read.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.where = ""
        self.found: list[Problem] = []

    def add(self, node: Node, message: str) -> None:
        """Keep ``message``, blaming the place of ``node``."""
        self.add_at(node.start_mark, message)

    def add_at(self, mark: Mark | CMark | None, message: str) -> None:
        """Keep ``message``, blaming ``mark``, which counts from 0."""
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
        problem = Problem(source=self.source, line=line, column=column, message=self.where + message)
        if problem not in self.found:
            self.found.append(problem)


def read_document(text: str, problems: Problems, warnings: Problems) -> Node | None:
    """Return the root of the first YAML document; ``None`` where there is none or it cannot be read."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _check_events(yaml.parse(text, Loader=loader), problems, warnings)
        if problems.found:
            return None
        return next(iter(yaml.compose_all(text, Loader=loader)), None)
    except yaml.MarkedYAMLError as error:
        problems.add_at(error.problem_mark, f"could not parse YAML: {error.problem or error.context}")
    except yaml.YAMLError as error:
        problems.add_at(None, f"could not parse YAML: {' '.join(str(error).split())}")
    return None


def _check_events(events: Iterator[object], problems: Problems, warnings: Problems) -> None:
    """Refuse what nests too deeply to be composed, and stop at the end of the first document."""
    import yaml

    depth = 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent) and event.version not in (None, _VERSION):
            problems.add_at(event.start_mark, "found incompatible YAML document: expected %YAML 1.1, or none")
            return
        if isinstance(event, yaml.DocumentEndEvent):
            _check_rest(events, problems, warnings)
            return
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                problems.add_at(event.start_mark, f"nested more than {_DEEPEST} levels deep")
                return
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _check_rest(events: Iterator[object], problems: Problems, warnings: Problems) -> None:
    """Warn of further documents, be they valid or not; what else comes after the first is a problem."""
    import yaml

    mark: Mark | CMark | None
    try:
        event = next(events, None)
    except yaml.MarkedYAMLError as error:
        if "document start" in (error.problem or ""):
            problems.add_at(
                error.problem_mark, "text after the end of the document: expected '---' before it"
            )
            return
        mark = error.problem_mark
    else:
        if not isinstance(event, yaml.DocumentStartEvent):
            return
        mark = event.start_mark
    warnings.add_at(mark, "only the first YAML document is read, further ones are ignored")


class Fields:
    """The fields of one mapping, each read once under its expected type.

    Args:
        node: The mapping.
        what: What the mapping is, as messages name it.
        known: The names that it may have.
        problems: Where to put what is wrong.
        ignore_unknown: Whether other names are let pass.
    """

    def __init__(
        self, node: Node, *, what: str, known: Sequence[str], problems: Problems, ignore_unknown: bool = False
    ) -> None:
        self.node = node
        self._what = what
        self._problems = problems
        self._values: dict[str, tuple[Node, Node]] = {}
        for key, value in pairs(node, what=what, problems=problems):
            if key.value in known:
                self._values[str(key.value)] = (key, value)
            elif not ignore_unknown:
                problems.add(
                    key, f"unknown field {key.value!r} in {what}: expected one of {', '.join(sorted(known))}"
                )

    def has(self, name: str) -> bool:
        """Tell whether the field is there and not null."""
        return name in self._values and not _is_null(self._values[name][1])

    def key(self, name: str) -> Node:
        """Return the place of a field, or of the mapping where the field is missing."""
        return self._values[name][0] if name in self._values else self.node

    def value(self, name: str) -> Node:
        """Return the value of a field, or the mapping where the field is missing."""
        return self._values[name][1] if name in self._values else self.node

    def text(self, name: str) -> str:
        """Return a scalar as its text; empty where it is missing, null or no scalar."""
        if not self.has(name):
            return ""
        return _scalar(self.value(name), what=f"field {name!r}", problems=self._problems)

    def items(self, name: str) -> list[Node]:
        """Return the elements of a list that are not null; none where it is missing or null."""
        from yaml.nodes import SequenceNode

        if not self.has(name):
            return []
        node = self.value(name)
        if isinstance(node, SequenceNode):
            return [item for item in node.value if not _is_null(item)]
        self._problems.add(node, f"field {name!r} of {self._what}: expected a list, found {kind(node)}")
        return []

    def texts(self, name: str) -> dict[str, tuple[str, Node]]:
        """Return a mapping of texts, each with its place."""
        if not self.has(name):
            return {}
        what = f"field {name!r}"
        found = {}
        for key, value in pairs(self.value(name), what=what, problems=self._problems):
            text = (
                ""
                if _is_null(value)
                else _scalar(value, what=f"{what}, key {key.value!r}", problems=self._problems)
            )
            found[str(key.value)] = (text, value)
        return found

    def whole(self, name: str) -> int:
        """Return a number without its fraction; 0 where it is missing, null or no number."""
        try:
            return int(self._number(name))
        except (ValueError, OverflowError):
            self._problems.add(self.value(name), self._no_number(name, "a whole number"))
            return 0

    def number(self, name: str) -> float:
        """Return a number; 0 where it is missing, null or no number."""
        try:
            return float(self._number(name))
        except (ValueError, OverflowError):
            self._problems.add(self.value(name), self._no_number(name, "a number"))
            return 0.0

    def _number(self, name: str) -> int | float:
        """Read a number; digits in quotes are a text, as for Go's decoder."""
        from yaml.nodes import ScalarNode

        if not self.has(name):
            return 0
        node = self.value(name)
        if not isinstance(node, ScalarNode) or node.style:
            raise ValueError
        return _number(node.value)

    def _no_number(self, name: str, expected: str) -> str:
        return f"field {name!r} is {kind(self.value(name))}: expected {expected}"


def kind(node: Node) -> str:
    """Name what a node is, for messages."""
    from yaml.nodes import MappingNode

    if _is_null(node):
        return "nothing"
    if isinstance(node.value, str):
        return f"the text {node.value!r}"
    return "a mapping" if isinstance(node, MappingNode) else "a list"


def pairs(
    node: Node, *, what: str, problems: Problems, inside: tuple[Node, ...] = ()
) -> list[tuple[Node, Node]]:
    """Return the keys and values of a mapping, those of merge keys included where not overridden.

    A key that is null counts for nothing, as with Go's decoder.
    ``inside`` holds the mappings that are being merged right now: one that merges itself is a problem.
    """
    from yaml.nodes import MappingNode, ScalarNode

    if not isinstance(node, MappingNode):
        problems.add(node, f"{what}: expected a mapping, found {kind(node)}")
        return []
    own: dict[str, tuple[Node, Node]] = {}
    merged: list[tuple[Node, Node]] = []
    for key, value in node.value:
        if key.tag == _MERGE:
            merged += _merged(value, what=what, problems=problems, inside=(*inside, node))
        elif not isinstance(key, ScalarNode):
            problems.add(key, f"{what}: expected a name, found {kind(key)}")
        elif _is_null(key):
            continue
        elif key.value in own:
            line = own[key.value][0].start_mark.line + 1
            problems.add(key, f"{what}: {key.value!r} is set already in line {line}")
        else:
            own[key.value] = (key, value)
    for key, value in merged:
        own.setdefault(key.value, (key, value))
    return list(own.values())


def _merged(
    value: Node, *, what: str, problems: Problems, inside: tuple[Node, ...]
) -> list[tuple[Node, Node]]:
    from yaml.nodes import SequenceNode

    found: list[tuple[Node, Node]] = []
    for source in value.value if isinstance(value, SequenceNode) else [value]:
        if source in inside:
            problems.add(source, f"{what}: the mapping is merged into itself")
        else:
            found += pairs(source, what=what, problems=problems, inside=inside)
    return found


def _scalar(node: Node, *, what: str, problems: Problems) -> str:
    if isinstance(node.value, str):
        return node.value
    problems.add(node, f"{what}: expected text, found {kind(node)}")
    return ""


def _number(text: str) -> int | float:
    """Return a number as YAML 1.2 writes it, and with the underscores and octals of YAML 1.1."""
    if _SPECIAL.fullmatch(text):
        return float(text.lower().replace(".", ""))
    plain = text.replace("_", "")
    if re.fullmatch(r"[+-]?0[0-7]+", plain):
        return int(plain, 8)
    if _BASED.fullmatch(plain):
        return int(plain, 0)
    if _DECIMAL.fullmatch(plain) is None:
        raise ValueError
    return float(plain) if set(plain) & set(".eE") else int(plain)


def _is_null(node: Node) -> bool:
    return bool(node.tag == _NULL) and isinstance(node.value, str)
