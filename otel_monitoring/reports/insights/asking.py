"""Ask a rule, and say its answers in sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from otel_monitoring.model.alert import Breach
from otel_monitoring.model.labels import NAME, Labels
from otel_monitoring.reports.insights.insight import Evidence, Insight
from otel_monitoring.reports.insights.rule import Ramp
from otel_monitoring.templates import Context, Data, Template

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.promql.query import Query
    from otel_monitoring.reports.insights.rule import InsightRule

_Samples = list[tuple[dict[str, str], float]]


def ask(rule: InsightRule, query: Query, now_ms: int) -> list[Insight]:
    """Return what a rule finds at a time, the largest effect first; nothing without data.

    Args:
        rule: The rule.
        query: Who answers.
        now_ms: Unix time in milliseconds.

    Raises:
        QueryError: One of its questions cannot be answered.
    """
    found = [one for one in _samples(rule, rule.expr, query, now_ms) if math.isfinite(one[1])]
    if found and rule.minimum:
        enough = _samples(rule, rule.minimum, query, now_ms)
        found = [one for one in found if _matching(enough, one[0]) is not None]
    if not found:
        return []
    values = {name: _samples(rule, expr, query, now_ms) for name, expr in rule.values.items()}
    effects = [] if isinstance(rule.effect, Ramp) else _samples(rule, rule.effect, query, now_ms)
    context = Context(query=lambda expr: _breaches(query, expr, now_ms), at_ms=now_ms)
    told = [_told(rule, one, values=values, effects=effects, context=context) for one in found]
    return sorted(told, key=lambda one: (-one.effect, one.labels.pairs))[: rule.most]


def _told(
    rule: InsightRule,
    sample: tuple[dict[str, str], float],
    *,
    values: dict[str, _Samples],
    effects: _Samples,
    context: Context,
) -> Insight:
    labels, value = sample
    matched = {name: _matching(samples, labels) for name, samples in values.items()}
    known = {name: number for name, number in matched.items() if number is not None}
    words = {**labels, **{name: repr(_rounded(number)) for name, number in known.items()}}
    data = Data(labels=words, value=_rounded(value), context=context)
    return Insight(
        rule=rule.name,
        labels=Labels.of(labels),
        sentence=_said(rule.sentence, data),
        evidence=Evidence(rule.asked(rule.expr), value, known, rule.window_s, context.at_ms),
        effect=_effect(rule, value, _matching(effects, labels)),
        kind=rule.kind,
        advice=_said(rule.advice, data),
        why=_said(rule.why, data),
    )


def _rounded(value: float) -> float:
    """Return a number with the digits that a sentence needs."""
    return float(f"{value:.3g}")


def _effect(rule: InsightRule, value: float, asked: float | None) -> float:
    if isinstance(rule.effect, Ramp):
        return rule.effect(value)
    return min(1.0, max(0.0, asked)) if asked is not None and math.isfinite(asked) else 0.0


def _said(text: str, data: Data) -> str:
    return " ".join(Template(text).expand(data).split())


def _samples(rule: InsightRule, expr: str, query: Query, now_ms: int) -> _Samples:
    found = query(rule.asked(expr), now_ms)
    if found.kind == "scalar":
        return [({}, found.scalar)]
    return [(_without_name(labels), value) for labels, value in found.samples]


def _without_name(labels: Labels) -> dict[str, str]:
    return {name: value for name, value in labels if name != NAME}


def _matching(samples: _Samples, labels: dict[str, str]) -> float | None:
    """Return the value of the sample whose labels are all among ``labels``."""
    for known, value in samples:
        if known.items() <= labels.items():
            return value
    return None


def _breaches(query: Query, expr: str, now_ms: int) -> Sequence[Breach]:
    return [Breach(labels, value) for labels, value in query(expr, now_ms).samples]
