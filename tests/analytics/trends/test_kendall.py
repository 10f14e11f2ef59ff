"""All pairs of points, counted as a person would."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.analytics.trends.kendall import Pairs


@given(st.lists(st.integers(-5, 5), min_size=2, max_size=25))
def test_pairs_are_counted_as_one_by_one(values: list[int]) -> None:
    pairs = Pairs.of(np.arange(len(values), dtype=np.float64), np.array(values, dtype=np.float64))

    together = list(combinations(enumerate(values), 2))
    assert pairs.rising == sum((later > earlier) - (later < earlier) for (_, earlier), (_, later) in together)
    slopes = sorted((later - earlier) / (to - begin) for (begin, earlier), (to, later) in together)
    assert pairs.slopes.tolist() == pytest.approx(slopes)


def test_the_variance_without_ties_is_the_one_of_the_books() -> None:
    assert Pairs.of(np.arange(10.0), np.arange(10.0) ** 2).variance == pytest.approx(125)


def test_ties_take_from_the_variance() -> None:
    tied = Pairs.of(np.arange(10.0), np.array([1.0, 1, 2, 3, 4, 5, 6, 7, 8, 9]))

    assert tied.variance == pytest.approx(124)
    assert Pairs.of(np.arange(10.0), np.ones(10)).variance == 0


def test_an_interval_is_never_wider_than_all_pairs() -> None:
    pairs = Pairs.of(np.arange(4.0), np.array([0.0, 1.0, 3.0, 2.0]))

    assert pairs.between(1e9) == (-1.0, 2.0)
    assert pairs.between(0.0)[0] <= pairs.slope <= pairs.between(0.0)[1]
