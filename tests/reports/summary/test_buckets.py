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
from otel_monitoring.reports.summary.buckets import Buckets, quantiles
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


def test_buckets_without_an_end_have_no_quantile() -> None:
    assert np.isnan(quantiles(np.array([1.0, 2.0]), np.array([[1.0], [2.0]]), 0.5)).all()
    assert Buckets([]).quantile(0.5) is None


def test_a_step_without_observations_is_a_gap_in_the_curve() -> None:
    counts = np.array([[1.0, 0.0], [2.0, 0.0]])

    found = quantiles(np.array([1.0, math.inf]), counts, 0.5)

    assert found[0] == 1.0
    assert math.isnan(found[1])
