"""A bench in words: what fires, what waits, what finds nothing, and what the series were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.alerts.rules.rule import AlertingRule
from otel_monitoring.model.durations import format_duration
from otel_monitoring.promql.vectors.number import short_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.alerts.evaluation.status import RuleStatus
    from otel_monitoring.model.alert import Alert
    from otel_monitoring.promql.result import Series
    from otel_monitoring.testing.rules import RuleBench

_MOST_SERIES = 20
_MOST_VALUES = 15
_INDENT = "  "


def report_of(bench: RuleBench) -> str:
    """Return how a bench stands; series in the notation that :meth:`RuleBench.load` takes."""
    return "\n".join([*_rules(bench), "", *_series(bench)])


def _rules(bench: RuleBench) -> Iterator[str]:
    past = format_duration(bench.now_ms - bench.start_ms)
    yield f"rules after {past}, evaluated every {format_duration(bench.interval_ms)}:"
    for status in bench.rules():
        yield from _rule(status, bench)


def _rule(status: RuleStatus, bench: RuleBench) -> Iterator[str]:
    rule = status.rule
    waits = f" for {format_duration(rule.for_ms)}" if isinstance(rule, AlertingRule) and rule.for_ms else ""
    yield f"{_INDENT}{rule.name}: {' '.join(rule.expr.split())}{waits}"
    if status.last_error:
        yield f"{_INDENT * 2}error: {status.last_error}"
    elif isinstance(rule, AlertingRule):
        found = [_alert(one, bench) for one in status.alerts] or ["finds nothing"]
        yield from (f"{_INDENT * 2}{line}" for line in found)


def _alert(alert: Alert, bench: RuleBench) -> str:
    times = {"pending": alert.active_at_ms, "firing": alert.fired_at_ms, "inactive": alert.resolved_at_ms}
    since = format_duration((times[alert.state] or 0) - bench.start_ms)
    word = "resolved" if alert.state == "inactive" else alert.state
    labels = alert.labels.without("alertname")
    return f"{word} since {since}, value {short_text(alert.value)} {labels!r}".removesuffix(" {}")


def _series(bench: RuleBench) -> Iterator[str]:
    found = bench.series()
    yield f"series, the newest {_MOST_VALUES} values, one every {format_duration(bench.interval_ms)}:"
    for one in found[:_MOST_SERIES]:
        yield f"{_INDENT}{one.labels!r}  {' '.join(_values(one, bench))}"
    if len(found) > _MOST_SERIES:
        yield f"{_INDENT}and {len(found) - _MOST_SERIES} more"
    if not found:
        yield f"{_INDENT}none: load() or set() gives some"


def _values(series: Series, bench: RuleBench) -> list[str]:
    """Return the values at the times of evaluation; ``_`` where there is none."""
    known = dict(zip(series.times_ms.tolist(), series.values.tolist(), strict=True))
    times_ms = range(bench.evaluated_ms, bench.start_ms - 1, -bench.interval_ms)[:_MOST_VALUES]
    return [_value(known.get(time_ms)) for time_ms in reversed(times_ms)]


def _value(value: float | None) -> str:
    return "_" if value is None else short_text(value)
