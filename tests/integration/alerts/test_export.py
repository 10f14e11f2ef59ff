"""What rules in words become is a rule file that promtool accepts: every kind, aggregation and option."""

from __future__ import annotations

import itertools
import subprocess
from typing import TYPE_CHECKING, Any, get_args

import pytest
import yaml
from fastapi.testclient import TestClient
from starlette.applications import Starlette

from otel_monitoring import AlertRule, setup_telemetry
from otel_monitoring.alerts.rules.export import as_rule_file
from otel_monitoring.alerts.rules.load import default_text
from otel_monitoring.alerts.rules.rule import AlertingRule, RuleGroup
from otel_monitoring.alerts.rules.rulefile import parse_rules
from otel_monitoring.alerts.rules.simple import Operator, Severity
from otel_monitoring.errors import RuleError
from otel_monitoring.promql.builder import Aggregation
from otel_monitoring.promql.language.parse import parse
from tests.integration.servers import program

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("fresh_process")]

KINDS = ("gauge", "counter", "histogram")
FULL: dict[str, Any] = {
    "name": "Full",
    "metric": "http_server_request_duration_seconds",
    "kind": "histogram",
    "aggregation": "p95",
    "operator": ">=",
    "threshold": 2.5e-3,
    "window": "10m",
    "group_by": ["http_route", "service"],
    "where": {"http_route": '/pay "now"\\{id}', "service": "größe"},
    "for_": "1h30m",
    "keep_firing_for": "5m",
    "severity": "critical",
    "category": "http",
    "channels": ["pager", "mail to ops"],
    "cooldown": "30m",
    "min_events": 20,
    "description": "It is {{ $value | humanize }}:\n\n  see {{ $labels.http_route }} — größer!",
    "runbook_url": "https://runbooks.example/slow?a=1#b",
    "owner": "checkout",
    "labels": {"tier": "1", "zone": "{{ $labels.service }}"},
    "annotations": {"dashboard": "yes: 'no' \"maybe\" # not a comment", "empty_looking": " "},
    "observe_only": True,
}


def promtool_accepts(text: str, folder: Path) -> None:
    path = folder / "exported.yml"
    path.write_text(text, encoding="utf-8")
    ended = subprocess.run(
        [program("promtool"), "check", "rules", "--lint=all", "--lint-fatal", path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr + text


def made(**fields: Any) -> AlertRule | None:
    """Return a rule, or ``None`` where its fields do not go together."""
    try:
        rule = AlertRule(**fields)
        rule.as_rule()
    except RuleError:
        return None
    return rule


def test_every_kind_aggregation_and_operator_is_a_rule_that_promtool_accepts(tmp_path: Path) -> None:
    combinations = list(itertools.product(KINDS, get_args(Aggregation), get_args(Operator), (0, 20)))
    rules = [
        made(
            name=f"R{number}",
            metric="http_server_request_duration_seconds",
            kind=kind,
            aggregation=aggregation,
            operator=operator,
            threshold=number - 3.5,
            min_events=events,
            group_by=["http_route"] if number % 2 else [],
            severity=get_args(Severity)[number % 3],
        )
        for number, (kind, aggregation, operator, events) in enumerate(combinations)
    ]
    assert [one for one, rule in zip(combinations, rules, strict=True) if rule is None] == []

    group = RuleGroup(name="all", source="python", rules=tuple(rule.as_rule() for rule in rules if rule))

    promtool_accepts(as_rule_file([group]), tmp_path)


def test_every_option_survives_the_way_through_the_file(tmp_path: Path) -> None:
    rule = AlertRule(**FULL).as_rule()

    text = as_rule_file([RuleGroup(name="full", source="python", rules=(rule,))])

    promtool_accepts(text, tmp_path)
    read = parse_rules(text, source="x", check_expr=parse).groups[0].rules[0]
    assert isinstance(read, AlertingRule)
    assert read.expr == rule.expr
    assert dict(read.labels) == dict(rule.labels)
    assert dict(read.annotations) == dict(rule.annotations)
    assert (read.for_ms, read.keep_firing_for_ms) == (5_400_000, 300_000)


@pytest.mark.parametrize("threshold", [0, -1, 1e300, 5e-324, float("inf"), float("-inf"), 2**60, 0.1 + 0.2])
def test_every_number_is_one_that_promtool_reads(tmp_path: Path, threshold: float) -> None:
    rule = AlertRule(name="A", metric="m", operator="!=", threshold=threshold).as_rule()

    promtool_accepts(as_rule_file([RuleGroup(name="a", source="python", rules=(rule,))]), tmp_path)


def test_built_in_python_and_http_rules_export_as_one_file(tmp_path: Path) -> None:
    app, fields = Starlette(), {**FULL, "channels": ["default"]}
    monitoring = setup_telemetry(
        app,
        rules=[AlertRule(**fields)],
        api={"token": "t"},
        system={"enabled": False},
        instrumentation={"libraries": False, "threads": False},
    )
    headers = {"Authorization": "Bearer t"}
    with TestClient(app) as client:
        given = {**fields, "name": "OverHttp", "for": FULL["for_"]}
        del given["for_"]
        answer = client.post("/monitoring/rules", headers=headers, json=given)
        assert answer.status_code == 201, answer.text
        text = client.get("/monitoring/rules/export", headers=headers).text

    promtool_accepts(text, tmp_path)
    names = {rule.get("alert") for group in yaml.safe_load(text)["groups"] for rule in group["rules"]}
    built_in = {
        rule.get("alert") for group in yaml.safe_load(default_text())["groups"] for rule in group["rules"]
    }
    assert names == built_in | {"Full", "OverHttp"}
    assert monitoring.rules.export() == text
