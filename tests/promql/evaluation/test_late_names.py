"""Names that are dropped at the end of a query, with the switch for what is experimental."""

from __future__ import annotations

import pytest

from otel_monitoring.errors import QueryError
from otel_monitoring.model.labels import Labels
from otel_monitoring.promql.vectors.hashing import hash64
from otel_monitoring.promql.vectors.values import LATE
from tests.promql.asking import GAP, Asking, named

SERIES = {
    named("a_total", env="1"): [0, 15, 30],
    named("b_total", env="1"): [30, 60, 90],
    named("x", __unit__="s", env="1"): [1, 2, 3],
    named("h_bucket", le="1"): [1, 2, 3],
    named("h_bucket", le="+Inf"): [2, 4, 6],
}


def names(expr: str, time_s: float = 30) -> list[str]:
    found = Asking(SERIES, experimental=True).at(expr, time_s)
    assert not any(labels.get(LATE) for labels in found)
    return sorted(str(labels) for labels in found)


@pytest.mark.parametrize(
    ("expr", "want"),
    [
        ("rate(a_total[1m])", ['{env="1"}']),
        (
            'label_replace(rate({env="1",__unit__=""}[1m]), "n", "$1", "__name__", "(.+)_total")',
            ['{env="1", n="a"}', '{env="1", n="b"}'],
        ),
        (
            'label_replace(rate({env="1",__unit__=""}[1m]), "__name__", "r_$1", "__name__", "(.+)")',
            ['r_a_total{env="1"}', 'r_b_total{env="1"}'],
        ),
        ('label_join(-a_total, "__name__", "_", "env", "__name__")', ['1_a_total{env="1"}']),
        ("sum by (__name__, env) (a_total)", ['a_total{env="1"}']),
        ("topk(3, sum by (__name__, env) (rate(a_total[1m])))", ['{env="1"}']),
        ("sum without (env) (rate(a_total[1m]))", ["{}"]),
        ("sum(rate(a_total[1m]))", ["{}"]),
        ("(x + 1) or x", ['{env="1"}']),
        ("(x > 0) * on () group_left () vector(2)", ['{env="1"}']),
        ("-a_total + b_total", ['{env="1"}']),
        ("(-a_total < 1) + fill(1) abs(b_total)", ['{env="1"}']),
        ("histogram_quantile(0.5, rate(h_bucket[1m]))", ["{}"]),
        ("last_over_time((-a_total)[30s:15s])", ['{env="1"}']),
        ('count_values("v", -a_total)', ['{v="-30"}']),
        ('count_values by (__name__) ("v", -a_total)', ['a_total{v="-30"}']),
        ("vector(1) + 1", ["{}"]),
    ],
)
def test_what_changes_values_drops_the_name_at_the_end(expr: str, want: list[str]) -> None:
    assert names(expr) == want


def test_two_series_that_end_with_the_same_labels_are_an_error() -> None:
    with pytest.raises(QueryError, match="vector cannot contain metrics with the same labelset"):
        names('rate({env="1"}[1m])')


def test_series_that_never_meet_become_one() -> None:
    series = {named("a"): [1, GAP], named("b"): [GAP, GAP, 4]}
    engine = Asking(series, experimental=True).engine.tuned(lookback_ms=15_000)

    (found,) = engine.range_("-a or -b", 0, 30_000, 15_000).series

    assert (found.labels, found.values.tolist()) == (Labels.of(), [-1, -4])


def test_a_subquery_alone_has_no_names_either() -> None:
    (found,) = Asking(SERIES, experimental=True).engine.instant("(-a_total)[30s:15s]", 30_000).series

    assert found.labels == Labels.of(env="1")


def test_messages_do_not_tell_how() -> None:
    with pytest.raises(QueryError, match="found duplicate series") as error:
        names('a_total + on () (-{env="1"})')

    assert LATE not in str(error.value)


def test_what_is_to_be_dropped_counts_for_the_hash_and_how_does_not() -> None:
    labels = named("a", b="c")

    assert hash64(labels.with_({LATE: "1"})) == hash64(labels) != hash64(labels.without("__name__"))


def test_without_the_switch_names_are_dropped_at_once() -> None:
    asking = Asking(SERIES)

    (labels,) = asking.at('label_replace(-a_total, "n", "$1", "__name__", "(.*)")', 30)

    assert labels == Labels.of(env="1")
