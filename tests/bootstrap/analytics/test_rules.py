"""The built-in rules about anomalies."""

from __future__ import annotations

from otel_monitoring.alerts.rules.load import default_rules
from otel_monitoring.alerts.rules.rule import OBSERVE_LABEL, AlertingRule, RuleFile
from otel_monitoring.bootstrap.analytics.rules import ANOMALY_RULES, with_voice


def observed(rules: RuleFile) -> set[str]:
    return {
        rule.name
        for group in rules.groups
        for rule in group.rules
        if isinstance(rule, AlertingRule) and OBSERVE_LABEL in rule.labels
    }


def test_anomalies_are_only_observed_until_a_setting_says_more() -> None:
    rules = default_rules(check_expr=str)

    assert observed(rules) >= ANOMALY_RULES
    assert observed(with_voice(rules, ANOMALY_RULES)) == observed(rules) - ANOMALY_RULES


def test_nothing_else_of_the_rules_changes() -> None:
    rules = default_rules(check_expr=str)

    changed = with_voice(rules, ANOMALY_RULES)

    before = [rule.name for group in rules.groups for rule in group.rules]
    assert [rule.name for group in changed.groups for rule in group.rules] == before
