"""Rules in words: ``AlertRule(name=, metric=, operator=, threshold=)``, which becomes PromQL and shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Literal, cast, get_args

from otel_monitoring.alerts.rules.given import sound, type_problems
from otel_monitoring.alerts.rules.rule import OBSERVE_LABEL, AlertingRule
from otel_monitoring.errors import MonitoringError, RuleError
from otel_monitoring.model.durations import format_duration, parse_duration
from otel_monitoring.promql.builder import Aggregation, Condition, Question, build
from otel_monitoring.promql.language.format import one_line
from otel_monitoring.promql.language.parse import parse
from otel_monitoring.templates import Template

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from otel_monitoring.model.sample import MetricType

Operator = Literal[">", ">=", "<", "<=", "==", "!="]
Severity = Literal["info", "warning", "critical"]

_NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*").fullmatch
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*").fullmatch
_KINDS = ("gauge", "counter", "histogram")
_DAY_MS = 86_400_000
CHANNELS_LABEL = "channels"
"""The label that says who is told; routes may match on it."""

COOLDOWN_ANNOTATION = "cooldown"
"""How long nobody is told again after an alert of the rule has resolved."""


@dataclass(frozen=True, slots=True)
class AlertRule:
    """A threshold on one metric.

    Attributes:
        name: Becomes the label ``alertname``: letters, digits and ``_``.
        metric: The Prometheus name of the metric, of a histogram without ``_bucket``.
        operator: How the value is compared with the threshold.
        threshold: In the unit of the metric, or of its rate.
        kind: ``gauge``, ``counter`` or ``histogram``; decides what an aggregation means.
        aggregation: What becomes of the window: ``avg``, ``min``, ``max``, ``sum``, ``count``, ``p50``,
            ``p95`` or ``p99``.
        window: How far each evaluation looks back, such as ``5m``.
        group_by: Labels that stay: an alert for each of their values.
        where: What the series have to fulfil: values that labels have.
        for_: How long the condition must hold before the alert fires, such as ``5m``.
        keep_firing_for: How long the alert goes on firing after the condition cleared.
        severity: ``info``, ``warning`` or ``critical``.
        category: What it is about, such as ``http``; becomes a label.
        channels: Names of receivers that are told, in place of those that the routes choose.
        cooldown: How long nobody is told again after it resolved, such as ``30m``; empty for no such time.
        min_events: How many events the window must hold; below it the rule finds nothing.
        description: What it means when it fires; a template.
        runbook_url: Where somebody reads what to do.
        owner: Who looks after it; becomes a label.
        labels: Further labels; templates.
        annotations: Further annotations; templates.
        enabled: Whether it is evaluated.
        observe_only: Whether it is evaluated and shown, and nobody is told.
    """

    name: str
    metric: str
    operator: Operator
    threshold: float
    kind: str = "gauge"
    aggregation: str = "avg"
    window: str = "5m"
    group_by: Sequence[str] = ()
    where: Mapping[str, str] = field(default_factory=dict)
    for_: str = "0s"
    keep_firing_for: str = "0s"
    severity: Severity = "warning"
    category: str = ""
    channels: Sequence[str] = ()
    cooldown: str = ""
    min_events: int = 0
    description: str = ""
    runbook_url: str = ""
    owner: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    enabled: bool = True
    observe_only: bool = False

    def __post_init__(self) -> None:
        """Check every field.

        Raises:
            RuleError: Fields cannot be used; the message names each with its value and what was expected.
        """
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        broken = type_problems(values)
        rule = cast("AlertRule", sound(values, broken))
        problems = [
            *broken.values(),
            *_name_problems(rule),
            *_value_problems(rule),
            *_duration_problems(rule),
        ]
        if problems:
            raise RuleError("; ".join(problems))

    @property
    def expr(self) -> str:
        """The condition in PromQL."""
        value = build(self._question())
        condition = f"{value} {self.operator} {_number(self.threshold)}"
        if self.min_events:
            condition += f" and {self._events()} >= {self.min_events}"
        return one_line(parse(condition))

    def as_rule(self) -> AlertingRule:
        """Return what the evaluator runs, and what a rule file of Prometheus says."""
        return AlertingRule(
            name=self.name,
            expr=self.expr,
            for_ms=parse_duration(self.for_),
            keep_firing_for_ms=parse_duration(self.keep_firing_for),
            labels=self._all_labels(),
            annotations=self._all_annotations(),
        )

    def _question(self) -> Question:
        return Question(
            metric=self.metric,
            type=cast("MetricType", self.kind),
            aggregation=cast("Aggregation", self.aggregation),
            window_ms=parse_duration(self.window),
            group_by=tuple(self.group_by),
            where=tuple(Condition(label, "=", text) for label, text in self.where.items()),
        )

    def _events(self) -> str:
        """Return in PromQL how many events, or samples of a gauge, the window holds."""
        question = self._question()
        return build(
            Question(
                metric=question.metric,
                type=question.type,
                aggregation="count",
                window_ms=question.window_ms,
                group_by=question.group_by,
                where=question.where,
            )
        )

    def _all_labels(self) -> dict[str, str]:
        own = {
            "severity": self.severity,
            "category": self.category,
            "owner": self.owner,
            CHANNELS_LABEL: ",".join(self.channels),
            OBSERVE_LABEL: "true" if self.observe_only else "",
        }
        return {**{label: text for label, text in own.items() if text}, **self.labels}

    def _all_annotations(self) -> dict[str, str]:
        value = f"the {self.aggregation} over {self.window}"
        default = (
            f"{self.metric}: {value} is {{{{ $value | humanize }}}}, "
            f"expected not {self.operator} {_number(self.threshold)}"
        )
        own = {
            "summary": default,
            "description": self.description,
            "runbook_url": self.runbook_url,
            COOLDOWN_ANNOTATION: self.cooldown,
        }
        return {**{name: text for name, text in own.items() if text}, **self.annotations}


def _name_problems(rule: AlertRule) -> list[str]:
    problems = []
    if _NAME(rule.name) is None:
        problems.append(f"name is {rule.name!r}: expected letters, digits and '_', as in HighErrorRate")
    if _NAME(rule.metric) is None:
        expected = "a Prometheus name, as in http_server_request_duration_seconds"
        problems.append(f"metric is {rule.metric!r}: expected {expected}")
    for field_name, names in (("group_by", rule.group_by), ("where", rule.where), ("labels", rule.labels)):
        wrong = [name for name in names if _LABEL(name) is None or name == "__name__"]
        problems += [f"{field_name} has {name!r}: expected the name of a label" for name in wrong]
    if any("," in channel or not channel for channel in rule.channels):
        problems.append(f"channels is {tuple(rule.channels)!r}: expected names of receivers without commas")
    return problems


def _value_problems(rule: AlertRule) -> list[str]:
    choices: dict[str, tuple[str, tuple[str, ...]]] = {
        "operator": (rule.operator, get_args(Operator)),
        "severity": (rule.severity, get_args(Severity)),
        "kind": (rule.kind, _KINDS),
        "aggregation": (rule.aggregation, get_args(Aggregation)),
    }
    problems = [
        f"{name} is {value!r}: expected one of {', '.join(allowed)}"
        for name, (value, allowed) in choices.items()
        if value not in allowed
    ]
    own = {name: getattr(rule, name) for name in ("description", "runbook_url", "category", "owner")}
    texts = {**own, **rule.labels, **rule.annotations}
    for name, text in texts.items():
        try:
            Template(text)
        except MonitoringError as error:
            problems.append(f"{name}: {error}")
    return problems


def _duration_problems(rule: AlertRule) -> list[str]:
    problems = []
    given = {"window": rule.window, "for_": rule.for_, "keep_firing_for": rule.keep_firing_for}
    if rule.cooldown:
        given["cooldown"] = rule.cooldown
    for name, text in given.items():
        try:
            length_ms = parse_duration(text)
        except RuleError as error:
            problems.append(f"{name}: {error}")
            continue
        if name == "window" and not 0 < length_ms <= _DAY_MS:
            longest = format_duration(_DAY_MS)
            problems.append(f"window is {text!r}: expected more than 0 and at most {longest}")
    return problems


def _number(value: float) -> str:
    return repr(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))  # noqa: PLR2004 - exact integers
