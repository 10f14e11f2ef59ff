"""Which of the built-in rules about what is found in series tell people."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from otel_monitoring.alerts.rules.load import DEFAULT_SOURCE
from otel_monitoring.alerts.rules.rule import OBSERVE_LABEL, AlertingRule

if TYPE_CHECKING:
    from collections.abc import Collection

    from otel_monitoring.alerts.rules.rule import Rule, RuleFile

ANOMALY_RULES = frozenset({"AnomalyDetected"})


def with_voice(rules: RuleFile, names: Collection[str]) -> RuleFile:
    """Return the rules, of which built-in ones of these names are no longer only observed."""
    groups = tuple(
        replace(group, rules=tuple(_telling(rule) if rule.name in names else rule for rule in group.rules))
        if group.source == DEFAULT_SOURCE
        else group
        for group in rules.groups
    )
    return replace(rules, groups=groups)


def _telling(rule: Rule) -> Rule:
    if not isinstance(rule, AlertingRule):
        return rule
    return replace(rule, labels={name: text for name, text in rule.labels.items() if name != OBSERVE_LABEL})
