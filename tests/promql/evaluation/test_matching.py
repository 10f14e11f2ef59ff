"""Binary operators between scalars and vectors."""

from __future__ import annotations

import math

import pytest

from otel_monitoring.errors import QueryError
from otel_monitoring.model.labels import Labels
from tests.promql.asking import GAP, NONE, Asking, named

SHOP = {
    named("errors", route="/a", code="500"): [1],
    named("errors", route="/a", code="503"): [3],
    named("errors", route="/b", code="500"): [5],
    named("requests", route="/a"): [100],
    named("requests", route="/c"): [7],
    named("owner", route="/a", team="blue"): [1],
    named("owner", route="/b", team="red"): [1],
}
A5, A503 = Labels.of(route="/a", code="500"), Labels.of(route="/a", code="503")
REQUESTS_A, REQUESTS_C = named("requests", route="/a"), named("requests", route="/c")


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("7 % 4", 3.0),
        ("-7 % 4", -3.0),
        ("2 ^ 3 ^ 2", 512.0),
        ("1 / 0", math.inf),
        ("1 atan2 1", math.pi / 4),
        ("1 < bool 2", 1.0),
        ("1 == bool 2", 0.0),
        ("2 * 3 - 4", 2.0),
    ],
)
def test_between_scalars(expr: str, expected: float) -> None:
    assert Asking().one(expr) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("requests * 2", {Labels.of(route="/a"): 200.0, Labels.of(route="/c"): 14.0}),
        ("1 - requests", {Labels.of(route="/a"): -99.0, Labels.of(route="/c"): -6.0}),
        ("requests > 50", {REQUESTS_A: 100.0}),
        ("50 > requests", {REQUESTS_C: 7.0}),
        ("requests >= bool 100", {Labels.of(route="/a"): 1.0, Labels.of(route="/c"): 0.0}),
        ("requests != 7", {REQUESTS_A: 100.0}),
    ],
)
def test_between_a_vector_and_a_scalar(expr: str, expected: dict[Labels, float]) -> None:
    assert Asking(SHOP).at(expr, 0) == expected


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("requests + requests", {Labels.of(route="/a"): 200.0, Labels.of(route="/c"): 14.0}),
        ("sum by (route) (errors) / requests", {Labels.of(route="/a"): 0.04}),
        ("sum by (route) (errors) / on (route) requests", {Labels.of(route="/a"): 0.04}),
        ("errors{code='500'} / ignoring (code) requests", {Labels.of(route="/a"): 0.01}),
        ("errors / on (route) group_left () requests", {A5: 0.01, A503: 0.03}),
        ("requests / on (route) group_right () errors", {A5: 100.0, A503: pytest.approx(100 / 3)}),
        (
            "requests * on (route) group_left (team) owner",
            {Labels.of(route="/a", team="blue"): 100.0},
        ),
        ("requests > on (route) sum by (route) (errors)", {Labels.of(route="/a"): 100.0}),
        ("requests < on (route) sum by (route) (errors)", NONE),
        ("requests > bool on (route) owner", {Labels.of(route="/a"): 1.0}),
        ("requests > ignoring (team) group_left () owner", {REQUESTS_A: 100.0}),
        ("requests / nobody", NONE),
    ],
)
def test_between_vectors(expr: str, expected: dict[Labels, float]) -> None:
    assert Asking(SHOP).at(expr, 0) == expected


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("requests and on (route) errors", {REQUESTS_A: 100.0}),
        ("requests unless on (route) errors", {REQUESTS_C: 7.0}),
        ("requests and errors", NONE),
        ("requests and on () errors", {REQUESTS_A: 100.0, REQUESTS_C: 7.0}),
        ("requests unless nobody", {REQUESTS_A: 100.0, REQUESTS_C: 7.0}),
        ("requests and nobody", NONE),
        ("nobody or requests", {REQUESTS_A: 100.0, REQUESTS_C: 7.0}),
        ("requests{route='/c'} or requests", {REQUESTS_A: 100.0, REQUESTS_C: 7.0}),
        ("requests{route='/c'} or on () requests", {REQUESTS_C: 7.0}),
        ("(requests > 50) or requests", {REQUESTS_A: 100.0, REQUESTS_C: 7.0}),
        ("requests and on (route) (errors > 4)", NONE),
    ],
)
def test_sets(expr: str, expected: dict[Labels, float]) -> None:
    assert Asking(SHOP).at(expr, 0) == expected


@pytest.mark.parametrize(
    ("expr", "message"),
    [
        (
            "requests / on (route) errors",
            r'match group {route="/a"} on the right hand-side.*many-to-many matching not allowed',
        ),
        ("errors / on (route) requests", "many-to-one matching must be explicit"),
        ("errors / on (route) group_right () requests", "on the left hand-side"),
        (
            "errors * on (route) group_left (code) (requests * 0)",
            "grouping labels must ensure unique matches",
        ),
    ],
)
def test_sides_that_do_not_match_are_refused(expr: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        Asking(SHOP).at(expr, 0)


def test_a_duplicate_that_has_no_sample_now_does_no_harm() -> None:
    asking = Asking({named("l", a="1"): [1], named("r", a="1", b="1"): [2], named("r", a="1", b="2"): [GAP]})

    assert asking.one("l / on (a) r", 0) == 0.5


def test_duplicates_do_no_harm_where_the_other_side_is_empty() -> None:
    asking = Asking(SHOP)

    assert asking.at("nobody / on (route) errors", 0) == NONE
    assert asking.at("(requests > 1000) / on (route) errors", 0) == NONE


def test_the_sides_of_or_may_take_turns() -> None:
    asking = Asking({named("x", a="1"): [1, 20, 3]})

    ranged = asking.over("(x > 10) or (x * 0 < 1)", start_s=0, end_s=30, step_s=15)

    assert ranged == {
        named("x", a="1"): [None, 20.0, None],
        Labels.of(a="1"): [0.0, None, 0.0],
    }


def test_a_series_of_or_is_one_series_whichever_side_it_comes_from() -> None:
    asking = Asking({named("x", a="1"): [1, 20, 3]})

    ranged = asking.over("(x * 2 > 10) or (x * 1)", start_s=0, end_s=30, step_s=15)

    assert ranged == {Labels.of(a="1"): [1.0, 40.0, 3.0]}


def test_a_string_has_no_operators() -> None:
    with pytest.raises(QueryError):
        Asking().one('"a" + 1')


def test_two_sides_from_one_selection_meet_series_by_series() -> None:
    asking = Asking({named("load", job="a"): [1, 3], named("load", job="b"): [4, 8]})

    assert asking.at("load - avg_over_time(load[30s])", 15) == {
        Labels.of(job="a"): 1.0,
        Labels.of(job="b"): 2.0,
    }
    assert asking.at("load > avg_over_time(load[30s]) * 1.4", 15) == {named("load", job="a"): 3.0}
