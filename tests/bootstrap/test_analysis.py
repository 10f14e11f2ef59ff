"""The store, the rules and the messages as the set-up puts them together."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.alerts.evaluation.asking import Asking
from otel_monitoring.alerts.rules.simple import AlertRule
from otel_monitoring.bootstrap import parts
from otel_monitoring.bootstrap.analysis import Analysis
from otel_monitoring.bootstrap.lazy import LazyAnalysis
from otel_monitoring.errors import QueryError, RuleError
from otel_monitoring.settings import load_settings
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable

RULES = """
groups:
- name: shop
  interval: 15s
  rules:
  - alert: TooManyOrders
    expr: orders_total > 2
    for: 30s
    labels: {severity: critical}
"""


class Rig:
    """An analysis with a clock that is moved by hand, fed by the reader of real instruments."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("storage", {"url": "memory"})
        self.clock = FakeClock(1_700_000_000_000)
        self.builder = parts.begin(load_settings(settings=None, environ={}, **settings), {})
        self.builder.clock = self.clock
        self.analysis = Analysis(self.builder)
        self.builder.on_collect.append(self.analysis.hear)
        self._collect = parts.tap(self.builder)
        self.counter = self.builder.providers.meter.get_meter("shop").create_counter("orders")

    def pass_time(self, seconds: int) -> None:
        for _ in range(seconds // 15):
            self.clock.advance(15)
            self._collect(export_now=False)
            self.analysis.evaluate(self.clock.now_ms())

    def ask(self, expr: str) -> list[tuple[dict[str, str], float]]:
        return [
            (one.labels.as_dict(), one.value) for one in Asking(self.analysis.ask)(expr, self.clock.now_ms())
        ]


@pytest.fixture
def rig(fresh_process: pytest.MonkeyPatch) -> Callable[..., Rig]:
    return Rig


@pytest.fixture
def rules(tmp_path: Path) -> str:
    path = tmp_path / "rules.yml"
    path.write_text(RULES, encoding="utf-8")
    return str(path)


def test_a_counter_becomes_a_series_and_a_rule_fires(rig: Callable[..., Rig], rules: str) -> None:
    made = rig(service_name="shop", alerts={"rule_files": [rules], "default_rules": False})
    made.counter.add(3)
    states = []

    for _ in range(5):
        made.pass_time(15)
        ((rule,),) = [group.rules for group in made.analysis.groups()]
        states.append(rule.state)

    assert made.ask("sum by (job) (orders_total)") == [({"job": "shop"}, 3.0)]
    assert "pending" in states
    assert states[-1] == "firing"


def test_a_secret_in_an_attribute_is_not_kept(rig: Callable[..., Rig]) -> None:
    made = rig()
    made.counter.add(1, {"password": "hunter2", "route": "/a"})

    made.pass_time(15)

    ((labels, _value),) = made.ask("orders_total")
    assert labels["route"] == "/a"
    assert "hunter2" not in str(labels)


def test_a_clock_that_was_set_back_does_not_silence_the_rules(rig: Callable[..., Rig]) -> None:
    made = rig()
    made.counter.add(3)
    made.pass_time(60)

    made.clock.step_wall_clock(-3600)
    made.pass_time(15)

    assert [value for _labels, value in made.ask("orders_total")] == [3.0]


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_was_set_fires_and_resolves_nothing(
    rig: Callable[..., Rig], tmp_path: Path, hours: int
) -> None:
    """P14, of rules that look back as well."""
    path = tmp_path / "rules.yml"
    path.write_text(
        """
groups:
- name: shop
  interval: 15s
  rules:
  - {alert: Sells, expr: "rate(orders_total[1m]) > 0"}
  - {alert: SellsNothing, expr: "rate(orders_total[1m]) == 0 or absent(orders_total)"}
"""
    )
    made = rig(alerts={"rule_files": [str(path)], "default_rules": False})
    made.counter.add(1)
    made.pass_time(15)
    for _ in range(12):
        made.counter.add(1)
        made.pass_time(15)
    before = made.analysis.history.state()

    made.clock.step_wall_clock(hours * 3600)
    for _ in range(12):
        made.counter.add(1)
        made.pass_time(15)

    assert [record["labels"]["alertname"] for record in before] == ["Sells"]
    assert len(made.analysis.history.state()) == 1
    assert made.analysis.history.state()[0]["ended_at_ms"] is None


def test_a_clock_that_went_back_a_little_keeps_the_series(rig: Callable[..., Rig]) -> None:
    made = rig()
    made.counter.add(3)
    made.pass_time(60)
    before = made.analysis.store.stats()["samples"]

    made.clock.step_wall_clock(-20)
    made.pass_time(15)

    assert made.analysis.store.stats()["samples"] == before
    assert made.analysis.store.stats()["batches_refused"] == 1


def test_a_forked_child_begins_empty(rig: Callable[..., Rig]) -> None:
    made = rig()
    made.counter.add(3)
    made.pass_time(15)

    made.analysis.after_fork()

    assert made.ask("orders_total") == []


def test_a_rule_whose_expression_gives_no_vector_is_an_error(rig: Callable[..., Rig]) -> None:
    with pytest.raises(QueryError, match="gives a matrix, expected an instant vector"):
        rig().ask("orders_total[5m]")


def test_a_rule_file_with_an_error_is_refused_at_set_up(rig: Callable[..., Rig], tmp_path: Path) -> None:
    path = tmp_path / "broken.yml"
    path.write_text("groups:\n- name: a\n  rules:\n  - alert: B\n    expr: 'sum('\n", encoding="utf-8")

    with pytest.raises(RuleError, match=r"broken\.yml"):
        rig(alerts={"rule_files": [str(path)]})


def test_the_limits_of_queries_are_settings(rig: Callable[..., Rig]) -> None:
    made = rig(service_name="shop", query={"max_steps": 3, "lookback_s": 20})
    made.counter.add(1)
    made.pass_time(15)
    made.clock.advance(30)

    assert made.ask("orders_total") == []
    with pytest.raises(QueryError, match=r"query\.max_steps"):
        made.analysis.engine.range_("1", 0, 3_000, 1_000)


def test_queries_are_counted_by_outcome(fresh_process: pytest.MonkeyPatch) -> None:
    loaded = load_settings(settings=None, environ={}, service_name="shop", storage={"url": "memory"})
    builder = parts.begin(loaded, {})
    lazy = LazyAnalysis(builder)
    builder.on_collect.append(lazy.hear)
    collect = parts.tap(builder)
    engine = lazy.get().engine

    engine.instant("1", 0)
    with pytest.raises(QueryError):
        engine.instant("sum(", 0)
    collect(export_now=False)

    counts = engine.instant("otel_monitoring_query_count_total", builder.clock.now_ms())
    assert {labels.get("outcome"): value for labels, value in counts.samples} == {"ok": 1, "error": 1}


def test_a_rule_file_that_changes_is_read_anew(
    rig: Callable[..., Rig], rules: str, caplog: pytest.LogCaptureFixture
) -> None:
    """S2.10: and one that is not valid changes nothing."""
    made = rig(service_name="shop", alerts={"rule_files": [rules], "default_rules": False})
    status = Path(rules).stat()
    changed = RULES.replace("TooManyOrders", "EvenMoreOrders")

    for turn, text in enumerate((RULES + "  - alert: [", changed), 1):
        Path(rules).write_text(text, encoding="utf-8")
        os.utime(rules, ns=(status.st_atime_ns, status.st_mtime_ns + turn * 1_000_000))
        made.pass_time(30)
        names = [rule.rule.name for group in made.analysis.groups() for rule in group.rules]
        assert names == [["TooManyOrders"], ["EvenMoreOrders"]][turn - 1]

    assert "the files of rules are not valid, the rules stay as they are" in caplog.text


def test_a_rule_made_at_run_time_runs(rig: Callable[..., Rig]) -> None:
    made = rig(service_name="shop", alerts={"default_rules": False})
    rule = AlertRule("ManyOrders", "orders_total", ">", 2, aggregation="max", severity="critical")
    made.analysis.rules.put(rule, actor="test")
    made.counter.add(3)

    made.pass_time(60)

    (group,) = made.analysis.groups()
    assert [alert.state for rule in group.rules for alert in rule.alerts] == ["firing"]
