"""What backs an alert up at the moment its message is sent (P20).

The thread that sends asks; every question is bounded in time or in size, and one that fails leaves its part
out. In a storm of messages only as many are backed up as the allowance lets: the others go at once, with what
costs nothing to say.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from otel_monitoring.bootstrap.messages.allowance import Allowance
from otel_monitoring.bootstrap.messages.comparison import metric_of, watched
from otel_monitoring.bootstrap.messages.narrow import narrowed
from otel_monitoring.bootstrap.messages.subject import (
    KnownRules,
    agrees,
    asked_by,
    of_histogram,
    series_of,
)
from otel_monitoring.guard import Guard
from otel_monitoring.model.evidence import Curve, Evidence
from otel_monitoring.notify.messages.quantity import quantity, threshold
from otel_monitoring.promql.language.format import pretty

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from otel_monitoring.alerts.rules.rule import AlertingRule, RuleGroup
    from otel_monitoring.model.alert import SentAlert
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.evidence import Watched
    from otel_monitoring.promql.language.nodes import Node, Selector
    from otel_monitoring.promql.query import Query
    from otel_monitoring.stores.exemplars import ExemplarStore

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_BEFORE_MS = 900_000
"""How much of the time before an alert its curve shows at least."""

_MOST_POINTS = 240
_FEWEST_POINTS = 3
_LEAST_STEP_MS = 15_000
_MOST_TRACES = 3
_MOST_ERRORS = 3
_WINDOW_MS = 300_000
_PER_MINUTE = 120
_LOW = ("<", "<=")


def _no_texts(_alert: SentAlert) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Sources:
    """Who is asked about an alert.

    Attributes:
        rules: The rules that run.
        query: Answers PromQL within a deadline.
        parse: Parses PromQL.
        exemplars: Measurements that name their trace.
        starts: Returns when an alert began to fire since a time, Unix milliseconds; ``None`` where nobody
            keeps that.
        related: Says what else has moved, without the metrics that the rule itself asks for.
        errors: Returns the last errors that have to do with an alert.
        external_labels: The names of labels that alerts get on their way, which their series may lack.
    """

    rules: Callable[[], Sequence[RuleGroup]]
    query: Query
    parse: Callable[[str], Node]
    exemplars: ExemplarStore
    starts: Callable[[SentAlert, int], Sequence[int]] | None = None
    related: Callable[[SentAlert, frozenset[str]], Sequence[str]] | None = None
    errors: Callable[[SentAlert], Sequence[str]] = _no_texts
    external_labels: Collection[str] = ()


class Gatherer:
    """Gather what backs an alert up.

    Args:
        sources: Who is asked.
        clock: The time.
        allowance: How often queries may be asked; ``None`` for the usual.
    """

    def __init__(self, sources: Sources, *, clock: Clock, allowance: Allowance | None = None) -> None:
        self._sources = sources
        self._clock = clock
        self._allowance = allowance or Allowance(clock=clock, per_minute=_PER_MINUTE)
        self._rules = KnownRules(sources.rules, clock=clock)
        self._guard = Guard("evidence.parts")

    def brief(self, alert: SentAlert) -> Evidence | None:
        """Return what its rule alone says about ``alert``; ``None`` where that is not known."""
        rule = self._rules.of(alert)
        return None if rule is None else _evidence(alert, watched(self._sources.parse(rule.expr)), None)

    def __call__(self, alert: SentAlert) -> Evidence | None:
        """Return what backs ``alert`` up; ``None`` where its rule is not known."""
        rule = self._rules.of(alert)
        if rule is None or not self._allowance.take():
            return self.brief(alert)
        node = self._sources.parse(rule.expr)
        look = watched(node)
        now_ms = self._clock.now_ms()
        curve = None if look is None else self._guard.call(self._curve, alert, rule, look, now_ms)
        selectors = list(asked_by(node, self._sources.parse, self._rules.recorded()))
        counts = self._guard.call(self._counts, alert, now_ms) or (None, None)
        alone = None if look is None else self._guard.call(self._alone, alert, rule, look)
        return _evidence(
            alert,
            alone or look,
            curve,
            recent_count=counts[0],
            week_count=counts[1],
            traces=self._guard.call(self._traces, alert, rule, selectors, now_ms) or (),
            related=self._guard.call(self._related, alert, selectors) or (),
            errors=tuple(self._guard.call(self._sources.errors, alert) or ())[:_MOST_ERRORS],
        )

    def after_fork(self) -> None:
        """Take a fresh lock in a child process."""
        self._allowance.after_fork()

    def _curve(self, alert: SentAlert, rule: AlertingRule, look: Watched, now_ms: int) -> Curve | None:
        """Ask how the value went over the last hour, or since a while before the alert, at most a day."""
        start_ms = max(min(now_ms - _HOUR_MS, alert.starts_at_ms - _BEFORE_MS), now_ms - _DAY_MS)
        step_ms = max((now_ms - start_ms) // _MOST_POINTS, _LEAST_STEP_MS)
        times_ms = range(now_ms - (now_ms - start_ms) // step_ms * step_ms, now_ms + 1, step_ms)
        exprs = dict.fromkeys((self._narrowed(alert, rule, look), look.expr))
        answers = (self._sources.query(expr, times_ms[0], times_ms[-1], step_ms).series for expr in exprs)
        series = series_of(alert, rule, next(filter(None, answers), []))
        if series is None:
            return None
        values = dict(zip(series.times_ms.tolist(), series.values.tolist(), strict=True))
        course = tuple(values.get(time_ms, math.nan) for time_ms in times_ms)
        return Curve(times_ms=tuple(times_ms), values=course, threshold=look.bound)

    def _alone(self, alert: SentAlert, rule: AlertingRule, look: Watched) -> Watched:
        return replace(look, expr=self._narrowed(alert, rule, look))

    def _narrowed(self, alert: SentAlert, rule: AlertingRule, look: Watched) -> str:
        """Ask for the series of the alert alone, where what a rule compares has all labels of the alert."""
        if look.bound is None:
            return look.expr
        others = {"alertname", *rule.labels, *self._sources.external_labels}
        labels = {name: value for name, value in alert.labels if name not in others}
        return pretty(narrowed(self._sources.parse(look.expr), labels))

    def _counts(self, alert: SentAlert, now_ms: int) -> tuple[int, int] | None:
        """Count how often it fired in the last day and the last seven days."""
        if self._sources.starts is None:
            return None
        starts_ms = self._sources.starts(alert, now_ms - 7 * _DAY_MS)
        return sum(one > now_ms - _DAY_MS for one in starts_ms), len(starts_ms)

    def _traces(
        self, alert: SentAlert, rule: AlertingRule, selectors: Sequence[Selector], now_ms: int
    ) -> tuple[str, ...]:
        """Find traces of the measurements that the rule looked at, the largest in front."""
        end_ms = min(alert.ends_at_ms, now_ms) if alert.is_resolved else now_ms
        found: dict[str, None] = {}
        for selector in selectors:
            start_ms = alert.starts_at_ms - rule.for_ms - (selector.range_ms or _WINDOW_MS)
            kept = self._sources.exemplars.select(of_histogram(selector), start_ms, end_ms)
            fitting = [one for labels, many in kept if agrees(alert, rule, labels) for one in many]
            for exemplar in sorted(fitting, key=lambda one: (-one.value, -one.time_ms)):
                found.setdefault(exemplar.labels.get("trace_id"))
            found.pop("", None)
            if len(found) >= _MOST_TRACES:
                break
        return tuple(found)[:_MOST_TRACES]

    def _related(self, alert: SentAlert, selectors: Sequence[Selector]) -> tuple[str, ...]:
        if self._sources.related is None:
            return ()
        return tuple(self._sources.related(alert, frozenset(map(metric_of, selectors))))


def _evidence(alert: SentAlert, look: Watched | None, curve: Curve | None, **more: object) -> Evidence:
    if look is None:
        return Evidence(**more)  # type: ignore[arg-type]
    known = [value for value in curve.values if math.isfinite(value)] if curve else []
    value = known[-1] if known and not alert.is_resolved else alert.value
    return Evidence(
        value_text=quantity(value, look.unit),
        threshold_text=threshold(look.op, look.bound, look.unit),
        peak_text=_peak(alert, look, curve),
        curve=curve if len(known) >= _FEWEST_POINTS else None,
        watched=look,
        **more,  # type: ignore[arg-type]
    )


def _peak(alert: SentAlert, look: Watched, curve: Curve | None) -> str:
    """Tell the value that was farthest beyond the threshold while the alert fired."""
    if curve is None:
        return ""
    end_ms = alert.ends_at_ms if alert.is_resolved else curve.times_ms[-1]
    inside = [
        value
        for time_ms, value in zip(curve.times_ms, curve.values, strict=True)
        if alert.starts_at_ms <= time_ms <= end_ms and math.isfinite(value)
    ]
    if not inside:
        return ""
    return quantity(min(inside) if look.op in _LOW else max(inside), look.unit)
