"""Sums are as good as exactly rounded ones, however wide or long."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.promql.vectors.summation import exact_sum, exact_sum_1d

WIDE = 80


@given(st.lists(st.floats(-1e200, 1e200), min_size=1, max_size=50), st.sampled_from([1, WIDE]))
def test_a_sum_is_that_of_exact_arithmetic(terms: list[float], width: int) -> None:
    matrix = np.repeat(np.array(terms)[:, None], width, axis=1)
    largest = max(map(abs, terms))

    with np.errstate(all="ignore"):
        total = exact_sum(matrix)

    exact = math.fsum(terms)
    assert total.shape == (width,)
    assert total[-1] == pytest.approx(exact, rel=1e-15, abs=largest * 1e-30)


@pytest.mark.parametrize("width", [1, WIDE])
@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([0.1] * 10, 1.0),
        ([1.0, 1e100, 1.0, -1e100], 2.0),
        ([math.inf, 1.0], math.inf),
        ([0.0, 0.0], 0.0),
        ([1e308, -1e308, 1.0], 1.0),
        ([5e-324, 5e-324], 1e-323),
    ],
)
def test_known_sums(terms: list[float], expected: float, width: int) -> None:
    with np.errstate(all="ignore"):
        total = exact_sum(np.repeat(np.array(terms)[:, None], width, axis=1))

    assert total[0] == expected
    assert exact_sum_1d(np.array(terms)) == expected


@pytest.mark.parametrize("terms", [[math.inf, -math.inf], [math.nan, 1.0]])
def test_what_has_no_sum_is_nan(terms: list[float]) -> None:
    with np.errstate(all="ignore"):
        assert np.isnan(exact_sum(np.repeat(np.array(terms)[:, None], WIDE, axis=1))).all()
        assert math.isnan(exact_sum_1d(np.array(terms)))
