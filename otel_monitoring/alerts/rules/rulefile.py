"""Prometheus rule files (alerting semantics S1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.alerts.rules.document import Fields, Problems, kind, read_document
from otel_monitoring.alerts.rules.rule import AlertingRule, Problem, RecordingRule, Rule, RuleFile, RuleGroup
from otel_monitoring.errors import MonitoringError, RuleError
from otel_monitoring.model.durations import parse_duration
from otel_monitoring.templates import Template, TemplateError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yaml.nodes import Node

_FILE_FIELDS = ("groups",)
_GROUP_FIELDS = ("name", "interval", "query_offset", "limit", "labels", "rules")
_RULE_FIELDS = ("record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations")


class RuleFileError(RuleError):
    """A rule file is not valid; the message has one line per problem.

    Args:
        problems: Everything that is wrong with it.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def parse_rules(
    text: str, *, source: str, check_expr: Callable[[str], object], ignore_unknown: bool = False
) -> RuleFile:
    """Return the groups of a rule file.

    Args:
        text: The file's text.
        source: The file's name, as problems name it and as the identity of groups has it.
        check_expr: Raises a ``MonitoringError`` for an expression that does not parse.
        ignore_unknown: Whether fields that do not exist are let pass.

    Raises:
        RuleFileError: The file is not valid; the error holds every problem with its line and column.
    """
    return _Reader(source=source, check_expr=check_expr, ignore_unknown=ignore_unknown).read(text)


