"""From words to PromQL, for people who do not write it.

What an aggregation means depends on the type of the metric; ``build`` knows the three.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from otel_monitoring.model.sample import MetricType

Aggregation = Literal["avg", "min", "max", "sum", "count", "p50", "p95", "p99"]
Operator = Literal["=", "!=", "=~", "!~"]

QUANTILES: dict[str, str] = {"p50": "0.5", "p95": "0.95", "p99": "0.99"}
_ENDS = {"min": "0", "max": "1"}
_PLAIN_NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*").fullmatch


@dataclass(frozen=True, slots=True)
class Condition:
    """What a label has to fulfil."""

    label: str
    operator: Operator
    value: str


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants to know of one metric.

    Attributes:
        metric: The Prometheus name of the family, of a histogram without ``_bucket``.
        type: Its type; ``unknown`` is asked like a gauge.
        aggregation: What becomes of the samples.
        window_ms: How far each point looks back, in milliseconds, above 0.
        group_by: Labels that stay; none makes one series of all.
        where: What the series have to fulfil.
    """

    metric: str
    type: MetricType
    aggregation: Aggregation
    window_ms: int
    group_by: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()


def build(question: Question) -> str:
    """Return the question in PromQL."""
    if question.type == "histogram":
        return _histogram(question)
    if question.type == "counter":
        return _counter(question)
    return _gauge(question)


def _histogram(question: Question) -> str:
    """Minimum and maximum are the ends of the outermost buckets that counted something: estimates."""
    wanted = question.aggregation
    if wanted in ("sum", "count"):
        return _over(question, "sum", f"increase({_range(question, '_' + wanted)})")
    if wanted == "avg":
        total = _over(question, "sum", f"rate({_range(question, '_sum')})")
        count = _over(question, "sum", f"rate({_range(question, '_count')})")
        return f"{total} / {count}"
    quantile = QUANTILES.get(wanted) or _ENDS[wanted]
    buckets = _over(question, "sum", f"rate({_range(question, '_bucket')})", "le")
    return f"histogram_quantile({quantile}, {buckets})"


def _counter(question: Question) -> str:
    wanted = question.aggregation
    if wanted == "count":
        return _over(question, "sum", f"increase({_range(question)})")
    rate = f"rate({_range(question)})"
    if wanted in QUANTILES:
        return _over(question, "quantile", f"{QUANTILES[wanted]}, {rate}")
    return _over(question, wanted, rate)


def _gauge(question: Question) -> str:
    """The sum is that of the averages: a sum over time would depend on how often samples are taken."""
    wanted = question.aggregation
    samples = _range(question)
    if wanted in QUANTILES:
        return _over(question, "max", f"quantile_over_time({QUANTILES[wanted]}, {samples})")
    if wanted in ("sum", "count"):
        return _over(question, "sum", f"{'avg' if wanted == 'sum' else wanted}_over_time({samples})")
    return _over(question, wanted, f"{wanted}_over_time({samples})")


def _over(question: Question, operator: str, arguments: str, *more_labels: str) -> str:
    labels = ", ".join(dict.fromkeys((*more_labels, *question.group_by)))
    return f"{operator} by ({labels}) ({arguments})" if labels else f"{operator}({arguments})"


def _range(question: Question, suffix: str = "") -> str:
    name = question.metric + suffix
    matchers = [f"{one.label}{one.operator}{_quoted(one.value)}" for one in question.where]
    if _PLAIN_NAME(name) is None:
        matchers.insert(0, f"__name__={_quoted(name)}")
        name = ""
    inside = "{" + ", ".join(matchers) + "}" if matchers else ""
    return f"{name}{inside}[{question.window_ms}ms]"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
