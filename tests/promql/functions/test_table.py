"""Functions of instant vectors and scalars."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.errors import QueryError
from otel_monitoring.model.labels import Labels
from otel_monitoring.promql.functions.table import FUNCTIONS
from tests.promql.asking import GAP, NONE, Asking, named

NO_COUNTER = "PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket"
QUANTILE = "PromQL warning: quantile value should be between 0 and 1, got"
X = named("x", job="a")


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("abs(x)", 2.5),
        ("ceil(x)", -2.0),
        ("floor(x)", -3.0),
        ("round(x)", -2.0),
        ("round(x, 2)", -2.0),
        ("round(x, 0.4)", pytest.approx(-2.4)),
        ("sgn(x)", -1.0),
        ("exp(x)", pytest.approx(math.exp(-2.5))),
        ("sqrt(-x)", pytest.approx(math.sqrt(2.5))),
        ("ln(-x)", pytest.approx(math.log(2.5))),
        ("log2(-x)", pytest.approx(math.log2(2.5))),
        ("log10(-x)", pytest.approx(math.log10(2.5))),
        ("deg(x)", pytest.approx(math.degrees(-2.5))),
        ("rad(x)", pytest.approx(math.radians(-2.5))),
        ("sin(x)", pytest.approx(math.sin(-2.5))),
        ("asinh(x)", pytest.approx(math.asinh(-2.5))),
        ("clamp(x, -1, 1)", -1.0),
        ("clamp_min(x, -2)", -2.0),
        ("clamp_max(x, -3)", -3.0),
        ("scalar(x) * 2", -5.0),
        ("vector(3)", 3.0),
        ("pi()", math.pi),
        ("time()", 10.0),
        ("timestamp(x)", 0.0),
        ("timestamp(-x)", 10.0),
    ],
)
def test_values(expr: str, expected: float) -> None:
    assert Asking({X: [-2.5]}).one(expr, 10) == expected


def test_clamp_between_crossed_limits_is_empty() -> None:
    assert Asking({X: [1]}).at("clamp(x, 2, 1)", 0) == NONE


@pytest.mark.parametrize(
    ("expr", "expected"),
    [("clamp_min(x, Inf)", math.inf), ("clamp_max(x, -Inf)", -math.inf), ("clamp(x, NaN, Inf)", math.nan)],
)
def test_infinity_clamps_even_what_is_not_a_number(expr: str, expected: float) -> None:
    assert Asking({X: [math.nan]}).one(expr, 0) == pytest.approx(expected, nan_ok=True)


def test_scalar_of_anything_but_one_sample_is_nan() -> None:
    asking = Asking({named("x", n="1"): [1], named("x", n="2"): [2]})

    assert math.isnan(asking.one("scalar(x)", 0))
    assert math.isnan(asking.one("scalar(nobody)", 0))
    assert asking.one("scalar(x > 1)", 0) == 2.0


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("absent(x)", NONE),
        ("absent(nobody)", {Labels.of(): 1.0}),
        ('absent(nobody{a="1",b=~"2",c!="3"})', {Labels.of(a="1"): 1.0}),
        ('absent(nobody{a="1",a="2"})', {Labels.of(): 1.0}),
        ("absent(sum(nobody))", {Labels.of(): 1.0}),
        ("absent(x > 100)", {Labels.of(): 1.0}),
        ("absent_over_time(x[1m])", NONE),
        ('absent_over_time(nobody{a="1"}[1m])', {Labels.of(a="1"): 1.0}),
    ],
)
def test_absence(expr: str, expected: dict[Labels, float]) -> None:
    assert Asking({X: [1]}).at(expr, 0) == expected


def test_absence_is_told_at_every_step() -> None:
    asking = Asking({X: [1, GAP, GAP]})

    assert asking.over("absent_over_time(x[10s])", start_s=0, end_s=30, step_s=15) == {
        Labels.of(): [None, 1.0, 1.0]
    }


@pytest.mark.parametrize(
    ("expr", "order"), [("sort(x)", [1.0, 2.0, 3.0, None]), ("sort_desc(x)", [3.0, 2.0, 1.0, None])]
)
def test_sorting_puts_nan_last(expr: str, order: list[float | None]) -> None:
    samples = [2, math.nan, 3, 1]
    asking = Asking({named("x", n=str(n)): [value] for n, value in enumerate(samples)})

    result = asking.engine.instant(expr, 0)

    assert [None if math.isnan(value) else value for _, value in result.samples] == order


def test_sorting_a_range_is_pointless_and_says_so() -> None:
    result = Asking({X: [1, 2]}).engine.range_("sort(x)", 0, 15_000, 15_000)

    (warning,) = result.warnings
    assert warning.startswith("PromQL warning: sort is ineffective for range queries")
    assert warning.endswith("since results are always ordered by labels (1:1)")


@given(st.integers(0, 4_000_000_000))
def test_dates_are_those_of_the_standard_library(time_s: int) -> None:
    asking, then = Asking(), datetime.fromtimestamp(time_s, tz=UTC)

    assert asking.one("minute()", time_s) == then.minute
    assert asking.one("hour()", time_s) == then.hour
    assert asking.one("day_of_week()", time_s) == then.isoweekday() % 7
    assert asking.one("day_of_month()", time_s) == then.day
    assert asking.one("day_of_year()", time_s) == then.timetuple().tm_yday
    assert asking.one("month()", time_s) == then.month
    assert asking.one("year()", time_s) == then.year


def test_dates_of_samples() -> None:
    asking = Asking({X: [1_709_210_096], named("y"): [math.nan]})

    assert asking.at("days_in_month(x)", 0) == {Labels.of(job="a"): 29.0}
    assert math.isnan(asking.one("year(y)", 0))


@pytest.mark.parametrize(
    ("expr", "labels"),
    [
        ('label_replace(x, "to", "$1-$2", "from", "(.)(.)")', {"from": "ab", "to": "a-b"}),
        ('label_replace(x, "to", "${one}!", "from", "(?P<one>.).")', {"from": "ab", "to": "a!"}),
        ('label_replace(x, "to", "$$$9", "from", ".*")', {"from": "ab", "to": "$"}),
        ('label_replace(x, "to", "new", "from", "a")', {"from": "ab"}),
        ('label_replace(x, "from", "", "from", ".*")', {}),
        ('label_replace(x, "to", "new", "nobody", "")', {"from": "ab", "to": "new"}),
        ('label_join(x, "to", "+", "from", "nobody", "from")', {"from": "ab", "to": "ab++ab"}),
    ],
)
def test_labels_are_written(expr: str, labels: dict[str, str]) -> None:
    assert Asking({named("x", **{"from": "ab"}): [1]}).at(expr, 0) == {named("x", **labels): 1.0}


@pytest.mark.parametrize(
    ("expr", "message"),
    [
        ('label_replace(x, "", "", "n", "")', "invalid destination label name in label_replace"),
        ('label_join(x, "to", "", "")', "invalid source label name in label_join"),
        ('label_replace(x, "to", "", "n", "(")', "not a regular expression of RE2"),
        ('label_replace(x, "n", "same", "n", ".*")', "same labelset"),
    ],
)
def test_labels_that_cannot_be_written_are_refused(expr: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        Asking({named("x", n="1"): [1], named("x", n="2"): [1]}).at(expr, 0)


def test_experimental_functions_are_off_unless_switched_on() -> None:
    with pytest.raises(QueryError, match=r'function "mad_over_time" is not enabled'):
        Asking().at("mad_over_time(x[5m])")


def test_the_table_holds_the_functions_that_are_on_by_default() -> None:
    assert {"rate", "abs", "label_replace", "hour", "absent", "histogram_quantile"} <= set(FUNCTIONS)


@pytest.mark.parametrize("name", ["avg", "count", "sum", "stddev", "stdvar"])
def test_what_needs_native_histograms_is_empty_and_says_so_by_name(name: str) -> None:
    result = Asking({X: [1, 2, 3]}).engine.instant(f"1 + histogram_{name}(x)", 30_000)

    assert result.samples == []
    told = f"histogram_{name}() needs native histograms, which are not kept: its answer is empty"
    assert result.infos == (f"PromQL info: {told} (1:5)",)


def test_what_needs_native_histograms_leaves_others_alone() -> None:
    assert Asking({X: [1, 2, 3]}).at("histogram_count(x) or x", 30) == {X: 3}


def test_one_note_at_several_places_is_told_once_with_the_last() -> None:
    result = Asking({X: [1, 2, 3]}).engine.instant("rate(x[1m]) + increase(x[1m])", 30_000)

    assert result.infos == (f'{NO_COUNTER}: "x" (1:24)',)


def test_of_the_quantiles_of_a_range_the_outermost_are_told() -> None:
    asking = Asking({X: [1, 2, 3], named("q"): [1.5, -0.5, 2, 9, math.nan]})

    result = asking.engine.range_("quantile(scalar(q), x)", 0, 60_000, 15_000)

    assert sorted(result.warnings) == [f"{QUANTILE} {q} (1:10)" for q in ("-0.5", "9", "NaN")]


@pytest.mark.parametrize(
    ("expr", "notes"),
    [
        ("rate(x[1m])", [f'{NO_COUNTER}: "x" (1:6)']),
        ("1 +\n  increase(x[1m])", [f'{NO_COUNTER}: "x" (2:12)']),
        ("rate(x[1m:15s])", [f'{NO_COUNTER}: "x" (1:1)']),
        ("rate(x_total[1m])", []),
        ("delta(x[1m])", []),
        ("rate(x[1s])", []),
    ],
)
def test_a_rate_of_what_has_no_name_of_a_counter_is_told(expr: str, notes: list[str]) -> None:
    asking = Asking({X: [1, 2, 3], named("x_total"): [1, 2, 3]})

    assert list(asking.engine.instant(expr, 30_000).infos) == notes


@pytest.mark.parametrize(
    ("expr", "warnings"),
    [
        ("quantile_over_time(2, x[1m])", [f"{QUANTILE} 2 (1:20)"]),
        ("quantile_over_time(2, nobody[1m])", []),
        ("quantile(1e7, x)", [f"{QUANTILE} 1e+07 (1:10)"]),
        ("quantile( (-1), nobody)", [f"{QUANTILE} -1 (1:12)"]),
        ("histogram_quantile(NaN, nobody)", [f"{QUANTILE} NaN (1:20)"]),
    ],
)
def test_a_quantile_that_is_none_is_told_with_its_place(expr: str, warnings: list[str]) -> None:
    assert list(Asking({X: [1, 2, 3]}).engine.instant(expr, 30_000).warnings) == warnings


@pytest.mark.parametrize("value", ["Inf", "-Inf", "NaN", "1e30"])
def test_what_is_no_time_has_no_parts_of_a_date(value: str) -> None:
    assert math.isnan(Asking({}).one(f"days_in_month(vector({value}))", 0))
