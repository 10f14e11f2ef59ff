"""Texts that nobody means well with: always an answer or an error of our own, and never over the limits.

``OTEL_MONITORING_HUNT=100000`` tries that many further texts.
"""

from __future__ import annotations

import math
import os
from random import Random
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.errors import QueryError
from otel_monitoring.promql.engine import Engine, Limits
from otel_monitoring.promql.language.format import formatted
from tests.promql.asking import GAP, STALE, Asking, named
from tests.promql.fuzz.texts import MAKERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from otel_monitoring.model.labels import Labels

TEXTS = 500 + int(os.environ.get("OTEL_MONITORING_HUNT", "0"))
LIMITS = Limits(max_samples=200_000, max_series=2000, max_steps=500, timeout_s=20)
SERIES: Mapping[Labels, Sequence[float | object]] = {
    named(name, a=a, b=b): [1, 2, 3, 4, 5, 6]
    for name in ("requests_total", "load", "seconds_bucket")
    for a in ("x", "y")
    for b in ("1", "2")
} | {
    named("load", a="z", b="1"): [math.nan, math.inf, GAP, -math.inf, STALE, 0.0],
    named("requests_total", a="z"): [7, 3, GAP, 1e308, 1e308, STALE],
    named("seconds_bucket", a="x", le="+Inf"): [3, 2, 1, GAP, 5, 9],
    named("seconds_bucket", a="x", le="1"): [1, 2, 3, GAP, 4, 5],
    named("seconds_bucket", a="x", le="odd"): [1, 1, 1, 1, 1, 1],
}
HUGE = 10**400
DEEP = 100_000


def engine() -> Engine:
    return Asking(SERIES, limits=LIMITS, experimental=True).engine


def answered(asked: Engine, expr: str) -> list[object]:
    """Ask at one time and over a range, and print; everything but an answer or our own error is raised."""
    answers: list[object] = []
    for ask in (
        lambda: asked.instant(expr, 60_000),
        lambda: asked.range_(expr, 0, 90_000, 15_000),
        lambda: formatted(expr),
    ):
        try:
            answers.append(ask())
        except QueryError as error:
            answers.append(error)
    return answers


@pytest.mark.parametrize("make", MAKERS)
def test_any_text_has_an_answer_or_an_error(make: Callable[[Random], str]) -> None:
    asked = engine()
    for seed in range(TEXTS):
        assert len(answered(asked, make(Random(seed)))) == 3


@pytest.mark.parametrize(
    "expr",
    [
        "(" * DEEP,
        "(" * DEEP + "1" + ")" * DEEP,
        "-" * DEEP + "1",
        "- " * 5000 + "load",
        "sum(" * 5000 + "load" + ")" * 5000,
        "1" + "+1" * DEEP,
        "1" + "^1" * 5000,
        "load" + " or load" * 5000,
        "load" + "[5m:1m]" * 5000,
        "max_over_time(" * 300 + "load" + "[5m:1m])" * 300,
        "{" + 'a="1",' * 5000 + "}",
        'load{a="' + "x" * 1_000_000 + '"}',
        "#" * DEEP,
        '"' + "\\" * DEEP,
        "a" * DEEP,
    ],
    ids=lambda expr: f"{expr[:8]}... {len(expr)}",
)
def test_what_nests_too_deeply_or_goes_on_for_ever_is_refused(expr: str) -> None:
    asked = engine()

    assert isinstance(answered(asked, expr)[0], QueryError)


