"""Which rules are told, and in how many pages."""

from __future__ import annotations

from typing import Any

import pytest

from otel_monitoring.alerts.evaluation.status import GroupStatus, RuleStatus
from otel_monitoring.alerts.rules.rule import RecordingRule
from tests.api.prometheus.test_application import ask, data, sources


class ThreeGroups:
    """A group a file, of a recording rule each, and one without a rule."""

    def groups(self) -> list[GroupStatus]:
        return [self._group("a.yml", "one"), GroupStatus("none", "a.yml", 15_000, (), missed=0)] + [
            self._group("b.yml", name) for name in ("two", "three")
        ]

    def _group(self, file: str, name: str) -> GroupStatus:
        rule = RecordingRule(name=f"r_{name}", expr="1", labels={"team": name})
        status = RuleStatus(rule, "ok", "", None, (), None, 0.0)
        return GroupStatus(name, file, 15_000, (status,), missed=0)


def page(**fields: Any) -> tuple[list[str], str | None]:
    found = data("rules", of=sources(rules=ThreeGroups()), **fields)
    return [group["name"] for group in found["groups"]], found.get("groupNextToken")


def test_rules_have_the_shape_of_prometheus() -> None:
    group = data("rules")["groups"][0]

    assert (group["name"], group["file"], group["interval"]) == ("g", "rules.yml", 15)
    alerting, recording = group["rules"]
    assert (alerting["type"], alerting["state"], alerting["duration"]) == ("alerting", "firing", 300)
    assert [one["state"] for one in alerting["alerts"]] == ["pending", "firing", "firing"]
    assert alerting["lastError"] == "no such function"
    assert alerting["lastEvaluation"] == "2023-11-14T22:13:20Z"
    assert (recording["type"], recording["query"]) == ("recording", "sum(up)")
    assert recording["lastEvaluation"] == "0001-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"type": "alert"}, ["A"]),
        ({"type": "record"}, ["r"]),
        ({"rule_name[]": "r"}, ["r"]),
        ({"rule_group[]": "other"}, []),
        ({"file[]": "rules.yml"}, ["A", "r"]),
        ({"match[]": '{x="y"}'}, ["A"]),
        ({"match[]": '{x="z"}'}, []),
    ],
)
def test_rules_are_narrowed(fields: dict[str, str], names: list[str]) -> None:
    found = [rule["name"] for group in data("rules", **fields)["groups"] for rule in group["rules"]]

    assert found == names


def test_alerts_are_left_out_where_asked() -> None:
    assert data("rules", exclude_alerts="true")["groups"][0]["rules"][0]["alerts"] == []
    assert data("rules", exclude_alerts="0")["groups"][0]["rules"][0]["alerts"] != []


def test_groups_without_a_rule_are_left_out() -> None:
    assert page() == (["one", "two", "three"], None)


def test_groups_come_in_pages_that_name_the_next_one() -> None:
    first, token = page(group_limit=2)
    rest = page(group_limit=2, group_next_token=token)

    assert first == ["one", "two"]
    assert rest == (["three"], None)


def test_a_page_holds_only_what_is_asked_for() -> None:
    first, token = page(group_limit=1, **{"match[]": '{team=~"one|three"}'})
    rest = page(group_limit=1, group_next_token=token, **{"match[]": '{team=~"one|three"}'})

    assert first == ["one"]
    assert rest == (["three"], None)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"type": "x"}, 'invalid parameter "type": not supported value "x"'),
        ({"group_limit": "x"}, 'invalid parameter "group_limit": group_limit needs to be a valid number'),
        ({"group_limit": "0"}, 'invalid parameter "group_limit": group_limit needs to be greater than 0'),
        ({"group_next_token": "x"}, 'invalid parameter "group_next_token": group_limit needs to be present'),
        (
            {"group_limit": "1", "group_next_token": "x"},
            "invalid parameter \"group_next_token\": invalid group_next_token 'x'",
        ),
        ({"exclude_alerts": "x"}, 'invalid parameter "exclude_alerts"'),
        ({"match[]": "x{"}, 'invalid parameter "match[]": 1:3: parse error'),
    ],
)
def test_a_wrong_parameter_is_named(fields: dict[str, Any], message: str) -> None:
    answer = ask("rules", **fields)

    assert answer.status_code == 400
    assert message in answer.json()["error"]
