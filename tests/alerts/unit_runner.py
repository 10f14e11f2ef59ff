"""Enough of promtool's unit-test format to drive the evaluator over the real store and the real engine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from otel_monitoring.alerts.evaluation.evaluator import GroupRun
from otel_monitoring.alerts.evaluation.rule_run import Services
from otel_monitoring.alerts.evaluation.sending import Sending
from otel_monitoring.alerts.rules.rulefile import parse_rules
from otel_monitoring.errors import QueryError
from otel_monitoring.guard import Guard
from otel_monitoring.model.alert import Breach
from otel_monitoring.model.durations import parse_duration
from otel_monitoring.model.labels import NAME, Labels
from otel_monitoring.model.sample import STALE, Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.promql.language.parse import parse
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from otel_monitoring.model.alert import Alert

START_MS = 0
_RUN = re.compile(r"(?P<first>-?[\d.]+|_|stale|NaN)(?:(?P<step>[+-][\d.]+))?(?:x(?P<times>\d+))?$")


class EngineQuery:
    """Answer rules from the engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __call__(self, expr: str, at_ms: int, /) -> list[Breach]:
        result = self._engine.instant(expr, at_ms)
        if result.kind == "scalar":
            return [Breach(Labels.of(), result.scalar)]
        if result.kind != "vector":
            msg = f"a rule cannot use a {result.kind}"
            raise QueryError(msg)
        return [Breach(labels, value) for labels, value in result.samples]


def values(notation: str) -> Iterator[float | None]:
    """Yield the samples of a series; ``None`` where there is none."""
    for piece in str(notation).split():
        found = _RUN.match(piece)
        assert found, f"unknown notation {piece!r}"
        for turn in range(int(found["times"] or 0) + 1):
            if found["first"] == "_":
                if turn or not found["times"]:
                    yield None
            elif found["first"] == "stale":
                yield STALE
            else:
                yield float(found["first"]) + turn * float(found["step"] or 0)


def series(text: str) -> Labels:
    """Read ``name{a="b"}``."""
    name, _, rest = text.partition("{")
    return Labels.of({NAME: name, **dict(re.findall(r'(\w+)\s*=\s*"([^"]*)"', rest))})


@dataclass(frozen=True)
class Outcome:
    """What was expected and what came, of one test."""

    what: str
    expected: Any
    actual: Any


class Case:
    """One test of a file."""

    def __init__(self, file: dict[str, Any], test: dict[str, Any], folder: Path) -> None:
        self._test = test
        self._step_ms = parse_duration(str(file.get("evaluation_interval", "1m")))
        self._store = SeriesStore(retention_s=86_400, interval_s=60)
        self._query = EngineQuery(Engine(self._store))
        services = Services(
            query=self._query,
            record=self._store.append,
            send=lambda _: None,
            told=lambda _: None,
            sending=Sending(),
            clock=FakeClock(),
            guard=Guard("test"),
        )
        self._groups = [
            GroupRun(group, interval_ms=self._step_ms, query_offset_ms=0, services=services)
            for name in file["rule_files"]
            for group in parse_rules((folder / name).read_text(), source=name, check_expr=check).groups
        ]
        self._alerts: dict[int, list[Alert]] = {}

    def outcomes(self) -> Iterator[Outcome]:
        """Evaluate the rules over the series and yield every comparison."""
        self._run()
        for test in self._test.get("alert_rule_test", []):
            at_ms = parse_duration(str(test["eval_time"])) // self._step_ms * self._step_ms
            name = test["alertname"]
            actual = [
                (alert.labels.as_dict(), dict(alert.annotations))
                for alert in self._alerts[at_ms]
                if alert.is_firing and alert.name == name
            ]
            expected = [
                ({**one.get("exp_labels", {}), "alertname": name}, one.get("exp_annotations", {}))
                for one in test.get("exp_alerts", [])
            ]
            for alerts in (actual, expected):
                alerts.sort(key=lambda one: sorted(one[0].items()))
            yield Outcome(f"{name} at {test['eval_time']}", expected, actual)
        for test in self._test.get("promql_expr_test", []):
            found = self._query(test["expr"], parse_duration(str(test["eval_time"])))
            actual_samples = sorted((repr(breach.labels), breach.value) for breach in found)
            wanted = sorted((repr(series(one["labels"])), float(one["value"])) for one in test["exp_samples"])
            yield Outcome(f"{test['expr']} at {test['eval_time']}", wanted, actual_samples)

    def _run(self) -> None:
        interval_ms = parse_duration(str(self._test.get("interval", "1m")))
        columns = {
            series(one["series"]): list(values(one["values"])) for one in self._test.get("input_series", [])
        }
        for step in range(max((len(column) for column in columns.values()), default=0) + 20):
            at_ms = START_MS + step * interval_ms
            live = {
                labels: column[step]
                for labels, column in columns.items()
                if step < len(column) and column[step] is not None
            }
            for number, (labels, value) in enumerate(live.items()):
                source = f"input {number} {labels!r}"  # one source each: a gap is no staleness marker here
                self._store.append(Batch(source, at_ms, [labels], [float(value or 0.0)]))
            for group in self._groups:
                group.evaluate(at_ms)
            self._alerts[at_ms] = [
                alert for group in self._groups for rule in group.status().rules for alert in rule.alerts
            ]


def check(expr: str) -> None:
    """Refuse what does not parse."""
    parse(expr)


def cases(path: Path) -> Iterator[tuple[str, Case]]:
    """Yield the tests of a file with their names."""
    file = yaml.safe_load(path.read_text())
    for number, test in enumerate(file["tests"]):
        yield test.get("name", str(number)), Case(file, test, path.parent)
