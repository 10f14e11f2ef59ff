"""What is behind the switch is refused by name, with its place."""

from __future__ import annotations

import pytest

from otel_monitoring.errors import QueryError
from otel_monitoring.promql.functions import table
from otel_monitoring.promql.language.experimental import AGGREGATIONS, FUNCTIONS, refuse_experimental
from otel_monitoring.promql.language.parse import parse
from otel_monitoring.promql.language.signatures import AGGREGATIONS as ALL_AGGREGATIONS
from otel_monitoring.promql.language.signatures import SIGNATURES


def test_all_that_is_refused_is_there() -> None:
    assert set(SIGNATURES) >= FUNCTIONS
    assert set(table.FUNCTIONS) >= FUNCTIONS
    assert set(ALL_AGGREGATIONS) >= AGGREGATIONS


@pytest.mark.parametrize(
    ("expr", "message"),
    [
        (
            "1 + info(x)",
            r'^1:5: parse error: function "info" is not enabled: .* query\.experimental enables it',
        ),
        ("sum(limitk(2, x))", r"^1:5: parse error: limitk\(\) is experimental .* query\.experimental"),
        ("rate(x[5m] smoothed)", r"^1:6: parse error: smoothed modifier is experimental and not enabled"),
        ("x + fill(1) x", r"^1:1: parse error: binop fill modifiers are experimental and not enabled"),
        ("start_timestamp(x) + info(x)", "start_timestamp"),
    ],
)
def test_is_refused_by_name(expr: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        refuse_experimental(expr, parse(expr))


@pytest.mark.parametrize("expr", ["first_over_time(x[5m * 2])", "x offset step()", "fill + smoothed", "info"])
def test_what_is_always_on_is_not(expr: str) -> None:
    refuse_experimental(expr, parse(expr))

    assert parse(expr)