@pytest.mark.parametrize(
    "expr",
    [
        'load{a=~"(a+)+$"}',
        'load{a=~"(.*)*(.*)*(.*)*x"}',
        'load{a=~"((a{100}){100}){100}"}',
        'load{a=~"' + "(" * 2000 + ")" * 2000 + '"}',
        'load{a=~"[\\\\x{10ffff}-\\\\x{0}]"}',
        'load{a=~"(?P<n>x)(?P<n>y)"}',
        'load{a=~"\\\\C*"}',
        'load{a=~"\\xff"}',
        'label_replace(load, "c", "$1$2$999999999999", "a", "(.*)")',
        'label_replace(load, "c", "' + "$1" * 5000 + '", "a", "(.*)")',
        'label_replace(load, "a", "$1", "a", "((a+)+)+")',
        'label_replace(load, "c", "$\u00b2$\u0663", "a", "(.*)")',
        f'label_replace(load, "c", "${"1" * 5000}${{{"0" * 5000}1}}", "a", "(.*)")',
        f'sort_by_label(label_replace(load, "d", "{"1" * 6000}$1\u00b2", "a", "(.*)"), "d")',
    ],
)
def test_a_regular_expression_cannot_hang_it(expr: str) -> None:
    assert len(answered(engine(), expr)) == 3


@pytest.mark.parametrize(
    "expr",
    [
        "load[9e99y]",
        f"load[{'9' * 5000}y]",
        f"load[{'0' * 5000}5m]",
        f"load offset (step() ^ {'9' * 5000})",
        "load[range() * 9e99]",
        f"load offset {HUGE}y",
        f"load offset -{HUGE}s",
        f"load @ {HUGE}",
        "load @ 9223372036854775",
        "load @ -9223372036854775",
        "load @ 9223372036854776",
        "load @ NaN",
        "load @ Inf",
        "max_over_time(load[292y:1ms])",
        "max_over_time(load[292y:1ms] offset -292y)",
        "rate(max_over_time(load[1d:1ms])[292y:1ms])",
        "load[292y] offset 292y @ 9223372036854775",
        f"vector({HUGE})",
        f"topk({HUGE}, load)",
        "topk(-Inf, load)",
        "topk(NaN, load)",
        "quantile(NaN, load)",
        "predict_linear(load[5m], 1e308)",
        "round(load, 1e-320)",
        "clamp(load, NaN, -Inf)",
        "day_of_year(vector(1e300))",
        "load ^ load ^ load ^ 1e300",
        "hour(vector(-9223372036854775808))",
        "year(vector(9223372036854775807))",
    ],
)
def test_huge_numbers_have_an_answer_or_an_error(expr: str) -> None:
    assert len(answered(engine(), expr)) == 3


@pytest.mark.parametrize(
    ("start_ms", "end_ms", "step_ms"),
    [
        (0, 10**18, 1),
        (0, 2**62, 2**61),
        (-(2**62), 0, 1),
        (5, 0, 1),
        (0, 1, 0),
        (0, 1, -1),
        (2**63, 2**64, 1),
    ],
)
def test_a_range_without_bounds_is_refused_or_answered(start_ms: int, end_ms: int, step_ms: int) -> None:
    asked = engine()
    try:
        result = asked.range_("max_over_time(load[5m:1m])", start_ms, end_ms, step_ms)
    except QueryError:
        return

    assert sum(len(one.times_ms) for one in result.series) <= LIMITS.max_steps * LIMITS.max_series


@pytest.mark.parametrize(
    ("expr", "limit"),
    [
        ("max_over_time(load[1y:1ms])", "query.max_samples"),
        ("sum_over_time(max_over_time(load[10m:1s])[1d:1s])", "query.max_samples"),
        ('wide * on () group_left () label_replace(wide, "n", "", "", "")', ""),
        ("wide", "query.max_series"),
        ("wide or load", "query.max_series"),
    ],
)
def test_a_limit_holds_inside_as_well(expr: str, limit: str) -> None:
    wide = {named("wide", n=str(n)): [1, 2, 3] for n in range(LIMITS.max_series + 10)}
    asked = Asking({**wide, **SERIES}, limits=LIMITS).engine

    with pytest.raises(QueryError) as caught:
        asked.instant(expr, 30_000)

    assert limit in str(caught.value)
