"""Rules made, switched, reloaded and exported over HTTP."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from otel_monitoring.alerts.rules.book import RuleBook
from otel_monitoring.alerts.rules.load import load_rules
from otel_monitoring.alerts.rules.rulefile import parse_rules
from otel_monitoring.api.router import build_api
from otel_monitoring.promql.language.parse import parse
from otel_monitoring.testing import FakeClock
from tests.api.access.opened import opened_by
from tests.api.test_router import AlertsFake, HealthFake

if TYPE_CHECKING:
    from pathlib import Path

    from otel_monitoring.model.action import Action

RULE = {"name": "HighCpu", "metric": "cpu_ratio", "operator": ">", "threshold": 0.8, "for": "5m"}


class Instance:
    """The API over a book with one file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_text("groups: [{name: own, rules: [{alert: Mine, expr: mine > 1}]}]")
        self.applied = 0
        self.actions: list[Action] = []
        book = RuleBook(
            load=lambda: load_rules(rule_files=[str(path)], check_expr=parse, with_defaults=False),
            apply=self.apply,
            clock=FakeClock(),
            audit=self.actions.append,
        )
        self.app = build_api(alerts=AlertsFake(), health=HealthFake(), access=opened_by("t"), rules=book)

    def apply(self, _groups: object) -> None:
        self.applied += 1

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
                return await client.request(method, path, headers={"authorization": "Bearer t"}, **more)

        return asyncio.run(ask())


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path / "rules.yml")


def test_a_rule_is_made_and_shows_its_promql(instance: Instance) -> None:
    answer = instance.ask("POST", "/rules", json=RULE)

    assert answer.status_code == 201
    expr = "avg(avg_over_time(cpu_ratio[5m])) > 0.8"
    assert answer.json() == {"name": "HighCpu", "expr": expr, "mode": "enabled"}
    assert instance.applied == 1
    assert [(one.name, one.actor) for one in instance.actions] == [("rule.created", "api")]


def test_a_rule_is_changed_by_making_it_again(instance: Instance) -> None:
    instance.ask("POST", "/rules", json=RULE)

    answer = instance.ask("POST", "/rules", json={**RULE, "threshold": 0.9, "observe_only": True})

    assert answer.status_code == 200
    assert answer.json()["expr"].endswith("> 0.9")
    assert answer.json()["mode"] == "observe"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"operator": "=>"}, "operator is '=>': expected one of >, >=, <, <=, ==, !="),
        ({"severity": "bad"}, "severity is 'bad': expected one of info, warning, critical"),
        ({"for": "-5m"}, "for_: '-5m' is not a valid duration"),
        ({"nope": 1}, "nope: Extra inputs are not permitted"),
        ({"threshold": "much"}, "threshold: "),
    ],
)
def test_a_bad_field_is_named_and_nothing_changes(
    instance: Instance, fields: dict[str, Any], message: str
) -> None:
    answer = instance.ask("POST", "/rules", json={**RULE, **fields})

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert message in answer.json()["detail"]
    assert instance.applied == 0


def test_a_rule_is_removed_where_it_was_made_here(instance: Instance) -> None:
    instance.ask("POST", "/rules", json=RULE)

    assert instance.ask("DELETE", "/rules/HighCpu").status_code == 204
    assert instance.ask("DELETE", "/rules/HighCpu").status_code == 404
    refused = instance.ask("DELETE", "/rules/Mine")
    assert refused.status_code == 409
    assert "expected its mode to be set to disabled" in refused.json()["detail"]


def test_a_rule_is_switched(instance: Instance) -> None:
    answer = instance.ask("PUT", "/rules/Mine/mode", json={"mode": "disabled"})

    assert (answer.status_code, answer.json()) == (200, {"mode": "disabled"})
    assert "Mine" not in instance.ask("GET", "/rules/export").text
    assert instance.ask("GET", "/rules").json()["disabled"] == ["Mine"]
    assert instance.ask("PUT", "/rules/Nope/mode", json={"mode": "disabled"}).status_code == 404
    assert instance.ask("PUT", "/rules/Mine/mode", json={"mode": "off"}).status_code == 422
    assert instance.actions[0].before == {"mode": "enabled"}


def test_files_are_read_anew_and_stay_where_they_are_not_valid(instance: Instance) -> None:
    instance.path.write_text("groups: [{name: own, rules: [{alert: A, expr: a}, {alert: B, expr: b}]}]")
    assert instance.ask("POST", "/rules/reload").json() == {"groups": 1, "rules": 2, "warnings": []}

    instance.path.write_text("groups: [{name: own, rules: [{alert: A}]}]")
    refused = instance.ask("POST", "/rules/reload")

    assert refused.status_code == 422
    assert [one["message"] for one in refused.json()["errors"]] == [
        f'{instance.path}:1:30: group "own", rule 1, "A": field \'expr\' must be set in rule'
    ]
    assert "alert: B" in instance.ask("GET", "/rules/export").text


def test_what_runs_is_exported_for_prometheus(instance: Instance) -> None:
    instance.ask("POST", "/rules", json=RULE)

    answer = instance.ask("GET", "/rules/export")

    assert answer.headers["content-type"].startswith("application/yaml")
    groups = parse_rules(answer.text, source="", check_expr=parse).groups
    assert [[rule.name for rule in group.rules] for group in groups] == [["Mine"], ["HighCpu"]]


def test_who_changes_a_rule_is_kept(instance: Instance) -> None:
    instance.ask("POST", "/rules?by=kim", json=RULE)
    instance.ask("PUT", "/rules/HighCpu/mode?by=ada", json={"mode": "disabled"})
    instance.ask("POST", "/rules/reload?by=ada")
    instance.ask("DELETE", "/rules/HighCpu?by=kim")

    assert [(one.name, one.actor) for one in instance.actions] == [
        ("rule.created", "kim"),
        ("rule.mode", "ada"),
        ("rules.reloaded", "ada"),
        ("rule.removed", "kim"),
    ]
    assert instance.ask("POST", "/rules/reload?by=").status_code == 422
