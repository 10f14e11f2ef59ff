"""Limits that users name."""

from __future__ import annotations

import pytest

from otel_monitoring.reports.errors import AnalysisError
from otel_monitoring.reports.forecasts.limits import Limit, limit_of


def test_an_expression_and_a_number_are_a_limit() -> None:
    assert limit_of("sum(queue_depth) => 1e3") == Limit(
        "sum(queue_depth)", "sum(queue_depth)", 1000.0, title="sum(queue_depth)"
    )


def test_what_comes_from_above_is_falling() -> None:
    assert limit_of(" free_bytes=>0 falling ").is_floor


def test_comparisons_within_the_expression_are_no_limit() -> None:
    assert limit_of("queue_depth >= 5 => 10").expr == "queue_depth >= 5"


@pytest.mark.parametrize("text", ["queue_depth", "queue_depth => much", "=> 5", "queue => e", "a => inf", ""])
def test_anything_else_is_refused_with_what_was_written(text: str) -> None:
    with pytest.raises(AnalysisError, match=r"analytics\.capacity has") as refused:
        limit_of(text)

    assert repr(text) in str(refused.value)
