"""What is exported is a rule file that says the same."""

from __future__ import annotations

from dataclasses import replace

from otel_monitoring.alerts.rules.export import as_rule_file
from otel_monitoring.alerts.rules.load import default_rules
from otel_monitoring.alerts.rules.rule import AlertingRule, RecordingRule, RuleGroup
from otel_monitoring.alerts.rules.rulefile import parse_rules
from otel_monitoring.promql.language.parse import parse


def bare(groups: tuple[RuleGroup, ...]) -> list[RuleGroup]:
    """Return groups without where they came from."""
    return [
        replace(group, source="", rules=tuple(replace(rule, line=0) for rule in group.rules))
        for group in groups
    ]


def test_the_built_in_rules_come_back_as_they_were() -> None:
    groups = default_rules(check_expr=parse).groups

    again = parse_rules(as_rule_file(groups), source="", check_expr=parse)

    assert bare(again.groups) == bare(groups)
    assert again.warnings == ()


def test_every_field_comes_back() -> None:
    labels, texts = {"team": "a", "own": "b"}, {"summary": "x: {{ $value }}"}
    alert = AlertingRule("A", "up == 0", 60_000, 90_000, labels, texts)
    record = RecordingRule("a:b", "sum(\n  up\n)", {"team": "a", "job": ""})
    group = RuleGroup("g", "f", (alert, record), 15_000, 0, 7, {"team": "a"})

    (again,) = parse_rules(as_rule_file([group]), source="", check_expr=parse).groups

    assert bare((again,)) == bare((group,))


def test_groups_of_one_name_are_told_apart() -> None:
    groups = [RuleGroup("g", source, (AlertingRule("A", "up"),)) for source in ("a.yml", "b.yml")]

    again = parse_rules(as_rule_file(groups), source="", check_expr=parse)

    assert [group.name for group in again.groups] == ["g", "g-2"]
