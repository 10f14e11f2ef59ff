"""What a rule watches, read from its expression."""

from __future__ import annotations

import math

import pytest

from otel_monitoring.bootstrap.messages.comparison import watched
from otel_monitoring.promql.language.parse import parse


@pytest.mark.parametrize(
    ("expr", "value", "op", "bound", "unit"),
    [
        ("cpu_ratio > 0.8", "cpu_ratio", ">", 0.8, "ratio"),
        ("3 <= queue_size_bytes", "queue_size_bytes", ">=", 3.0, "By"),
        ("x != -2 * 4 ^ 2", "x", "!=", -32.0, ""),
        ("x < 1 / 0", "x", "<", None, ""),
        ("x > y", "x", ">", None, ""),
        ("sum(rate(h_count[5m])) > 2 and z > 100", "sum(rate(h_count[5m]))", ">", 2.0, "/s"),
        ("(x_ratio * 100 > 95) unless y", "x_ratio * 100", ">", 95.0, "%"),
        (
            'sum(rate(h_count{code=~"5.."}[5m])) / sum(rate(h_count[5m])) > 0.05',
            'sum(rate(h_count{code=~"5.."}[5m])) / sum(rate(h_count[5m]))',
            ">",
            0.05,
            "ratio",
        ),
        (
            "histogram_quantile(0.95, sum by (le) (rate(h_seconds_bucket[5m]))) > 2",
            "histogram_quantile(0.95, sum by (le) (rate(h_seconds_bucket[5m])))",
            ">",
            2.0,
            "s",
        ),
        (
            "rate(h_seconds_sum[5m]) / rate(h_seconds_count[5m]) > 1",
            "rate(h_seconds_sum[5m]) / rate(h_seconds_count[5m])",
            ">",
            1.0,
            "s",
        ),
        ("rate(cpu_seconds_total[5m]) > 2", "rate(cpu_seconds_total[5m])", ">", 2.0, ""),
        ("rate(sent_bytes_total[5m]) > 2", "rate(sent_bytes_total[5m])", ">", 2.0, "By/s"),
        ("-x_bytes < -(2 + 1)", "-x_bytes", "<", -3.0, "By"),
        ("a_bytes + b_bytes > 1", "a_bytes + b_bytes", ">", 1.0, "By"),
        ("x_bytes * 2 > 1", "x_bytes * 2", ">", 1.0, ""),
        ("x > 1e308 * 1e308", "x", ">", math.inf, ""),
        ("x > 2 ^ 0.5% 0", "x", ">", None, ""),
        ("vector(1) > 0", "vector(1)", ">", 0.0, ""),
        ("count(up_seconds) < 3", "count(up_seconds)", "<", 3.0, ""),
    ],
)
def test_a_comparison_is_read_from_the_side_of_the_value(
    expr: str, value: str, op: str, bound: float | None, unit: str
) -> None:
    """P20."""
    found = watched(parse(expr))

    assert found is not None
    assert (found.expr, found.op, found.bound, found.unit) == (value, op, bound, unit)


@pytest.mark.parametrize("expr", ["absent(x)", "x", "x > bool 3", "x or y > 3", "vector(1)"])
def test_what_compares_nothing_watches_nothing(expr: str) -> None:
    assert watched(parse(expr)) is None
