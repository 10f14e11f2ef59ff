"""Rules in words, and what they are in PromQL."""

from __future__ import annotations

import math
from typing import Any

import pytest

from otel_monitoring.alerts.rules.rule import RuleGroup
from otel_monitoring.alerts.rules.simple import AlertRule
from otel_monitoring.errors import RuleError
from otel_monitoring.testing.rules import RuleBench

CPU: dict[str, Any] = {"name": "HighCpu", "metric": "cpu_ratio", "operator": ">", "threshold": 0.8}


@pytest.mark.parametrize(
    ("fields", "expr"),
    [
        ({}, "avg(avg_over_time(cpu_ratio[5m])) > 0.8"),
        ({"aggregation": "max", "window": "1m"}, "max(max_over_time(cpu_ratio[1m])) > 0.8"),
        (
            {"group_by": ["instance"], "where": {"env": 'pr"od'}},
            'avg by (instance) (avg_over_time(cpu_ratio{env="pr\\"od"}[5m])) > 0.8',
        ),
        (
            {"metric": "orders_total", "kind": "counter", "operator": "<=", "threshold": 3, "min_events": 10},
            "avg(rate(orders_total[5m])) <= 3 and sum(increase(orders_total[5m])) >= 10",
        ),
        (
            {"metric": "d_seconds", "kind": "histogram", "aggregation": "p95", "group_by": ["route"]},
            "histogram_quantile(0.95, sum by (le, route) (rate(d_seconds_bucket[5m]))) > 0.8",
        ),
    ],
)
def test_a_rule_shows_its_promql(fields: dict[str, Any], expr: str) -> None:
    assert AlertRule(**{**CPU, **fields}).expr == expr


def test_everything_else_becomes_labels_and_annotations() -> None:
    """A1: what Prometheus has no field for stays with the rule when it is exported."""
    rule = AlertRule(
        **CPU,
        for_="5m",
        keep_firing_for="10m",
        severity="critical",
        category="system",
        channels=("slack", "mail"),
        cooldown="30m",
        owner="platform",
        description="{{ $value }} of 1",
        runbook_url="https://runbooks.example/cpu",
        labels={"team": "a"},
        observe_only=True,
    ).as_rule()

    assert (rule.for_ms, rule.keep_firing_for_ms) == (300_000, 600_000)
    assert rule.labels == {
        "severity": "critical",
        "category": "system",
        "owner": "platform",
        "channels": "slack,mail",
        "observe": "true",
        "team": "a",
    }
    assert rule.annotations["description"] == "{{ $value }} of 1"
    assert rule.annotations["runbook_url"] == "https://runbooks.example/cpu"
    assert rule.annotations["cooldown"] == "30m"


def test_a_rule_fires_and_says_what_and_how_much() -> None:
    """P20."""
    bench = RuleBench([RuleGroup("own", "python", (AlertRule(**CPU, for_="5m").as_rule(),))])
    bench.set('cpu_ratio{instance="a"}', 0.95)

    bench.advance("4m")
    assert bench.firing() == []
    bench.advance("1m")

    (alert,) = bench.firing()
    assert alert.annotations["summary"] == "cpu_ratio: the avg over 5m is 950m, expected not > 0.8"


def test_below_a_minimum_of_events_nothing_is_found() -> None:
    rule = AlertRule(
        "Slow", "d_seconds", ">", 1, kind="histogram", aggregation="avg", min_events=20, group_by=["route"]
    )
    bench = RuleBench([RuleGroup("own", "python", (rule.as_rule(),))])
    for suffix, step in (("sum", 20), ("count", 2)):
        bench.load(f'd_seconds_{suffix}{{route="/quiet"}}', f"0+{step}x20")
        bench.load(f'd_seconds_{suffix}{{route="/busy"}}', f"0+{step * 10}x20")

    bench.advance("10m")

    assert [alert.labels.get("route") for alert in bench.firing()] == ["/busy"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": "a b"}, "name is 'a b': expected letters, digits and '_'"),
        ({"metric": "http.server"}, "metric is 'http.server': expected a Prometheus name"),
        ({"operator": "=>"}, "operator is '=>': expected one of >, >=, <, <=, ==, !="),
        ({"severity": "bad"}, "severity is 'bad': expected one of info, warning, critical"),
        ({"kind": "sum"}, "kind is 'sum': expected one of gauge, counter, histogram"),
        ({"aggregation": "p90"}, "aggregation is 'p90': expected one of avg, min,"),
        ({"threshold": "5"}, "threshold is '5': expected a number"),
        ({"threshold": True}, "threshold is True: expected a number"),
        ({"min_events": -1}, "min_events is -1: expected a whole number, 0 or more"),
        ({"for_": "-5m"}, "for_: '-5m' is not a valid duration"),
        ({"cooldown": "soon"}, "cooldown: 'soon' is not a valid duration"),
        ({"window": "0s"}, "window is '0s': expected more than 0 and at most 1d"),
        ({"group_by": ["a-b"]}, "group_by has 'a-b': expected the name of a label"),
        ({"where": {"__name__": "x"}}, "where has '__name__': expected the name of a label"),
        ({"channels": ["a,b"]}, "channels is ('a,b',): expected names of receivers without commas"),
        ({"description": "{{ $nope }}"}, "description: "),
        ({"category": "{{ bad"}, "category: "),
        ({"owner": "{{ $nope }}"}, "owner: "),
        ({"runbook_url": "https://x/{{ nofunc }}"}, "runbook_url: "),
    ],
)
def test_bad_fields_are_named(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(RuleError) as caught:
        AlertRule(**{**CPU, **fields})

    assert message in str(caught.value)


def test_all_bad_fields_are_named_at_once() -> None:
    with pytest.raises(RuleError, match=r"name is .*; operator is .*; for_: "):
        AlertRule(**{**CPU, "name": "", "operator": "", "for_": "x"})


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("group_by", "route", "group_by is 'route': expected a list of texts"),
        ("channels", "pager", "channels is 'pager': expected a list of texts"),
        ("group_by", None, "group_by is None: expected a list of texts"),
        ("where", {"code": 500}, "where is {'code': 500}: expected texts by name"),
        ("labels", ["team"], "labels is ['team']: expected texts by name"),
        ("annotations", {"summary": None}, "annotations is {'summary': None}: expected texts by name"),
        ("threshold", math.nan, "threshold is nan: expected a number"),
        ("threshold", "5", "threshold is '5': expected a number"),
        ("threshold", True, "threshold is True: expected a number"),
        ("for_", 300, "for_ is 300: expected a duration in a text, such as '5m'"),
        ("owner", 7, "owner is 7: expected a text"),
        ("enabled", "no", "enabled is 'no': expected True or False"),
        ("min_events", -1, "min_events is -1: expected a whole number, 0 or more"),
        ("name", None, "name is None: expected a text"),
    ],
)
def test_a_field_that_holds_something_else_is_named_with_its_value(
    field: str, value: Any, message: str
) -> None:
    fields: dict[str, Any] = {"name": "A", "metric": "m", "operator": ">", "threshold": 1}

    with pytest.raises(RuleError) as caught:
        AlertRule(**{**fields, field: value})

    assert str(caught.value) == message


def test_what_holds_something_else_does_not_hide_what_is_wrong_elsewhere() -> None:
    fields: dict[str, Any] = {"name": "a b", "metric": "m", "operator": "=>", "group_by": "route"}

    with pytest.raises(RuleError) as caught:
        AlertRule(**fields, threshold=10**400)

    message = str(caught.value)
    for part in ("group_by is 'route'", "threshold is 1000", "name is 'a b'", "operator is '=>'"):
        assert part in message
