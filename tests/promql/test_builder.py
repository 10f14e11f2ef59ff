"""Questions in words become PromQL that parses and says what was meant."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.model.sample import MetricType
from otel_monitoring.promql.builder import Aggregation, Condition, Operator, Question, build
from otel_monitoring.promql.language.parse import parse

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
LABELS = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,8}", fullmatch=True)
EQUALITIES: list[Operator] = ["=", "!="]
QUESTIONS = st.builds(
    Question,
    metric=TEXTS,
    type=st.sampled_from(get_args(MetricType)),
    aggregation=st.sampled_from(get_args(Aggregation)),
    window_ms=st.integers(1, 10**10),
    group_by=st.lists(LABELS, max_size=3).map(tuple),
    where=st.lists(
        st.builds(Condition, label=LABELS, operator=st.sampled_from(EQUALITIES), value=TEXTS), max_size=3
    ).map(tuple),
)


@given(QUESTIONS)
def test_whatever_is_asked_parses(question: Question) -> None:
    """Names and values of any characters, labels that are words of the language."""
    assert parse(build(question)) is not None


@pytest.mark.parametrize(
    ("kind", "aggregation", "expected"),
    [
        ("gauge", "avg", "avg by (route) (avg_over_time(m[60000ms]))"),
        ("gauge", "p95", "max by (route) (quantile_over_time(0.95, m[60000ms]))"),
        ("gauge", "sum", "sum by (route) (avg_over_time(m[60000ms]))"),
        ("counter", "sum", "sum by (route) (rate(m[60000ms]))"),
        ("counter", "count", "sum by (route) (increase(m[60000ms]))"),
        ("counter", "p50", "quantile by (route) (0.5, rate(m[60000ms]))"),
        ("histogram", "p99", "histogram_quantile(0.99, sum by (le, route) (rate(m_bucket[60000ms])))"),
        ("histogram", "max", "histogram_quantile(1, sum by (le, route) (rate(m_bucket[60000ms])))"),
        ("histogram", "count", "sum by (route) (increase(m_count[60000ms]))"),
        (
            "histogram",
            "avg",
            "sum by (route) (rate(m_sum[60000ms])) / sum by (route) (rate(m_count[60000ms]))",
        ),
    ],
)
def test_asks_by_the_type_of_the_metric(kind: MetricType, aggregation: Aggregation, expected: str) -> None:
    """What is written by hand for each type."""
    asked = Question("m", kind, aggregation, 60_000, group_by=("route",))

    assert build(asked) == expected


def test_conditions_stand_in_the_selector() -> None:
    """A value with quotes cannot leave its quotes."""
    asked = Question("m", "gauge", "max", 1000, where=(Condition("a", "=", 'x"} or up{b="'),))

    assert build(asked) == r'max(max_over_time(m{a="x\"} or up{b=\""}[1000ms]))'
