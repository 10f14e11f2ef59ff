"""Quantiles of bucketed histograms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.errors import QueryError
from otel_monitoring.model.labels import Labels
from otel_monitoring.promql.functions.histograms import bucket_fraction, bucket_quantile
from tests.promql.asking import NONE, Asking, named

INF = math.inf


def latency(counts: dict[str, float], **labels: str) -> dict[Labels, list[float]]:
    return {named("latency_bucket", le=le, **labels): [count] for le, count in counts.items()}


USUAL = latency({"0.1": 10, "0.5": 30, "1": 38, "+Inf": 40}, route="/a")


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("0.125", 0.05),
        ("0.25", 0.1),
        ("0.5", 0.3),
        ("0.95", 1.0),
        ("0.99", 1.0),
        ("0", 0.0),
        ("-0.1", -INF),
        ("1.1", INF),
    ],
)
def test_interpolates_within_a_bucket(q: str, expected: float) -> None:
    assert Asking(USUAL).at(f"histogram_quantile({q}, latency_bucket)", 0) == {
        Labels.of(route="/a"): pytest.approx(expected)
    }


def test_histograms_are_told_apart_by_their_other_labels() -> None:
    series = USUAL | latency({"0.1": 0, "0.5": 0, "1": 10, "+Inf": 10}, route="/b")

    assert Asking(series).at("histogram_quantile(0.5, latency_bucket)", 0) == {
        Labels.of(route="/a"): pytest.approx(0.3),
        Labels.of(route="/b"): pytest.approx(0.75),
    }


def test_histograms_may_have_different_bounds() -> None:
    series = USUAL | latency({"2": 10, "+Inf": 10}, route="/b")

    found = Asking(series).at("histogram_quantile(0.5, latency_bucket)", 0)

    assert found[Labels.of(route="/b")] == pytest.approx(1.0)


def test_a_bucket_without_a_sample_is_not_there() -> None:
    found = Asking(USUAL).at("histogram_quantile(0.5, latency_bucket != 30)", 0)

    assert found == {Labels.of(route="/a"): pytest.approx(0.1 + 0.9 * 10 / 28)}


def test_two_histograms_that_end_with_the_same_labels_are_an_error() -> None:
    series = {**USUAL, **{one.with_({"__name__": "other_bucket"}): v for one, v in USUAL.items()}}

    with pytest.raises(QueryError, match="same labelset"):
        Asking(series).at('histogram_quantile(0.5, {route="/a"})', 0)


def test_what_has_no_bound_is_left_out_with_a_warning() -> None:
    result = Asking({named("x", le="abc"): [1], named("x"): [1]}).engine.instant(
        "histogram_quantile(0.5, x)", 0
    )

    assert result.samples == []
    assert any('malformed value of "abc"' in warning for warning in result.warnings)


def test_a_quantile_that_is_none_warns() -> None:
    result = Asking(USUAL).engine.instant("histogram_quantile(7, latency_bucket)", 0)

    assert result.warnings == ("PromQL warning: quantile value should be between 0 and 1, got 7 (1:20)",)


def test_of_nothing_is_nothing() -> None:
    assert Asking().at("histogram_quantile(0.5, nobody)", 0) == NONE


@pytest.mark.parametrize(
    ("bounds", "counts", "expected"),
    [
        ([1.0, 2.0], [1.0, 2.0], math.nan),
        ([INF], [5.0], math.nan),
        ([1.0, INF], [0.0, 0.0], math.nan),
        ([1.0, INF], [0.0, 10.0], 1.0),
        ([-1.0, 1.0, INF], [10.0, 10.0, 10.0], -1.0),
        ([1.0, 1.0, INF], [2.0, 3.0, 5.0], 0.5),
        ([1.0, 2.0, INF], [4.0, 3.0, 8.0], 1.0),
    ],
)
def test_odd_histograms(bounds: list[float], counts: list[float], expected: float) -> None:
    assert bucket_quantile(0.5, bounds, counts) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [
        (0, 0.1, 0.25),
        (0.1, 0.5, 0.5),
        (0.3, 0.5, 0.25),
        (-INF, INF, 1.0),
        (1, INF, 0.05),
        (2, 1, 0.0),
        (math.nan, 1, math.nan),
        (-5, 0, 0.0),
    ],
)
def test_fractions(lower: float, upper: float, expected: float) -> None:
    found = bucket_fraction(lower, upper, [0.1, 0.5, 1.0, INF], [10, 30, 38, 40])

    assert found == pytest.approx(expected, nan_ok=True)


def test_a_fraction_needs_a_bucket_for_infinity_and_observations() -> None:
    assert math.isnan(bucket_fraction(0, 1, [1.0], [5.0]))
    assert math.isnan(bucket_fraction(0, 1, [1.0, INF], [0.0, 0.0]))


def test_a_fraction_that_begins_below_the_first_negative_bound_leaves_that_bucket_out() -> None:
    assert bucket_fraction(-4, -2, [-3.0, -2.0, INF], [10, 12, 20]) == pytest.approx(0.1)
    assert bucket_fraction(-INF, -2, [-3.0, -2.0, INF], [10, 12, 20]) == pytest.approx(0.6)


def test_fractions_are_asked_in_promql() -> None:
    assert Asking(USUAL).at("histogram_fraction(0, 0.1, latency_bucket)", 0) == {
        Labels.of(route="/a"): pytest.approx(0.25)
    }


@given(
    st.lists(st.lists(st.integers(0, 20), min_size=4, max_size=4), min_size=1, max_size=5),
    st.floats(0, 1),
)
def test_many_at_once_are_as_one_by_one(grown: list[list[int]], q: float) -> None:
    bounds = [0.5, 1.0, 4.0, INF]
    totals = np.cumsum(np.array(grown), axis=1).astype(float)
    series: dict[Labels, list[float]] = {}
    for number, counts in enumerate(totals):
        les = dict(zip(["0.5", "1", "4", "+Inf"], counts.tolist(), strict=True))
        series |= latency(les, n=str(number))

    found = Asking(series).at(f"histogram_quantile({q!r}, latency_bucket)", 0)

    assert found == {
        Labels.of(n=str(number)): pytest.approx(bucket_quantile(q, bounds, counts.tolist()), nan_ok=True)
        for number, counts in enumerate(totals)
    }


def test_a_fraction_takes_counts_as_they_are() -> None:
    """Only quantiles of counts that do not grow are mended."""
    torn = latency({"0.1": 5, "0.5": 3, "+Inf": 10}, route="/a")

    assert Asking(torn).one("histogram_fraction(0, 0.5, latency_bucket)", 0) == pytest.approx(0.3)


def test_counts_that_do_not_grow_are_mended_and_told() -> None:
    torn = latency({"0.1": 5, "0.5": 3, "1": 4, "+Inf": 10}, route="/a")

    result = Asking(torn).engine.instant("histogram_quantile(0.9, latency_bucket)", 0)

    (info,) = result.infos
    assert info.startswith(
        "PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see "
    )
    assert info.endswith(
        '#histogram_quantile) for metric name "latency_bucket", from buckets 0.5 to 1, with a max diff of 2, '
        "over 1 samples from 1970-01-01T00:00:00Z to 1970-01-01T00:00:00Z (1:25)"
    )


def test_what_was_mended_at_several_places_is_told_together_at_the_first() -> None:
    torn = latency({"1": 10, "2": 4, "+Inf": 12}, route="/a")
    expr = "histogram_quantile(0.5, latency_bucket) + histogram_quantile(0.9, latency_bucket)"

    (info,) = Asking(torn).engine.instant(expr, 0).infos

    assert info.endswith(
        ' for metric name "latency_bucket", from buckets 2 to 2, with a max diff of 6, '
        "over 2 samples from 1970-01-01T00:00:00Z to 1970-01-01T00:00:00Z (1:25)"
    )


@pytest.mark.parametrize(
    "bound", ["1_0", " 1", "1e400", "\u0661", "0x1", "1s", "-", "infinite", "", "0x1p9999"]
)
def test_a_bound_that_go_could_not_read_is_left_out_with_a_warning(bound: str) -> None:
    result = Asking({named("x", le=bound): [1], named("x"): [1]}).engine.instant(
        "histogram_quantile(0.5, x)", 0
    )

    assert result.samples == []
    assert f'malformed value of "{bound}"' in result.warnings[0]


@pytest.mark.parametrize("bound", ["10", "1e1", "0x1.4p3", "+10.", "010", "1E+01"])
def test_a_bound_may_be_written_in_any_way(bound: str) -> None:
    asking = Asking({named("x", le=bound): [2], named("x", le="inf"): [2]})

    assert asking.one("histogram_quantile(0.5, x)", 0) == pytest.approx(5)
