"""``fill`` and its kin: what stands for samples that one side lacks. Checked against Prometheus 3.15."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.errors import QueryError
from tests.promql.asking import GAP, Asking, named

if TYPE_CHECKING:
    from otel_monitoring.model.labels import Labels

SERIES: dict[Labels, list[float | object]] = {
    named("le", k="a"): [1, 2],
    named("le", k="b"): [4, 5],
    named("ri", k="b", x="1"): [10, 20],
    named("ri", k="c", x="2"): [40, 50],
    named("many", k="a", m="1"): [1, GAP, 3],
    named("many", k="a", m="2"): [5, 6],
    named("many", k="d", m="3"): [8, 9],
}


@pytest.mark.parametrize(
    ("expr", "want"),
    [
        ("many + on(k) group_left fill(100) le", ["a1:3", "a2:8", "b:105", "d3:109"]),
        ("many + on(k) group_left fill_left(100) le", ["a1:3", "a2:8", "b:105"]),
        ("many + on(k) group_left fill_right(100) le", ["a1:3", "a2:8", "d3:109"]),
        ("le + on(k) group_right fill_left(100) many", ["a1:3", "a2:8", "b:105"]),
        ("le - on(k) group_right fill(100) many", ["a1:1", "a2:-4", "b:-95", "d3:91"]),
        ("le > fill(3) ri", ["b:5"]),
        ("le < fill(3) ri", ["a:2", "b1:3", "c2:3"]),
        ("le > bool on(k) fill(3) ri", ["a:0", "b:0", "c:0"]),
        ("le + ignoring(x) fill(0) ri", ["a:2", "b:25", "c:50"]),
        ("ri + on(k) group_left(x) fill(0) le", ["a:2", "b:25", "c:50"]),
        ("le + on(k) group_left(x) fill(1) ri", ["a:3", "b1:25", "c2:51"]),
        ("le + fill(1) nobody", ["a:3", "b:6"]),
        ("nobody + fill_right(1) le", []),
    ],
)
def test_fills_what_a_side_lacks(expr: str, want: list[str]) -> None:
    found = Asking(SERIES, experimental=True).at(expr, 20)

    shown = ["".join(labels.get(name) for name in "kmx") + f":{value:g}" for labels, value in found.items()]
    assert sorted(shown) == want


def test_fills_single_steps() -> None:
    series = {named("a", k="1"): [1, GAP, 3], named("b", k="1"): [GAP, 20, 30]}
    asking = Asking(series, experimental=True).engine.tuned(lookback_ms=15_000)

    (found,) = asking.range_("a + fill_right(100) b", 0, 30_000, 15_000).series

    assert (found.times_ms.tolist(), found.values.tolist()) == ([0, 30_000], [101, 33])


def test_a_filled_side_may_not_be_met_twice() -> None:
    with pytest.raises(QueryError, match="many-to-one matching must be explicit"):
        Asking(SERIES, experimental=True).at("many + on(k) fill(1) ri", 20)


def test_the_same_expression_without_fill_is_not_mistaken_for_it() -> None:
    asking = Asking({named("a", k="1"): [1]}, experimental=True)

    assert len(asking.at("sum by (k) (a) + fill(1) sum by (k) (a)", 0)) == 1
    assert len(asking.at("sum by (k) (a) + sum by (k) (a)", 0)) == 1
