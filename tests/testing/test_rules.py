"""The bench for tests of rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.alerts.rules.rulefile import RuleFileError
from otel_monitoring.alerts.rules.simple import AlertRule
from otel_monitoring.errors import RuleError
from otel_monitoring.testing.rules import RuleBench

if TYPE_CHECKING:
    from pathlib import Path

RULES = """
groups:
  - name: shop
    rules:
      - record: job:up:sum
        expr: sum by (job) (up)
      - alert: ShopDown
        expr: job:up:sum == 0
        for: 5m
        annotations: {summary: "{{ $labels.job }} of {{ $externalLabels.region }} is {{ $value }}"}
"""


def test_an_alert_is_pending_then_fires_then_is_gone() -> None:
    bench = RuleBench.from_text(RULES, external_labels={"region": "north"})
    bench.load('up{job="shop"}', "1x4 0x9 1x5")

    bench.advance("9m")
    assert [alert.name for alert in bench.pending()] == ["ShopDown"]
    assert bench.firing() == []

    bench.advance("1m")
    (alert,) = bench.firing("ShopDown")
    assert alert.labels.as_dict() == {"alertname": "ShopDown", "job": "shop"}
    assert alert.annotations == {"summary": "shop of north is 0"}
    assert alert.active_at_ms == 5 * 60_000

    bench.advance("5m")
    assert bench.alerts() == []


def test_a_series_is_held_until_it_is_ended() -> None:
    bench = RuleBench.from_text("groups: [{name: a, rules: [{alert: Hot, expr: cpu > 0.9}]}]")

    bench.set("cpu", 0.95)
    bench.advance("2m")
    assert [alert.value for alert in bench.firing()] == [0.95]

    bench.end("cpu")
    bench.advance("1m")
    assert bench.firing() == []


def test_nobody_sees_what_is_to_come() -> None:
    bench = RuleBench()
    bench.load("x", "1 2 3")

    bench.advance("1m")

    assert [value for _, value in bench.query("x").samples] == [2]
    assert bench.query("count_over_time(x[1h])", 3_599_999).samples[0][1] == 2


def test_an_error_of_a_rule_is_told() -> None:
    bench = RuleBench.from_text("groups: [{name: a, rules: [{record: both, expr: x + on(a) y}]}]")
    for series in ('x{a="1"}', 'y{a="1", b="1"}', 'y{a="1", b="2"}'):
        bench.set(series, 1)

    bench.advance(0)

    (error,) = bench.errors()
    assert error.startswith("both: ")
    assert "duplicate series" in error


def test_rules_come_from_files_too(tmp_path: Path) -> None:
    path = tmp_path / "rules.yml"
    path.write_text(RULES)
    bench = RuleBench.from_files(path, interval="15s", start_ms=1_700_000_000_000)
    bench.set('up{job="shop"}', 0)

    bench.advance("4m45s")
    assert bench.firing() == []

    bench.advance("15s")
    assert [alert.active_at_ms for alert in bench.firing()] == [1_700_000_000_000]


def test_what_is_wrong_is_named() -> None:
    with pytest.raises(RuleFileError, match="one of 'record' or 'alert' must be set"):
        RuleBench.from_text("groups: [{name: a, rules: [{expr: x}]}]")
    with pytest.raises(RuleError, match="interval is 0: expected more than 0"):
        RuleBench(interval=0)
    with pytest.raises(RuleError, match="duration: '5 min' is not a valid duration"):
        RuleBench().advance("5 min")
    with pytest.raises(RuleError, match="series 'x' is not set"):
        RuleBench().end("x")


def test_files_are_named_by_patterns_and_all_their_problems_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("groups: [{name: a, rules: [{alert: A, expr: up}]}]")
    assert [one.rule.name for one in RuleBench.from_files(f"{tmp_path}/*.yml").rules()] == ["A"]
    (tmp_path / "b.yml").write_text("groups: [{name: a, rules: [{alert: B, expr: 'up ='}]}]")

    with pytest.raises(RuleFileError) as caught:
        RuleBench.from_files(f"{tmp_path}/*.yml", tmp_path / "none.yml")

    first, second = str(caught.value).splitlines()
    assert first.startswith(f"{tmp_path}/b.yml:1:")
    assert second.endswith("none.yml:0:0: cannot be read: No such file or directory")


def test_rules_in_words_run_unless_they_are_off() -> None:
    fields: dict[str, Any] = {"metric": "temperature", "operator": ">", "threshold": 30}
    hot, off = AlertRule(name="Hot", **fields), AlertRule(name="Off", enabled=False, **fields)
    bench = RuleBench.from_rules(hot, off)

    bench.set("temperature", 35)
    bench.advance("1m")

    bench.expect_firing("Hot")


def test_time_goes_one_way() -> None:
    with pytest.raises(RuleError, match=r"duration is -1: expected 0 or more"):
        RuleBench().advance(-1)
