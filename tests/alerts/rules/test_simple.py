"""Rules in words, and what they are in PromQL."""

from __future__ import annotations

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
    ],
)
def test_bad_fields_are_named(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(RuleError) as caught:
        AlertRule(**{**CPU, **fields})

    assert message in str(caught.value)


def test_all_bad_fields_are_named_at_once() -> None:
    with pytest.raises(RuleError, match=r"name is .*; operator is .*; for_: "):
        AlertRule(**{**CPU, "name": "", "operator": "", "for_": "x"})
