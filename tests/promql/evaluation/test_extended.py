"""``anchored`` and ``smoothed``, checked against Prometheus 3.15."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.errors import QueryError
from tests.promql.asking import GAP, Asking, named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.model.labels import Labels

COUNTER = [1, 2, 3, 4, 5, 9, 10, 11, 12, 13]
RESET = [10, 20, GAP, 5, 8]


def ask(values: Sequence[float | object], expr: str, time_s: float) -> float | None:
    series: dict[Labels, Sequence[float | object]] = {named("x"): values}
    found = Asking(series, experimental=True).at(expr, time_s)
    return next(iter(found.values()), None)


@pytest.mark.parametrize(
    ("expr", "time_s", "want"),
    [
        ("increase(x[1m] anchored)", 5, 0),
        ("increase(x[1m] anchored)", 35, 2),
        ("increase(x[1m] anchored)", 110, 7),
        ("increase(x[1m] smoothed)", 5, 1 / 3),
        ("increase(x[1m] smoothed)", 65, 5),
        ("increase(x[1m] smoothed)", 80, 7),
        ("rate(x[1m] smoothed)", 80, 7 / 60),
        ("delta(x[30s] smoothed offset 5s)", 85, 5),
        ("changes(x[40s] anchored)", 60, 3),
        ("resets(x[40s] anchored)", 60, 0),
        ("x smoothed", 67.5, 7),
        ("x smoothed", 400, 13),
        ("x smoothed", 435, None),
        ("x smoothed", -5, None),
    ],
)
def test_looks_beyond_the_ends_of_the_window(expr: str, time_s: float, want: float | None) -> None:
    found = ask(COUNTER, expr, time_s)

    assert found == (None if want is None else pytest.approx(want))


@pytest.mark.parametrize(
    ("expr", "time_s", "want"),
    [
        ("increase(x[30s] anchored)", 40, 10),
        ("increase(x[30s] anchored)", 45, 5),
        ("increase(x[15s] smoothed)", 37.5, 5 * 7.5 / 30 * 2),
        ("increase(x[30s] smoothed)", 30, 10 / 1 + 5 / 2),
        ("resets(x[30s] anchored)", 45, 1),
        ("delta(x[30s] smoothed)", 30, 12.5 - 10),
    ],
)
def test_a_counter_begins_at_0_when_it_fell(expr: str, time_s: float, want: float) -> None:
    assert ask(RESET, expr, time_s) == pytest.approx(want)


def test_no_sample_behind_the_start_is_no_result() -> None:
    assert ask([1, 2], "increase(x[15s] anchored)", 40) is None
    assert ask([1, 2], "changes(x[15s] anchored)", 40) is None
    assert ask([1, 2], "increase(x[15s] smoothed)", 40) is None
    assert ask([GAP, GAP, 3], "increase(x[15s] smoothed)", 15) is None


def test_a_range_query_gives_the_same_at_every_step() -> None:
    asking = Asking({named("x", k="1"): COUNTER, named("x", k="2"): RESET}, experimental=True)
    expr = "increase(x[40s] smoothed)"

    series = asking.engine.range_(expr, 0, 150_000, 11_000).series

    for one in series:
        for time_ms, value in zip(one.times_ms.tolist(), one.values.tolist(), strict=True):
            assert asking.at(expr, time_ms / 1000)[one.labels] == pytest.approx(value)


def test_a_window_alone_has_a_sample_at_both_ends() -> None:
    engine = Asking({named("x"): COUNTER}, experimental=True).engine

    (smoothed,) = engine.instant("x[20s] smoothed", 40_000).series
    (anchored,) = engine.instant("x[20s] anchored", 40_000).series

    assert smoothed.times_ms.tolist() == anchored.times_ms.tolist() == [20_000, 30_000, 40_000]
    assert smoothed.values.tolist() == pytest.approx([2 + 1 / 3, 3, 3 + 2 / 3])
    assert anchored.values.tolist() == [2, 3, 3]


@pytest.mark.parametrize(
    ("expr", "message"),
    [
        ("deriv(x[3m] smoothed)", "used with: delta, increase, rate - not with deriv"),
        ("resets(x[3m] smoothed)", "used with: delta, increase, rate - not with resets"),
        (
            "absent_over_time(x[3m] anchored)",
            "changes, delta, increase, rate, resets - not with absent_over_time",
        ),
    ],
)
def test_other_functions_are_refused(expr: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        ask(COUNTER, expr, 60)


def test_not_a_number_stays_one() -> None:
    found = ask([1, math.nan, 3], "delta(x[10s] smoothed)", 20)

    assert found is not None
    assert math.isnan(found)
