"""Aggregations, by hand and against plain Python."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.errors import QueryError
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.evaluation.aggregates import Grouping
from otel_monitoring.promql.vectors.number import number_text
from tests.promql.asking import NONE, Asking, named

if TYPE_CHECKING:
    from collections.abc import Callable

X = {
    named("x", job="a", n="1"): [1],
    named("x", job="a", n="2"): [3],
    named("x", job="b", n="1"): [10],
}
A, B = Labels.of(job="a"), Labels.of(job="b")


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("sum(x)", {Labels.of(): 14.0}),
        ("sum by (job) (x)", {A: 4.0, B: 10.0}),
        ("sum without (n) (x)", {A: 4.0, B: 10.0}),
        ("sum by (__name__) (x)", {named("x"): 14.0}),
        ("sum by (nobody) (x)", {Labels.of(): 14.0}),
        ("avg by (job) (x)", {A: 2.0, B: 10.0}),
        ("min by (job) (x)", {A: 1.0, B: 10.0}),
        ("max by (job) (x)", {A: 3.0, B: 10.0}),
        ("count by (job) (x)", {A: 2.0, B: 1.0}),
        ("group by (job) (x)", {A: 1.0, B: 1.0}),
        ("stdvar by (job) (x)", {A: 1.0, B: 0.0}),
        ("stddev by (job) (x)", {A: 1.0, B: 0.0}),
        ("quantile by (job) (0.5, x)", {A: 2.0, B: 10.0}),
        ("sum(nobody)", NONE),
        ("sum by (job) (x > 2)", {A: 3.0, B: 10.0}),
        ("count by (job) (x > 5)", {B: 1.0}),
        ("avg(x > 2)", {Labels.of(): 6.5}),
        ("quantile(0.5, x > 2)", {Labels.of(): 6.5}),
        ("stdvar(x > 2)", {Labels.of(): 12.25}),
    ],
)
def test_aggregates(expr: str, expected: dict[Labels, float]) -> None:
    assert Asking(X).at(expr, 0) == expected


def test_names_are_spared_only_where_nobody_looks_at_them() -> None:
    asking = Asking({named("x", a="1"): [1], named("x", a="2"): [2], named("y", a="1"): [3]})

    assert asking.at("sum by (__name__) (abs(x))", 0) == {Labels.of(): 3.0}
    assert asking.at("sum without (a) (abs(x))", 0) == {Labels.of(): 3.0}
    assert asking.at("topk(1, abs(x))", 0) == {Labels.of(a="2"): 2.0}
    with pytest.raises(QueryError, match="same labelset"):
        asking.at('sum(abs({a=~".+"}))', 0)


def test_types_and_units_are_dropped_with_the_name() -> None:
    asking = Asking({named("x", __type__="gauge", a="1"): [1]})

    assert asking.at("sum without (a) (abs(x))", 0) == {Labels.of(): 1.0}
    assert asking.at("sum by (__type__) (abs(x))", 0) == {Labels.of(): 1.0}


def test_topk_gives_the_largest_in_order() -> None:
    result = Asking(X).engine.instant("topk(2, x)", 0)

    assert [value for _, value in result.samples] == [10.0, 3.0]


def test_bottomk_works_by_group_and_keeps_the_labels() -> None:
    assert Asking(X).at("bottomk by (job) (1, x)", 0) == {
        named("x", job="a", n="1"): 1.0,
        named("x", job="b", n="1"): 10.0,
    }


def test_nan_is_the_last_that_topk_chooses() -> None:
    asking = Asking({named("x", n="1"): [math.nan], named("x", n="2"): [-5]})

    assert asking.at("topk(1, x)", 0) == {named("x", n="2"): -5.0}
    assert asking.at("bottomk(1, x)", 0) == {named("x", n="2"): -5.0}


@pytest.mark.parametrize("op", ["topk", "bottomk"])
def test_of_equal_samples_the_first_by_labels_is_chosen(op: str) -> None:
    asking = Asking({named("x", n="2"): [7], named("x", n="1"): [7], named("x", n="3"): [7]})

    assert asking.at(f"{op}(1, x)", 0) == {named("x", n="1"): 7.0}


def test_topk_chooses_anew_at_every_step() -> None:
    asking = Asking({named("x", n="1"): [1, 5], named("x", n="2"): [2, 2]})

    assert asking.over("topk(1, x)", start_s=0, end_s=15, step_s=15) == {
        named("x", n="1"): [None, 5.0],
        named("x", n="2"): [2.0, None],
    }


@pytest.mark.parametrize("k", ["0", "-1"])
def test_topk_of_none_is_empty(k: str) -> None:
    assert Asking(X).at(f"topk({k}, x)", 0) == NONE


@pytest.mark.parametrize(("k", "message"), [("NaN", "is NaN"), ("1e30", "overflows int64")])
def test_topk_of_what_is_no_number_is_refused(k: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        Asking(X).at(f"topk({k}, x)", 0)


def test_count_values_puts_the_value_into_a_label() -> None:
    asking = Asking({named("x", n=str(n)): [value] for n, value in enumerate([1, 1, 2.5])})

    assert asking.at('count_values("value", x)', 0) == {
        Labels.of(value="1"): 2.0,
        Labels.of(value="2.5"): 1.0,
    }
    assert asking.at('count_values without (n) ("value", x > 2)', 0) == {Labels.of(value="2.5"): 1.0}


def test_count_values_needs_a_label() -> None:
    with pytest.raises(QueryError, match="invalid label name"):
        Asking(X).at('count_values("", x)', 0)


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "1"), (0.1, "0.1"), (1e21, "1000000000000000000000"), (-math.inf, "-Inf"), (math.nan, "NaN")],
)
def test_numbers_in_labels_have_no_exponent(value: float, text: str) -> None:
    assert number_text(value) == text


def test_a_group_much_larger_than_the_others_is_summed_without_padding() -> None:
    labels = [Labels.of(job="big", n=str(n)) for n in range(3000)]
    labels += [Labels.of(job=str(n)) for n in range(3000)]

    grouping = Grouping.of(tuple(labels), names=("job",), without=False)
    asking = Asking()
    asking.store.append(_batch([one.with_({"__name__": "x"}) for one in labels]))

    assert grouping.padded is None
    assert asking.at("sum by (job) (x)", 0)[Labels.of(job="big")] == pytest.approx(300.0)


def _batch(labels: list[Labels]) -> Batch:
    return Batch("self", 0, tuple(labels), [0.1] * len(labels))


PYTHON: dict[str, Callable[[list[int]], float]] = {
    "sum": math.fsum,
    "avg": statistics.fmean,
    "min": min,
    "max": max,
    "count": len,
    "stddev": statistics.pstdev,
    "quantile": statistics.median,
}


@given(
    st.dictionaries(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), st.integers(-99, 99), min_size=1),
    st.sampled_from(sorted(PYTHON)),
)
def test_groups_are_those_of_a_dictionary(samples: dict[tuple[str, int], int], op: str) -> None:
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for (job, _), value in samples.items():
        groups[job].append(value)
    asking = Asking({named("x", job=job, n=str(n)): [value] for (job, n), value in samples.items()})

    found = asking.at(f"{op} by (job) ({'0.5, ' if op == 'quantile' else ''}x)", 0)

    assert found == {
        Labels.of(job=job): pytest.approx(PYTHON[op](values), abs=1e-9) for job, values in groups.items()
    }


def test_of_many_equals_the_first_by_labels_are_the_largest() -> None:
    series = {named("load", job=f"{number:03}"): [1] for number in reversed(range(100))}
    series[named("load", job="zz")] = [2]

    found = Asking(series).at("topk(3, load)", 1)

    assert list(found) == [named("load", job="zz"), named("load", job="000"), named("load", job="001")]
