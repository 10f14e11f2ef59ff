"""Rules and groups of rules, as a rule file states them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

OBSERVE_LABEL = "observe"
"""A rule with this label set to ``true`` is evaluated and shown, and nobody is told."""


@dataclass(frozen=True, slots=True)
class AlertingRule:
    """A condition, and what to say when it holds.

    Attributes:
        name: Becomes the label ``alertname``.
        expr: A PromQL expression; each element of its result is an alert.
        for_ms: How long the condition must hold before the alert fires.
        keep_firing_for_ms: How long the alert goes on firing after the condition cleared.
        labels: Label templates, the group's labels included.
        annotations: Annotation templates.
        line: Where the rule begins in its file, counted from 1; 0 for a rule from elsewhere.
    """

    name: str
    expr: str
    for_ms: int = 0
    keep_firing_for_ms: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True, slots=True)
class RecordingRule:
    """An expression whose result is kept as a series.

    Attributes:
        name: The name of the series.
        expr: A PromQL expression.
        labels: Labels set over those of the result; an empty value removes the label.
        line: Where the rule begins in its file, counted from 1; 0 for a rule from elsewhere.
    """

    name: str
    expr: str
    labels: Mapping[str, str] = field(default_factory=dict)
    line: int = 0


Rule: TypeAlias = AlertingRule | RecordingRule


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Rules that run one after another at one interval.

    Attributes:
        name: Unique within its file.
        source: The file, or another name for where the group came from.
        rules: The rules in the order in which they run.
        interval_ms: Time between evaluations; ``None`` for the default.
        query_offset_ms: How far queries look into the past; ``None`` for the default.
        limit: The most series or active alerts that one rule may yield; 0 for no limit.
        labels: What the file gave the whole group, already part of every rule's labels.
    """

    name: str
    source: str
    rules: tuple[Rule, ...] = ()
    interval_ms: int | None = None
    query_offset_ms: int | None = None
    limit: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about a rule file that its author should know.

    Attributes:
        source: The file.
        line: Counted from 1; 0 where no line is to blame.
        column: Counted from 1; 0 where no column is to blame.
        message: What is wrong and what was expected.
    """

    source: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        """Write it as compilers do: ``rules.yml:3:9: unknown field 'exp'``."""
        return f"{self.source}:{self.line}:{self.column}: {self.message}"


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A valid rule file.

    Attributes:
        source: The file, or another name for where the text came from.
        groups: Its groups in order.
        warnings: What is allowed and yet looks like a mistake.
    """

    source: str
    groups: tuple[RuleGroup, ...]
    warnings: tuple[Problem, ...] = ()
