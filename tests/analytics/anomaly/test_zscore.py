"""The classic z-score: one series and many."""

from __future__ import annotations

import numpy as np
import pytest

from otel_monitoring.analytics.anomaly.bank import AnomalyBank
from otel_monitoring.analytics.anomaly.detectors import DETECTORS
from otel_monitoring.analytics.anomaly.zscore import ZScoreDetector


def test_a_row_of_a_bank_says_the_same_as_one_series_alone() -> None:
    """Over more points than the window holds."""
    values = np.random.default_rng(5).standard_normal(300)
    values[250] = 9.0
    detector, bank = ZScoreDetector(), AnomalyBank(capacity=1, method="zscore")
    rows = np.array([bank.add()])

    for place, value in enumerate(values.tolist()):
        alone = detector.judge(60.0 * place, value)
        among = bank.update(rows, np.array([60.0 * place]), np.array([value]))

        assert alone.score == pytest.approx(among.scores[0], abs=1e-9)
        assert alone.is_anomalous == among.is_anomalous[0]
        assert alone.rarity_hours == pytest.approx(among.rarity_hours[0], rel=1e-9)


def test_three_deviations_are_anomalous() -> None:
    """And so many deviations as are asked for."""
    values = [float(place % 2) for place in range(100)]
    detector = ZScoreDetector(deviations=3.0)
    for place, value in enumerate(values):
        detector.update(float(place), value)

    verdict = detector.judge(100.0, 2.2)

    assert verdict.is_anomalous
    assert verdict.expected_high == pytest.approx(2.0)


@pytest.mark.parametrize("name", sorted(DETECTORS))
def test_every_detector_of_the_table_scores_each_point_from_0_to_1(name: str) -> None:
    """One score a point, also where a point is no number."""
    values = np.random.default_rng(6).standard_normal(200)
    values[50] = np.nan

    scores = DETECTORS[name](60.0 * np.arange(200, dtype=np.float64), values)

    assert scores.shape == (200,)
    assert ((scores >= 0.0) & (scores <= 1.0)).all()
