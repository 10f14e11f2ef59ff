"""One series in plain floats: the same figures as a row of a bank, and what is asked of any detector."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otel_monitoring.analytics.anomaly.bank import AnomalyBank
from otel_monitoring.analytics.anomaly.stream import Detector

STEP_S = 600.0
START_S = 1_700_006_400.0


def made_up(seed: int, *, count: int, step_s: float = STEP_S) -> tuple[list[float], list[float]]:
    """Return times and values with a season, noise, a gap, repeats and a few surprises."""
    rng = np.random.default_rng(seed)
    times_s = START_S + step_s * np.arange(count)
    times_s[count // 2 :] += 20 * step_s
    values = (
        50
        + 20 * np.sin(2 * np.pi * times_s / 86_400)
        + rng.standard_normal(count) * rng.choice([0.1, 1.0, 5.0])
    )
    values[rng.integers(0, count, 3)] *= 4.0
    values[count // 3 : count // 3 + 12] = values[count // 3]
    return times_s.tolist(), values.tolist()


@pytest.mark.parametrize("seed", range(3))
def test_says_the_same_as_a_row_of_a_bank(seed: int) -> None:
    """Scores, ranges, rarity and reasons agree at every point, over three weeks."""
    times_s, values = made_up(seed, count=3000)
    detector, bank = Detector(), AnomalyBank(capacity=1)
    row = np.array([bank.add()])

    for time_s, value in zip(times_s, values, strict=True):
        alone = detector.judge(time_s, value)
        among = bank.update(row, np.array([time_s]), np.array([value]))

        assert alone.score == pytest.approx(among.scores[0], abs=1e-9)
        assert alone.rarity_hours == pytest.approx(among.rarity_hours[0], rel=1e-6)
        assert alone.expected_low == pytest.approx(among.expected_low[0], rel=1e-9, nan_ok=True)
        assert alone.expected_high == pytest.approx(among.expected_high[0], rel=1e-9, nan_ok=True)
        assert (alone.is_anomalous, alone.reason) == (among.is_anomalous[0], among.reasons[0])


points = st.lists(
    st.tuples(
        st.sampled_from([0.0, 1.0, 60.0, 3600.0, -30.0, 1e6]),
        st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.sampled_from([0.0, 1.0, 1e300, -1e300])),
    ),
    max_size=120,
)


@settings(max_examples=60)
@given(points)
def test_any_points_give_scores_in_bounds_and_those_of_a_bank(steps: list[tuple[float, float]]) -> None:
    """Whatever comes, no error and no warning, and one row of a bank says the same."""
    detector, bank = Detector(), AnomalyBank(capacity=1)
    row = np.array([bank.add()])
    time_s = START_S

    for step_s, value in steps:
        time_s += step_s
        score = detector.update(time_s, value)
        among = bank.update(row, np.array([time_s]), np.array([value]))

        assert 0.0 <= score <= 1.0
        assert math.isclose(score, among.scores[0], rel_tol=1e-6, abs_tol=1e-9)
