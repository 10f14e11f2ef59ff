"""Run files of unit tests for rules (alerting semantics S10)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from otel_monitoring.errors import MonitoringError
from otel_monitoring.model.durations import format_duration
from otel_monitoring.promql.vectors.number import short_text
from otel_monitoring.testing.notation import NativeHistogramError, labels_of
from otel_monitoring.testing.rules import RuleBench

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.testing.unit_file import AlertTest, ExprTest, UnitFile, UnitTest


@dataclass(frozen=True, slots=True)
class Failure:
    """One expectation that was not met, or an error.

    Attributes:
        what: The alert or the expression, and when.
        expected: One line for each thing expected.
        got: One line for each thing found.
    """

    what: str
    expected: tuple[str, ...] = ()
    got: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one test.

    Attributes:
        name: The test's name, or its number.
        failures: What went wrong; none where it passed.
        skipped: Expectations about native histograms, which were left out.
    """

    name: str
    failures: tuple[Failure, ...] = ()
    skipped: tuple[str, ...] = ()


def run_test(file: UnitFile, test: UnitTest, *, number: int) -> Outcome:
    """Evaluate the rules over the series of one test and compare.

    Args:
        file: The file with its rules.
        test: One of its tests.
        number: Its place among them, counted from 1.
    """
    name = test.name or f"test {number}"
    problems = (*file.problems, *test.problems)
    if problems:
        return Outcome(name, tuple(Failure(str(problem)) for problem in problems))
    bench = RuleBench(
        file.groups,
        interval=file.interval_ms,
        start_ms=test.start_ms,
        external_labels=test.external_labels,
        external_url=test.external_url,
    )
    skipped = []
    for one in {labels_of(one.series): one for one in test.series}.values():  # of two the later one counts
        try:
            bench.load(one.series, one.values, interval=one.interval_ms)
        except NativeHistogramError:
            skipped.append(f"series {one.series}: native histograms are not supported")
    failures = [*_evaluated(bench, file, test)]
    if not bench.errors():
        failures += [failure for expr in test.exprs for failure in _compared(bench, expr, test, file)]
    native = [expr.expr for expr in test.exprs if expr.expected is None]
    skipped += [f"expr {expr!r}: expects a native histogram" for expr in native]
    return Outcome(name, tuple(failures), tuple(skipped))


def _evaluated(bench: RuleBench, file: UnitFile, test: UnitTest) -> Iterator[Failure]:
    """Go through all evaluations; yield what is wrong with the alerts, or the first errors (S10.1, S10.2)."""
    times_ms = [one.eval_ms for one in test.alerts] + [one.eval_ms for one in test.exprs]
    last_ms = max(times_ms, default=0)
    waiting = sorted(test.alerts, key=lambda one: one.eval_ms)
    for since_ms in range(0, last_ms + 1, file.interval_ms):
        bench.advance_to(test.start_ms + since_ms)
        if bench.errors():
            at = format_duration(since_ms)
            yield from (Failure(f"rule: {error}, time: {at}") for error in bench.errors())
            return
        while waiting and waiting[0].eval_ms < since_ms + file.interval_ms:
            yield from _alerts_compared(bench, waiting.pop(0))


def _alerts_compared(bench: RuleBench, test: AlertTest) -> Iterator[Failure]:
    wanted = sorted(_alert_text(labels, annotations) for labels, annotations in test.expected)
    found = sorted(_alert_text(alert.labels, alert.annotations) for alert in bench.firing(test.alertname))
    if wanted != found:
        what = f"alertname: {test.alertname}, time: {format_duration(test.eval_ms)}"
        yield Failure(what, tuple(wanted), tuple(found))


def _alert_text(labels: Labels, annotations: Mapping[str, str]) -> str:
    shown = ", ".join(f"{name}={text!r}" for name, text in sorted(annotations.items()))
    return f"Labels:{labels!r} Annotations:{{{shown}}}"


def _compared(bench: RuleBench, test: ExprTest, unit: UnitTest, file: UnitFile) -> Iterator[Failure]:
    if test.expected is None:
        return
    what = f"expr: {test.expr!r}, time: {format_duration(test.eval_ms)}"
    try:
        result = bench.query(test.expr, unit.start_ms + test.eval_ms)
    except MonitoringError as error:
        yield Failure(f"{what}, err: {error}")
        return
    if result.kind not in ("vector", "scalar"):
        yield Failure(f"{what}, err: it gives a {result.kind}, expected a vector or a scalar")
        return
    found = [({}, result.scalar)] if result.kind == "scalar" else _pairs(result.samples)
    wanted = _pairs(test.expected)
    if not _same(wanted, found, is_fuzzy=file.is_fuzzy):
        yield Failure(what, tuple(map(_sample_text, wanted)), tuple(map(_sample_text, found)))


def _pairs(samples: Iterable[tuple[Labels, float]]) -> list[tuple[dict[str, str], float]]:
    pairs = [(labels.as_dict(), value) for labels, value in samples]
    return sorted(pairs, key=lambda pair: sorted(pair[0].items()))


def _same(
    wanted: list[tuple[dict[str, str], float]], found: list[tuple[dict[str, str], float]], *, is_fuzzy: bool
) -> bool:
    return len(wanted) == len(found) and all(
        labels == others and _equal(value, other, is_fuzzy=is_fuzzy)
        for (labels, value), (others, other) in zip(wanted, found, strict=True)
    )


def _equal(wanted: float, found: float, *, is_fuzzy: bool) -> bool:
    if math.isnan(wanted) or math.isnan(found):
        return math.isnan(wanted) and math.isnan(found)
    near = {wanted, math.nextafter(wanted, math.inf), math.nextafter(wanted, -math.inf)}
    return found in near if is_fuzzy else found == wanted


def _sample_text(sample: tuple[dict[str, str], float]) -> str:
    labels, value = sample
    shown = ", ".join(f'{name}="{text}"' for name, text in sorted(labels.items()))
    return f"{{{shown}}} {short_text(value)}"
