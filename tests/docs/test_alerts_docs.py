"""The guide of alerts against the package: the built-in rules, the routes and the commands that it names."""

from __future__ import annotations

import re
from pathlib import Path

from otel_monitoring.alerts.rules.load import default_rules
from otel_monitoring.alerts.rules.rule import AlertingRule
from otel_monitoring.cli.alerts import COMMANDS as ALERTS
from otel_monitoring.cli.notify import COMMANDS as NOTIFY
from otel_monitoring.cli.rules import COMMANDS as RULES
from otel_monitoring.model.durations import parse_duration
from otel_monitoring.promql.language.parse import parse

GUIDE = (Path(__file__).parents[2] / "docs/guides/alerts.md").read_text(encoding="utf-8")
AT_ONCE = "at once"


def table(head: str) -> list[list[str]]:
    """Return the cells of the table that begins with ``head``."""
    lines = GUIDE[GUIDE.index(f"| {head} |") :].splitlines()[2:]
    rows = lines[: next(number for number, line in enumerate(lines) if not line.startswith("|"))]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


def listed(cell: str, count: int) -> list[str]:
    """Return one word for each rule of a row; one alone stands for all of them."""
    words = cell.split(", ")
    return words * count if len(words) == 1 else words


def test_the_table_lists_every_built_in_rule_with_its_wait_and_severity() -> None:
    shown = {}
    for names_cell, _, waits, severities in table("rule"):
        names = re.findall(r"`(\w+)`", names_cell)
        for name, wait, severity in zip(
            names, listed(waits, len(names)), listed(severities, len(names)), strict=True
        ):
            shown[name] = (0 if wait == AT_ONCE else parse_duration(wait.replace(" ", "")), severity)

    built_in = [rule for group in default_rules(check_expr=parse).groups for rule in group.rules]

    assert shown == {
        rule.name: (rule.for_ms, rule.labels["severity"])
        for rule in built_in
        if isinstance(rule, AlertingRule)
    }


def test_every_command_that_is_named_exists() -> None:
    groups = {"alerts": ALERTS, "notify": NOTIFY, "rules": RULES}
    named = re.findall(r"otel-monitoring (alerts|notify|rules) ([a-z]+)", GUIDE)

    assert [one for one in named if one[1] not in groups[one[0]]] == []
    assert {name for group, name in named if group == "alerts"} == set(ALERTS)
    assert {name for group, name in named if group == "notify"} == set(NOTIFY)
