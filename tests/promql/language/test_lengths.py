"""Durations that are computed."""

from __future__ import annotations

import pytest

from otel_monitoring.errors import QueryError
from otel_monitoring.promql.language.format import formatted
from otel_monitoring.promql.language.nodes import Selector, Subquery
from otel_monitoring.promql.language.parse import parse
from otel_monitoring.promql.language.settle import settled
from tests.promql.asking import Asking, named


@pytest.mark.parametrize(
    ("duration", "ms"),
    [
        ("5m + 1m * 2", 420_000),
        ("(5m + 1m) * 2", 720_000),
        ("2 ^ 3 ^ 2", 512_000),
        ("10 - 2 ^ 2", 6_000),
        ("-2 ^ 2 + 5", 1_000),
        ("1m / 8", 7_500),
        ("5m % 7", 6_000),
        ("--2", 2_000),
        ("1 / 3", 333),
        ("0.0005 + 0.0006", 1),
        ("max_of(1m, 90s)", 90_000),
        ("min_of(1m, MAX_OF(2, 3) * 1s)", 3_000),
    ],
)
def test_arithmetic_of_constants_is_done_at_once(duration: str, ms: int) -> None:
    node = parse(f"foo[{duration}]")

    assert isinstance(node, Selector)
    assert node.range_ms == ms


@pytest.mark.parametrize(
    ("offset", "ms"),
    [("-(1m)", -60_000), ("(-(1m - 2m))", 60_000), ("+(3)", 3_000), ("-min_of(2, 1)", -1_000)],
)
def test_arithmetic_of_an_offset_stands_in_brackets(offset: str, ms: int) -> None:
    node = parse(f"foo offset {offset}")

    assert isinstance(node, Selector)
    assert node.shift.offset_ms == ms


@pytest.mark.parametrize(
    "expr",
    [
        "foo[5m * 2]",
        "foo[(5m + 1m) * 2:step()]",
        "foo[1800 + 1]",
        "foo offset -(2 * 3)",
        "foo[max_of(1, step())] offset -range()",
        "foo[5m] smoothed @ 5.000 offset (3m - 1)",
        "a + on (x) group_left (y) fill_left (1) fill_right (-2.5) b",
        "a == bool fill_left (NaN) fill_right (NaN) b",
        "a + fill (300) b",
        'info(a, {__name__="x"})',
        "foo anchored offset 1d1h",
    ],
)
def test_is_formatted_as_it_was_written(expr: str) -> None:
    assert formatted(expr) == expr


def test_the_step_and_the_range_of_a_query_are_lengths() -> None:
    node = parse("sum(foo offset (range() + step())) + count_over_time(foo[range():step() * 2])")

    found = settled(node, step_ms=15_000, range_ms=60_000)

    selector, subquery = _ranged(found)
    assert selector.shift.offset_ms == 75_000
    assert (subquery.range_ms, subquery.step_ms) == (60_000, 30_000)


def _ranged(node: object) -> tuple[Selector, Subquery]:
    selector = node.left.expr  # type: ignore[attr-defined]
    subquery = node.right.args[0]  # type: ignore[attr-defined]
    assert isinstance(selector, Selector)
    assert isinstance(subquery, Subquery)
    return selector, subquery


def test_an_expression_without_them_stays_the_same_object() -> None:
    node = parse("rate(foo[5m * 2]) + 1")

    assert settled(node, step_ms=15_000, range_ms=60_000) is node


def test_a_length_of_nothing_is_refused_when_the_query_runs() -> None:
    asking = Asking({named("foo"): [1, 2, 3]})

    with pytest.raises(QueryError, match="duration must be greater than 0"):
        asking.engine.instant("count_over_time(foo[step()])", 30_000)
    with pytest.raises(QueryError, match="division by zero"):
        asking.engine.instant("foo offset (1 / step())", 30_000)


def test_a_range_query_counts_the_samples_of_a_step() -> None:
    asking = Asking({named("foo"): [1] * 10})

    (series,) = asking.engine.range_("count_over_time(foo[step()])", 60_000, 120_000, 30_000).series

    assert series.values.tolist() == [2, 2, 2]


def test_a_long_chain_of_operators_is_refused() -> None:
    with pytest.raises(QueryError, match="durations have at most 100 operators"):
        parse(f"foo[1{'+1' * 101}]")
