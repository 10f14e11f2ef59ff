"""When a rule would have fired."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from otel_monitoring.alerts.evaluation import backtest as module
from otel_monitoring.alerts.evaluation.backtest import backtest
from otel_monitoring.alerts.rules.rule import AlertingRule, RuleGroup
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing.rules import RuleBench

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

MINUTE_MS = 60_000
RULE = AlertingRule(
    "Down",
    "up == 0",
    for_ms=2 * MINUTE_MS,
    keep_firing_for_ms=0,
    labels={"severity": "page"},
    annotations={"summary": "{{ $labels.shop }} is at {{ $value }}"},
)
SHOP = Labels.of(__name__="up", shop="a")
ALERT = Labels.of(alertname="Down", shop="a", severity="page")


def engine(values: Sequence[float]) -> Engine:
    store = SeriesStore(retention_s=1_000_000)
    for minute, value in enumerate(values):
        store.append(Batch("self", minute * MINUTE_MS, [SHOP], [value]))
    return Engine(store)


def test_episodes_tell_since_when_how_long_and_how_much() -> None:
    down = [1, 0, 1, 0, 0, 0, 0, 1, 1, 0]

    found = backtest(RULE, engine(down), start_ms=0, end_ms=9 * MINUTE_MS, interval_ms=MINUTE_MS)

    assert [(one.pending_ms, one.fired_ms, one.ended_ms) for one in found] == [
        (MINUTE_MS, None, 2 * MINUTE_MS),
        (3 * MINUTE_MS, 5 * MINUTE_MS, 7 * MINUTE_MS),
        (9 * MINUTE_MS, None, None),
    ]
    assert {one.labels for one in found} == {ALERT}
    assert found[1].summary == "a is at 0"


def test_the_peak_is_the_value_farthest_from_zero() -> None:
    rule = AlertingRule("Hot", "up > 1")

    (found,) = backtest(rule, engine([0, 2, 9, 3]), start_ms=0, end_ms=3 * MINUTE_MS, interval_ms=MINUTE_MS)

    assert found.peak == 9


def test_long_histories_are_asked_for_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int | None]] = []
    answers = engine([0, 0, 0, 0, 1, 1, 0, 0, 0, 0])

    def query(expr: str, start_ms: int, end_ms: int | None = None, step_ms: int | None = None, /) -> object:
        asked.append((start_ms // MINUTE_MS, None if end_ms is None else end_ms // MINUTE_MS))
        return answers(expr, start_ms, end_ms, step_ms)

    span = {"start_ms": 0, "end_ms": 9 * MINUTE_MS, "interval_ms": MINUTE_MS}
    whole = backtest(RULE, query, **span)  # type: ignore[arg-type]
    monkeypatch.setattr(module, "_STEPS_AT_ONCE", 3)
    parts = backtest(RULE, query, **span)  # type: ignore[arg-type]

    assert parts == whole
    assert asked == [(0, 9), (0, 2), (3, 5), (6, 8), (9, 9)]


def test_it_finds_what_the_evaluator_finds() -> None:
    random = Random(5)
    values = [random.choice([0, 0, 0, 1]) for _ in range(200)]
    rule = AlertingRule("Down", "up == 0", for_ms=3 * MINUTE_MS, keep_firing_for_ms=2 * MINUTE_MS)
    bench = RuleBench([RuleGroup("g", "f", (rule,))])
    bench.load('up{shop="a"}', " ".join(map(str, values)))
    fired = []
    for minute in range(200):
        bench.advance_to(minute * MINUTE_MS)
        fired.append(bool(bench.firing()))

    found = backtest(rule, engine(values), start_ms=0, end_ms=199 * MINUTE_MS, interval_ms=MINUTE_MS)

    would = [False] * 200
    for one in found:
        if one.fired_ms is not None:
            last = 200 if one.ended_ms is None else one.ended_ms // MINUTE_MS
            would[one.fired_ms // MINUTE_MS : last] = [True] * (last - one.fired_ms // MINUTE_MS)
    assert would == fired
    assert any(fired)
