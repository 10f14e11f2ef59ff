"""Whatever is asked, the engine gives an answer or an error of its own."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otel_monitoring.errors import QueryError
from otel_monitoring.promql.evaluation.aggregates import AGGREGATIONS
from otel_monitoring.promql.evaluation.budget import Budget
from otel_monitoring.promql.evaluation.evaluate import Environment, Evaluator
from otel_monitoring.promql.functions.dates import DATE_PARTS
from otel_monitoring.promql.functions.table import ELEMENTWISE
from otel_monitoring.promql.functions.windows import WINDOW_FUNCTIONS
from otel_monitoring.promql.language.nodes import (
    Aggregate,
    Binary,
    Call,
    Matching,
    Negation,
    Node,
    Number,
    Selector,
    Shift,
    Subquery,
    Text,
)
from otel_monitoring.promql.vectors.memo import Memo
from tests.promql.asking import GAP, STALE, Asking, named

ASKING = Asking(
    {
        named("x", a="1", b="1"): [1, 2, GAP, 4, STALE, GAP, 7, 8],
        named("x", a="1", b="2"): [5, math.nan, 3, math.inf, 0, -1, 2, 2],
        named("x", a="2", b="1"): [GAP, GAP, 1, 1, 1, 1, 1, 1],
        named("y", a="1"): [0, 0, 0, 0, 0, 0, 0, 0],
        named("z_bucket", a="1", le="1"): [1, 2, 3, 4, 5, 6, 7, 8],
        named("z_bucket", a="1", le="+Inf"): [2, 4, 6, 8, 10, 12, 14, GAP],
    },
    experimental=True,
)

_numbers = st.sampled_from(["0", "1", "-1", "0.5", "1e300", "NaN", "Inf", "time()", "scalar(y)"])
_shifts = st.sampled_from(["", " offset 20s", " offset -20s", " @ 60", " @ start()", " @ end() offset 5s"])
_selectors = st.builds(
    "{}{}".format,
    st.sampled_from(["x", "y", "z_bucket", 'x{a="1"}', 'x{b!~"2|3"}', '{a=~".+"}', "nobody"]),
    _shifts,
)
_labels = st.sampled_from(["", "a", "b", "a, b", "le", "nobody"])
_groupings = st.builds("{} ({})".format, st.sampled_from(["by", "without"]), _labels)
_matchings = st.one_of(st.just(""), st.builds("{} ({})".format, st.sampled_from(["on", "ignoring"]), _labels))


def _windows(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds(
            "{}[{}]".format, st.sampled_from(["x", "y", "z_bucket"]), st.sampled_from(["1m", "20s", "1s"])
        ),
        st.builds("({})[1m:{}]".format, inner, st.sampled_from(["10s", "", "7s"])),
    )


def _vectors(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    simple = sorted({*WINDOW_FUNCTIONS, "absent_over_time"} - {"quantile_over_time", "predict_linear"})
    return st.one_of(
        st.builds("{}({})".format, st.sampled_from(simple), _windows(inner)),
        st.builds("quantile_over_time({}, {})".format, _numbers, _windows(inner)),
        st.builds("predict_linear({}, {})".format, _windows(inner), _numbers),
        st.builds("{}({})".format, st.sampled_from(sorted(ELEMENTWISE) + sorted(DATE_PARTS)), inner),
        st.builds("{}({})".format, st.sampled_from(["absent", "sort", "sort_desc", "timestamp", "-"]), inner),
        st.builds("histogram_quantile({}, {})".format, _numbers, inner),
        st.builds("clamp({}, {}, {})".format, inner, _numbers, _numbers),
        st.builds("{} {} ({})".format, st.sampled_from(sorted(AGGREGATIONS)), _groupings, inner),
        st.builds(
            "{} {} ({}, {})".format,
            st.sampled_from(["topk", "bottomk", "quantile"]),
            _groupings,
            _numbers,
            inner,
        ),
        st.builds('count_values {} ("v", {})'.format, _groupings, inner),
        st.builds("({}) {} ({})".format, inner, st.sampled_from(["+", "/", "^", ">", "== bool"]), _numbers),
        st.builds(
            "({}) {} {} ({})".format,
            inner,
            st.sampled_from(["+", "%", "<", "!= bool", "and", "or", "unless", "atan2"]),
            _matchings,
            inner,
        ),
        st.builds(
            "({}) * on ({}) {} ({}) ({})".format,
            inner,
            _labels,
            st.sampled_from(["group_left", "group_right"]),
            st.sampled_from(["", "le"]),
            inner,
        ),
        st.builds('label_replace({}, "a", "$1", "b", "(.*)")'.format, inner),
    )


EXPRESSIONS = st.recursive(_selectors, _vectors, max_leaves=6)


def answer(expr: str, *, ranged: bool) -> object:
    try:
        if ranged:
            return ASKING.engine.range_(expr, 0, 120_000, 20_000)
        return ASKING.engine.instant(expr, 100_000)
    except QueryError as error:
        return error


@settings(max_examples=300)
@given(EXPRESSIONS)
def test_every_expression_has_an_answer_or_an_error(expr: str) -> None:
    assert answer(expr, ranged=False) is not None
    assert answer(expr, ranged=True) is not None


@settings(max_examples=300)
@given(EXPRESSIONS.filter(lambda expr: "start()" not in expr and "end()" not in expr and "sort" not in expr))
def test_a_step_of_a_range_is_an_instant_query(expr: str) -> None:
    """Every instant answer is what the range query says at that time."""
    try:
        instant = ASKING.engine.instant(expr, 100_000)
        ranged = ASKING.engine.range_(expr, 0, 120_000, 20_000)
    except QueryError:
        return

    at = {
        one.labels: value
        for one in ranged.series
        for time_ms, value in zip(one.times_ms.tolist(), one.values.tolist(), strict=True)
        if time_ms == 100_000
    }
    assert at == {labels: pytest.approx(value, nan_ok=True, rel=1e-9) for labels, value in instant.samples}


X = Selector((), Shift())
RANGED = Selector((), Shift(), 1000)


@pytest.mark.parametrize(
    ("node", "message"),
    [
        (RANGED, "a range vector is good as"),
        (Subquery(X, 1000, 1000, Shift()), "a range vector is good as"),
        (Call("rate", (X,)), "a range vector is good as"),
        (Negation(Text("a")), "expected type instant vector, got string"),
        (Binary("+", Text("a"), Number(1), Matching()), "expected type instant vector, got string"),
        (Call("vector", (Text("a"),)), "expected type scalar, got string"),
        (Call("label_replace", (X, Number(1))), "expected type string, got scalar"),
        (Aggregate("topk", X, None, (), without=False), "topk needs a parameter"),
        (Call("nobody", ()), r"the function nobody\(\) is not supported"),
    ],
)
def test_nodes_that_no_text_gives_are_refused_as_well(node: Node, message: str) -> None:
    budget = Budget(samples=100, limit=100, expired=lambda: False, timeout_s=1)
    environment = Environment(
        select=lambda _matchers, _start_ms, _end_ms: [],
        memo=Memo(),
        start_ms=0,
        end_ms=0,
        lookback_ms=1000,
        default_step_ms=1000,
        budget=budget,
        warnings={},
    )

    with pytest.raises(QueryError, match=message):
        Evaluator(environment, np.zeros(1, dtype=np.int64)).value(node)
