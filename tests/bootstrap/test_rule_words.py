"""Labels and annotations of rule files that mean something to us."""

from __future__ import annotations

from typing import Any

import pytest

from otel_monitoring.alerts.rules.rule import AlertingRule, RuleGroup
from otel_monitoring.bootstrap.rule_words import unfollowed

KNOWN = ["ops", "pager"]


def told(rule: dict[str, Any], receivers: list[str] | None = None) -> list[str]:
    rules = (AlertingRule(name="Hot", expr="t > 1", line=7, **rule),)
    group = RuleGroup(name="g", source="r.yml", rules=rules)
    return [str(one) for one in unfollowed([group], KNOWN if receivers is None else receivers)]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (
            {"labels": {"channels": "pager,ghost"}},
            "label 'channels' names 'ghost': expected receivers, of ops, pager",
        ),
        ({"labels": {"observe": "maybe"}}, "label 'observe' is 'maybe': expected true, or no such label"),
        ({"annotations": {"cooldown": "soon"}}, "annotation 'cooldown': 'soon' is not a valid duration"),
    ],
)
def test_what_cannot_be_followed_is_warned_of(rule: dict[str, Any], message: str) -> None:
    (warning,) = told(rule)

    assert warning.startswith(f"r.yml:7:0: rule 'Hot': {message}")


@pytest.mark.parametrize(
    "rule",
    [
        {"labels": {"channels": "pager", "observe": "true"}, "annotations": {"cooldown": "30m"}},
        {"labels": {"channels": "{{ $labels.team }}"}, "annotations": {"cooldown": "{{ $value }}m"}},
    ],
)
def test_what_can_be_followed_and_what_only_shows_later_is_not(rule: dict[str, Any]) -> None:
    assert told(rule) == []


def test_of_the_receivers_of_an_alertmanager_nothing_is_known() -> None:
    assert told({"labels": {"channels": "ghost"}}, []) == []