class _Reader:
    def __init__(self, *, source: str, check_expr: Callable[[str], object], ignore_unknown: bool) -> None:
        self._source = source
        self._check_expr = check_expr
        self._ignore_unknown = ignore_unknown
        self._problems = Problems(source)
        self._warnings = Problems(source)
        self._names: set[str] = set()
        self._seen: set[tuple[str, tuple[tuple[str, str], ...]]] = set()

    def read(self, text: str) -> RuleFile:
        root = read_document(text, self._problems, self._warnings)
        groups: list[RuleGroup] = []
        if root is not None and kind(root) != "nothing":
            fields = self._fields(root, what="the file", known=_FILE_FIELDS)
            groups = [self._group(node) for node in fields.items("groups")]
        if self._problems.found:
            raise RuleFileError(sorted(self._problems.found, key=lambda found: (found.line, found.column)))
        return RuleFile(source=self._source, groups=tuple(groups), warnings=tuple(self._warnings.found))

    def _fields(self, node: Node, *, what: str, known: Sequence[str]) -> Fields:
        return Fields(
            node, what=what, known=known, problems=self._problems, ignore_unknown=self._ignore_unknown
        )

    # ---- groups

    def _group(self, node: Node) -> RuleGroup:
        fields = self._fields(node, what="a group", known=_GROUP_FIELDS)
        name = fields.text("name")
        if not name:
            self._problems.add(
                fields.value("name"),
                "Groupname must not be empty: expected a text in field 'name' of a group",
            )
        elif name in self._names:
            self._problems.add(fields.value("name"), f'groupname: "{name}" is repeated in the same file')
        self._names.add(name)
        labels = self._labels(fields)
        rules = tuple(
            self._placed(item, group=name, number=number, group_labels=labels)
            for number, item in enumerate(fields.items("rules"), 1)
        )
        if any(isinstance(rule, AlertingRule) for rule in rules):
            self._templates(fields, "labels", into=self._warnings)
        return RuleGroup(
            name=name,
            source=self._source,
            rules=rules,
            interval_ms=self._duration(fields, "interval") or None,
            query_offset_ms=self._duration(fields, "query_offset") if fields.has("query_offset") else None,
            limit=max(fields.whole("limit"), 0),
            labels=labels,
        )

    # ---- rules

    def _placed(self, node: Node, *, group: str, number: int, group_labels: dict[str, str]) -> Rule:
        """Read a rule; what is wrong with it names the group, the rule's place in it and its name."""
        fields = self._fields(node, what="a rule", known=_RULE_FIELDS)
        name = fields.text("alert") or fields.text("record")
        self._problems.where = f'group "{group}", rule {number}, "{name}": '
        try:
            return self._rule(fields, group_labels=group_labels)
        finally:
            self._problems.where = ""

    def _rule(self, fields: Fields, *, group_labels: dict[str, str]) -> Rule:
        node = fields.node
        record, alert, expr = fields.text("record"), fields.text("alert"), fields.text("expr")
        if record and alert:
            self._problems.add(fields.key("alert"), "only one of 'record' and 'alert' must be set")
        elif not record and not alert:
            self._problems.add(node, "one of 'record' or 'alert' must be set")
        self._expression(fields, expr)
        labels = group_labels | self._labels(fields)
        self._repeated(fields, record or alert, labels)
        line = node.start_mark.line + 1
        if record and not alert:
            self._recording(fields, record)
            return RecordingRule(name=record, expr=expr, labels=labels, line=line)
        for name in ("labels", "annotations"):
            self._templates(fields, name)
        return AlertingRule(
            name=alert,
            expr=expr,
            for_ms=self._duration(fields, "for"),
            keep_firing_for_ms=self._duration(fields, "keep_firing_for"),
            labels=labels,
            annotations=self._annotations(fields),
            line=line,
        )

    def _expression(self, fields: Fields, expr: str) -> None:
        if not expr.strip():
            self._problems.add(fields.value("expr"), "field 'expr' must be set in rule")
            return
        try:
            self._check_expr(expr)
        except MonitoringError as error:
            self._problems.add(fields.value("expr"), f"could not parse expression: {error}")

    def _recording(self, fields: Fields, name: str) -> None:
        given = {
            "for": self._duration(fields, "for"),
            "keep_firing_for": self._duration(fields, "keep_firing_for"),
            "annotations": fields.texts("annotations"),
        }
        for field in filter(given.get, given):  # zero and nothing are let pass, as on Prometheus
            self._problems.add(fields.key(field), f"invalid field {field!r} in recording rule")
        if not set("{}").isdisjoint(name):
            message = f"braces present in the recording rule name; should it be in expr?: {name}"
            self._problems.add(fields.value("record"), message)

    def _repeated(self, fields: Fields, name: str, labels: dict[str, str]) -> None:
        identity = (name, tuple(sorted(labels.items())))
        if name and identity in self._seen:
            message = f"duplicate rule {name!r}: another one has the same name and labels"
            self._warnings.add(fields.node, message)
        self._seen.add(identity)

    # ---- fields

    def _labels(self, fields: Fields) -> dict[str, str]:
        found = fields.texts("labels")
        for name, (_, node) in found.items():
            if not name or name == "__name__":
                self._problems.add(node, f"invalid label name: {name or repr(name)}")
        return {name: text for name, (text, _) in found.items()}

    def _annotations(self, fields: Fields) -> dict[str, str]:
        found = fields.texts("annotations")
        for name, (_, node) in found.items():
            if not name:
                self._problems.add(node, f"invalid annotation name: {name or repr(name)}")
        return {name: text for name, (text, _) in found.items()}

    def _templates(self, fields: Fields, field: str, *, into: Problems | None = None) -> None:
        """Try the templates of a field.

        Those of a group's labels are only warned of (``into``): Prometheus takes such a file, and its alerts
        have the error as the label's text.
        """
        for name, (text, node) in fields.texts(field).items():
            try:
                Template(text)
            except TemplateError as error:
                (into or self._problems).add(node, f'{field.removesuffix("s")} "{name}": {error}')

    def _duration(self, fields: Fields, name: str) -> int:
        if not fields.has(name):
            return 0
        try:
            return parse_duration(fields.text(name))
        except RuleError as error:
            self._problems.add(fields.value(name), f"field {name!r}: {error}")
            return 0
