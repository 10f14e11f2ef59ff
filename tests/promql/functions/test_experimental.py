"""What Prometheus has behind a flag."""

from __future__ import annotations

import math

import pytest

from otel_monitoring.errors import QueryError
from otel_monitoring.model.labels import Labels
from otel_monitoring.promql.vectors.hashing import hash64, xxh64
from tests.promql.asking import GAP, Asking, named

HOSTS = {named("up", host=host, rack=rack): [1] for host, rack in (("h10", "b"), ("h9", "b"), ("h1", "a"))}


def asked(series: object = None) -> Asking:
    return Asking(series or HOSTS, experimental=True)  # type: ignore[arg-type]


def hosts(expr: str) -> list[str]:
    return [labels.get("host") for labels, _ in asked().engine.instant(expr, 0).samples]


def test_numbers_in_labels_are_sorted_by_size() -> None:
    assert hosts('sort_by_label(up, "host")') == ["h1", "h9", "h10"]
    assert hosts('sort_by_label_desc(up, "host")') == ["h10", "h9", "h1"]
    assert hosts('sort_by_label(up, "rack", "host")') == ["h1", "h9", "h10"]
    assert hosts('sort_by_label_desc(up, "rack")') == ["h9", "h10", "h1"]
    assert hosts("sort_by_label(up)") == ["h1", "h10", "h9"]


def test_runs_of_digits_are_numbers_where_both_are_and_text_otherwise() -> None:
    in_order = [
        "-1",
        "-2",
        "1",
        "01",
        "1.2",
        "1.10",
        "9a",
        "10a",
        "A1",
        "a1",
        "a1B",
        "a2",
        "x1y2",
        "é",
        "\u0663",
    ]
    huge = ["z10000000000000000000000", "z9999999999999999999999"]
    names = [*in_order[:-2], *huge, *in_order[-2:]]
    series = {named("up", host=host): [1] for host in sorted(names)}

    found = asked(series).engine.instant('sort_by_label(up, "host")', 0).samples

    assert [labels.get("host") for labels, _ in found] == names


def test_a_range_is_sorted_by_labels_anyway_and_says_so() -> None:
    result = asked().engine.range_('sort_by_label(up, "host")', 0, 15_000, 15_000)

    assert len(result.warnings) == 1
    assert "sort is ineffective for range queries" in result.warnings[0]


@pytest.mark.parametrize(
    ("expr", "instant", "ranged"),
    [
        ("start()", 60, 0),
        ("end()", 60, 60),
        ("range()", 0, 60),
        ("step()", 0, 20),
        ("end() - range()", 60, 0),
    ],
)
def test_the_times_of_the_query(expr: str, instant: float, ranged: float) -> None:
    assert asked().engine.instant(expr, 60_000).scalar == instant
    (series,) = asked().engine.range_(expr, 0, 60_000, 20_000).series
    assert series.values.tolist() == [ranged] * 4


@pytest.mark.parametrize(
    ("expr", "value"), [("max_of(-2, -5)", -2), ("min_of(-2, -5)", -5), ("max_of(1, min_of(3, 2))", 2)]
)
def test_the_larger_and_the_smaller_of_two(expr: str, value: float) -> None:
    assert asked().engine.instant(expr, 0).scalar == value


@pytest.mark.parametrize(
    ("function", "seconds"),
    [
        ("ts_of_first_over_time", 15),
        ("ts_of_last_over_time", 90),
        ("ts_of_max_over_time", 75),
        ("ts_of_min_over_time", 45),
    ],
)
def test_the_time_of_a_sample(function: str, seconds: float) -> None:
    """Samples at 15, 30, 45, 60, 75 and 90 s; of equals the newest counts, NaN is neither large nor small."""
    asking = asked({named("x"): [GAP, 5, 0, 0, 7, 7, math.nan]})

    assert asking.one(f"{function}(x[2m])", 90) == seconds


def test_smoothing_follows_level_and_trend() -> None:
    """A straight line is its own trend."""
    asking = asked({named("x"): [10, 20, 30, 40, 50]})

    assert asking.one("double_exponential_smoothing(x[2m], 0.5, 0.5)", 60) == pytest.approx(50)
    assert asking.at("double_exponential_smoothing(x[1s], 0.5, 0.5)", 60) == {}


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ("0, 0.5", "invalid smoothing factor. Expected: 0 < sf < 1, got: 0.000000"),
        ("0.5, 1", "invalid trend factor"),
    ],
)
def test_a_weight_that_is_none_is_refused(weights: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        asked({named("x"): [1, 2]}).at(f"double_exponential_smoothing(x[2m], {weights})", 15)


def test_several_quantiles_at_once() -> None:
    buckets = {named("x_bucket", le=le): [count] for le, count in (("1", 10), ("2", 20), ("+Inf", 20))}

    found = asked(buckets).at('histogram_quantiles(x_bucket, "q", 0.25, 0.5, 1)', 0)

    assert found == {Labels.of(q="0.25"): 0.5, Labels.of(q="0.5"): 1.0, Labels.of(q="1.0"): 2.0}


def test_a_limit_keeps_some_series_of_each_group() -> None:
    found = asked().at("limitk by (rack) (1, up)", 0)

    assert sorted(labels.get("rack") for labels in found) == ["a", "b"]
    assert set(found.values()) == {1.0}
    assert asked().at("limitk(0, up)", 0) == {}


def test_a_share_and_its_complement_are_everything() -> None:
    many = {named("x", n=str(n)): [n] for n in range(200)}
    asking = asked(many)

    share, rest = asking.at("limit_ratio(0.3, x)", 0), asking.at("limit_ratio(-0.7, x)", 0)

    assert 30 < len(share) < 90
    assert share.keys().isdisjoint(rest)
    assert share.keys() | rest.keys() == many.keys()
    assert asking.at("limit_ratio(0.3, x)", 0) == share


def test_a_share_beyond_one_is_capped_and_told() -> None:
    result = asked().engine.instant("limit_ratio(1.5, up)", 0)

    assert len(result.samples) == 3
    assert result.warnings == (
        "PromQL warning: ratio value should be between -1 and 1, got 1.5, capping to 1 (1:13)",
    )
    with pytest.raises(QueryError, match="Ratio value is NaN"):
        asked().at("limit_ratio(NaN, up)", 0)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"", 0xEF46DB3751D8E999),
        (b"a", 0xD24EC4F1A98C6E5B),
        (b"abc", 0x44BC2CF5AD770999),
        (b"Nobody inspects the spammish repetition", 0xFBCEA83C8A378BF1),
    ],
)
def test_the_hash_is_xxh64(data: bytes, value: int) -> None:
    assert xxh64(data) == value


def test_long_labels_have_a_hash_too() -> None:
    assert hash64(named("x", a="y" * 300)) != hash64(named("x", a="y" * 301))


@pytest.mark.parametrize("expr", ["limitk(1, up)", "1 + start()", "up smoothed", "up + fill(1) up"])
def test_they_are_off_by_default_and_name_the_setting(expr: str) -> None:
    with pytest.raises(QueryError, match=r"parse error: .* query\.experimental"):
        Asking(HOSTS).at(expr, 0)
