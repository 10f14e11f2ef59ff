"""Service levels beside Sloth's: when their alerts fire, and what evaluating a hundred of them costs.

The peer of both is a real Prometheus: promtool's unit-test runner evaluates our rules and those that Sloth
generates over the same series, and the server evaluates Sloth's ratios over three days of samples.
"""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import yaml

from benchmarks.promql.prometheus import serving
from otel_monitoring.alerts.evaluation.asking import Asking
from otel_monitoring.alerts.evaluation.evaluator import Evaluator
from otel_monitoring.alerts.slos.rules import rule_groups
from otel_monitoring.guard import Guard
from otel_monitoring.model.labels import NAME, Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.reports.slos.slo import SLO, ratio
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock
from tests.alerts.slos.peer import compare, sloth_rules
from tests.alerts.slos.scenarios import LONG, SHORT
from tests.alerts.slos.test_sloth import BAD, GOOD, SLOTH_BAD, SLOTH_GOOD

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

LEVELS, INTERVAL_S, DAYS = 100, 60, 3
CORE_AT_MOST, RULE_INTERVAL_S = 0.1, 15
_SAMPLES = DAYS * 86_400 // INTERVAL_S + 30
_TICKS, _WARM = 14, 7
_START_MS = 1_749_999_960_000


@pytest.mark.timeout(1800)
def test_alerts_fire_as_with_sloth(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No evaluation of any scenario may differ, with good or with bad events."""
    evaluations = differing = 0
    lines = []
    for name, sli, sloth in (("bad", BAD, SLOTH_BAD), ("good", GOOD, SLOTH_GOOD)):
        for number, scenario in enumerate((*SHORT, *LONG)):
            folder = tmp_path / f"{name}-{number}"
            folder.mkdir()
            slo = SLO(name="checkout", target=scenario.target, sli=sli, min_events=0)
            theirs = sloth_rules(folder, sli=sloth, target=scenario.target)
            found = compare(folder, slo=slo, theirs=theirs, scenario=scenario)
            evaluations += 2 * (scenario.minutes // scenario.every + 1)
            differing += sum(one.differs for one in found.values())
            page, ticket = found["page"], found["ticket"]
            counts = f"{page.ours:>5}{page.theirs:>6}{ticket.ours:>7}{ticket.theirs:>6}"
            lines.append(f"  {name:<5}{scenario.name:<42}{counts}")

    with capsys.disabled():
        print(f"\nevaluations at which alerts fire{'':<15}page   Sloth ticket Sloth")
        print("\n".join(lines))
        print(f"  {differing} of {evaluations:,} evaluations differ")
    assert differing == 0


@pytest.mark.timeout(900)
def test_evaluating_100_service_levels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Budget: a tenth of a core where rules are evaluated every 15 s."""
    values = _values()
    ours = _ours_s(values)
    theirs = _theirs_s(tmp_path, values)

    with capsys.disabled():
        print(
            f"\n{LEVELS} service levels over {DAYS} days of samples, one evaluation: all our rules, "
            f"recording and alerting too, {ours * 1e3:.0f} ms ({ours / RULE_INTERVAL_S:.1%} of a core at "
            f"{RULE_INTERVAL_S} s); Prometheus {theirs * 1e3:.0f} ms for Sloth's ratios alone, as queries"
        )
    assert ours / RULE_INTERVAL_S <= CORE_AT_MOST


def _values() -> NDArray[np.float64]:
    """Return good and bad events of each level as counters, shape (t, 2 * levels)."""
    random = np.random.default_rng(3)
    steps = random.poisson(np.tile([60.0, 0.02], LEVELS), (_SAMPLES, 2 * LEVELS))
    return steps.cumsum(axis=0).astype(np.float64)


def _labels() -> list[Labels]:
    return [
        Labels.of({NAME: "events_total", "level": str(number), "kind": kind})
        for number in range(LEVELS)
        for kind in ("good", "bad")
    ]


def _ours_s(values: NDArray[np.float64]) -> float:
    """Return the processor seconds of one evaluation of all rules."""
    slos = [
        SLO(
            name=f"level-{number}",
            target=0.999,
            sli=ratio(
                total=f'events_total{{level="{number}"}}', bad=f'events_total{{level="{number}",kind="bad"}}'
            ),
        )
        for number in range(LEVELS)
    ]
    store, clock = SeriesStore(retention_s=4 * 86_400, interval_s=INTERVAL_S), FakeClock(now_ms=_START_MS)
    evaluator = Evaluator(
        groups=rule_groups(slos),
        query=Asking(Engine(store)),
        send=lambda _alerts: None,
        record=store.append,
        clock=clock,
        guard=Guard("benchmark"),
        interval_s=INTERVAL_S,
    )
    labels, before = _labels(), len(values) - _TICKS
    store.extend([Batch("self", _at(turn), labels, values[turn]) for turn in range(before)])
    clock.advance(before * INTERVAL_S - INTERVAL_S)
    taken = []
    for turn in range(before, len(values)):
        clock.advance(INTERVAL_S)
        store.append(Batch("self", _at(turn), labels, values[turn]))
        began_s = time.process_time()
        evaluator.tick(clock.now_ms())
        taken.append(time.process_time() - began_s)
    assert evaluator.stats()["rules_failing"] == 0
    return statistics.median(taken[_WARM:])


def _theirs_s(folder: Path, values: NDArray[np.float64]) -> float:
    """Return the seconds that Prometheus says it takes for the seven ratios of each level."""
    samples = folder / "samples.txt"
    with samples.open("w", encoding="utf-8") as file:
        file.write("# TYPE events counter\n")
        for column, labels in enumerate(one.as_dict() for one in _labels()):
            named = f'events_total{{kind="{labels["kind"]}",level="{labels["level"]}"}}'
            file.writelines(
                f"{named} {value!r} {_at(turn) / 1000:.3f}\n"
                for turn, value in enumerate(values[:, column].tolist())
            )
        file.write("# EOF\n")
    sli = {
        "events": {
            "error_query": 'sum(rate(events_total{level="NUMBER",kind="bad"}[{{.window}}]))',
            "total_query": 'sum(rate(events_total{level="NUMBER"}[{{.window}}]))',
        }
    }
    group: dict[str, Any] = yaml.safe_load(sloth_rules(folder, sli=sli, target=0.999))["groups"][0]
    exprs = [rule["expr"] for rule in group["rules"] if "NUMBER" in rule["expr"]]
    assert len(exprs) == 7
    with serving(folder, samples, block="96h") as peer:
        end_s = _at(len(values) - 1) / 1000

        def round_s() -> float:
            asked = (expr.replace("NUMBER", str(number)) for number in range(LEVELS) for expr in exprs)
            return sum(peer.ask("query", query=expr, time=end_s)[0] for expr in asked)

        round_s()
        return min(round_s() for _ in range(2))


def _at(turn: int) -> int:
    return _START_MS + turn * INTERVAL_S * 1000
