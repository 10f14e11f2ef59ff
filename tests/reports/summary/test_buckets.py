"""Quantiles of buckets, beside those of the engine."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.reports.summary.asker import Pair
from otel_monitoring.reports.summary.buckets import Buckets
from otel_monitoring.stores.series import SeriesStore

BOUNDS = (0.1, 0.5, 1.0, math.inf)


def pairs(counts: list[float]) -> list[Pair]:
    return [
        Pair(Labels.of(le="+Inf" if math.isinf(bound) else f"{bound:g}"), np.array([count]), np.array([0.0]))
        for bound, count in zip(BOUNDS, counts, strict=True)
    ]


@given(st.lists(st.integers(0, 50), min_size=4, max_size=4).filter(any), st.floats(0.01, 0.99))
def test_quantiles_are_those_of_promql(added: list[int], share: float) -> None:
    counts = np.cumsum(added).astype(float).tolist()
    store = SeriesStore()
    labels = [Labels.of({"__name__": "b", **dict(pair.labels)}) for pair in pairs(counts)]
    store.append(Batch("self", 60_000, labels, counts))
    ((_, wanted),) = Engine(store)(f"histogram_quantile({share}, b)", 60_000).samples

    found = Buckets(pairs(counts)).quantile(share)

    assert found == pytest.approx(wanted)


@pytest.mark.parametrize("counts", [[0.0] * 4, [math.nan] * 4])
def test_nothing_has_no_quantile(counts: list[float]) -> None:
    assert Buckets(pairs(counts)).quantile(0.5) is None


def test_no_buckets_have_no_quantile() -> None:
    assert Buckets([]).quantile(0.5) is None


def test_a_bound_that_is_spelt_in_two_ways_is_one() -> None:
    apart = [
        Pair(Labels.of(le=le), np.array([count]), np.array([0.0]))
        for le, count in (("0.5", 8.0), ("1", 5.0), ("1.0", 5.0), ("+Inf", 6.0), ("Inf", 6.0))
    ]

    found = Buckets(apart)

    assert found.bounds.tolist() == [0.5, 1.0, math.inf]
    assert found.count == 12
    assert found.quantile(0.8) == pytest.approx(0.9)
