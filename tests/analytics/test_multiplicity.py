"""Corrections for many questions against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.analytics.multiplicity import benjamini_hochberg

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(P_VALUES, st.floats(0.001, 0.2))
def test_findings_are_those_of_the_step_up_procedure(p_values: list[float], level: float) -> None:
    """Benjamini and Hochberg reject the k smallest for the largest k with p(k) <= k / m * level."""
    ordered, count = sorted(p_values), len(p_values)
    most = max((k for k in range(1, count + 1) if ordered[k - 1] * (count / k) <= level), default=0)

    rates = benjamini_hochberg(np.array(p_values))

    assert int((rates <= level).sum()) >= most
    assert sorted(rates <= level, reverse=True)[:most] == [True] * most
    assert rates.tolist() == pytest.approx(
        [
            min([1.0, *(ordered[k] * count / (k + 1) for k in range(count) if ordered[k] >= p)])
            for p in p_values
        ]
    )


def test_a_question_that_could_not_be_asked_counts_nothing() -> None:
    """NaN stays NaN and makes the others no less clear."""
    rates = benjamini_hochberg(np.array([0.01, np.nan, 0.02]))

    assert rates[[0, 2]].tolist() == pytest.approx([0.02, 0.02])
    assert np.isnan(rates[1])


def test_nothing_asked_is_nothing_answered() -> None:
    """An empty array is no error."""
    assert benjamini_hochberg(np.zeros(0)).shape == (0,)
    assert benjamini_hochberg(np.array([np.nan])).shape == (1,)
