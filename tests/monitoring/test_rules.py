"""The rules of an instance, as the code of the application sees them."""

from __future__ import annotations

from typing import Any

import pytest

from otel_monitoring.alerts.rules.simple import AlertRule
from otel_monitoring.errors import RuleError
from otel_monitoring.monitoring.rules import Rules, check_rules

CPU: dict[str, Any] = {"metric": "system_cpu_utilization_ratio", "operator": ">", "threshold": 0.9}


def test_what_is_put_is_listed_exported_and_can_be_removed() -> None:
    rules = Rules()

    assert rules.put(AlertRule(name="Hot", **CPU)) is True
    assert rules.put(AlertRule(name="Hot", for_="5m", **CPU)) is False
    assert rules.names() == {"Hot"}
    assert "alert: Hot" in rules.export()
    assert "for: 5m" in rules.export()
    rules.remove("Hot")
    assert rules.own() == []


def test_a_rule_is_switched_by_its_name() -> None:
    rules = Rules()
    rules.put(AlertRule(name="Hot", **CPU))

    rules.set_mode("Hot", "observe")

    assert rules.mode("Hot") == "observe"
    with pytest.raises(RuleError, match=r"rule 'Cold' does not exist: expected one of Hot"):
        rules.set_mode("Cold", "disabled")
    with pytest.raises(RuleError, match=r"rule 'Cold' does not exist: expected one of Hot"):
        rules.mode("Cold")


def test_what_is_no_rule_is_refused() -> None:
    with pytest.raises(RuleError, match=r"rule is 'Hot': expected an AlertRule"):
        Rules().put("Hot")  # type: ignore[arg-type]


def test_a_rule_in_place_of_a_list_of_rules_is_refused() -> None:
    with pytest.raises(RuleError, match=r"rules is AlertRule\(name='Hot'.*: expected a list of AlertRule"):
        check_rules(AlertRule(name="Hot", **CPU))  # type: ignore[arg-type]


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(RuleError, match=r"rule 'Hot' is there twice: expected different names"):
        check_rules([AlertRule(name="Hot", **CPU), AlertRule(name="Hot", for_="1m", **CPU)])
