"""``info``: labels of other metrics; checked against Prometheus 3.15."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.errors import QueryError
from otel_monitoring.model.sample import STALE
from tests.promql.asking import Asking, named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from otel_monitoring.model.labels import Labels

M = named("m", instance="a", job="1")
SERIES: Mapping[Labels, Sequence[float | object]] = {
    M: [1, 2, 3],
    named("m", instance="z", job="1"): [4, 5, 6],
    named("m"): [7, 8, 9],
    named("target_info", instance="a", job="1", host="h", os="linux"): [1, 1, 1],
    named("build_info", instance="a", job="1", version="3"): [1, 1, 1],
    named("other_info", instance="a", job="1", os="bsd"): [1, 1, 1],
    named("half_info", instance="a", half="y"): [1, 1, 1],
    named("m", instance="a"): [5, 5, 5],
}


def labels_of(expr: str, time_s: float = 30) -> list[str]:
    """Return the labels that came to each series of job 1 and to that without a job, by instance."""
    found = Asking(SERIES, experimental=True).at(expr, time_s)
    plain = {"__name__", "instance", "job"}
    return sorted(
        f"{labels.get('instance')}{labels.get('job')} "
        + " ".join(f"{name}={value}" for name, value in labels if name not in plain)
        for labels in found
    )


@pytest.mark.parametrize(
    ("expr", "want"),
    [
        ("info(m)", [" ", "a ", "a1 host=h os=linux", "z1 "]),
        ('info(m, {os=~".+"})', ["a1 os=linux"]),
        ('info(m, {os=~".*"})', [" ", "a ", "a1 os=linux", "z1 "]),
        ('info(m, {os="bsd"})', []),
        ('info(m, {__name__="build_info"})', [" ", "a ", "a1 version=3", "z1 "]),
        ('info(m, {__name__="half_info", half="y"})', ["a half=y"]),
        ('info(m, {__name__=~"build.+|target.+", version!=""})', ["a1 version=3"]),
        ('info(m, {__name__!~"other.+", version!=""})', ["a1 version=3"]),
        ('info({__name__=~"m|build_info"}, {__name__="build_info", version="3"})', ["a1 version=3"] * 2),
        ("info(sum by (instance, job) (m))", [" ", "a ", "a1 host=h os=linux", "z1 "]),
        ("info(sum(m))", [" "]),
    ],
)
def test_adds_the_labels_that_are_asked_for(expr: str, want: list[str]) -> None:
    assert labels_of(expr) == want


def test_what_a_series_has_stays() -> None:
    series = {named("m", job="1", os="own"): [1], named("target_info", job="1", os="linux", host="h"): [1]}

    (labels,) = Asking(series, experimental=True).at("info(m)", 0)

    assert labels == named("m", job="1", os="own", host="h")


def test_info_series_that_contradict_each_other_are_an_error() -> None:
    with pytest.raises(QueryError, match="conflicting label: os"):
        labels_of('info(m, {__name__=~".+_info"})')


def test_two_info_series_of_one_target_are_an_error() -> None:
    series = {M: [1], **{named("target_info", instance="a", job="1", v=v): [1] for v in "12"}}

    with pytest.raises(QueryError, match=r"found duplicate series for info metric: existing .* @ 0, new"):
        Asking(series, experimental=True).at("info(m)", 0)


def test_the_newest_info_series_counts_at_each_step() -> None:
    series: dict[Labels, Sequence[float | object]] = {
        M: [1, 2, 3],
        named("target_info", instance="a", job="1", v="old"): [1, 1],
        named("target_info", instance="a", job="1", v="new"): [STALE, STALE, 1],
    }
    found = Asking(series, experimental=True).engine.range_("info(m)", 0, 30_000, 15_000).series

    assert [(one.labels.get("v"), one.values.tolist()) for one in found] == [("new", [3]), ("old", [1, 2])]


@pytest.mark.parametrize(
    ("expr", "versions"),
    [
        ("info(m offset 15s)", {"1"}),
        ("info(m @ 15)", {"1"}),
        ("info(rate(m[1m] offset 15s))", {"1"}),
        ("info(last_over_time(m[30s:15s] offset 15s))", {"1"}),
        ("info(m @ end())", {"2"}),
        ("info(m offset 15s + m)", {"2"}),
        ("info(m + on () group_left () vector(1))", {"2"}),
    ],
)
def test_looks_at_the_time_that_its_series_are_from(expr: str, versions: set[str]) -> None:
    series: dict[Labels, Sequence[float | object]] = {
        M: [1, 2, 3],
        named("target_info", instance="a", job="1", v="1"): [1, 1],
        named("target_info", instance="a", job="1", v="2"): [STALE, STALE, 1],
    }

    found = Asking(series, experimental=True).at(expr, 30)

    assert {labels.get("v") for labels in found} == versions


def test_a_start_time_is_nowhere() -> None:
    assert Asking(SERIES, experimental=True).at("start_timestamp(m)", 0) == {}
