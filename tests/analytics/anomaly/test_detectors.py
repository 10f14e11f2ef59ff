"""The table of detectors, and whoever adds to it."""

from __future__ import annotations

import numpy as np
import pytest

from otel_monitoring.analytics.anomaly.detectors import DETECTORS
from otel_monitoring.analytics.anomaly.verdict import Reason
from otel_monitoring.analytics.anomaly.window import detect

TIMES_S = 1_700_006_400.0 + 60.0 * np.arange(500, dtype=np.float64)


@pytest.mark.parametrize("name", DETECTORS)
def test_each_detector_scores_every_point_from_0_to_1(name: str) -> None:
    values = 100 + np.random.default_rng(1).standard_normal(500)
    values[400] = 1000.0

    scores = DETECTORS[name](TIMES_S, values)

    assert scores.shape == (500,)
    assert scores.min() >= 0.0
    assert scores.max() <= 1.0
    assert scores.argmax() == 400


def test_one_that_was_added_is_asked_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DETECTORS, "above_ten", lambda _times, values: np.where(values > 10, 0.9, 0.1))
    values = np.zeros(500)
    values[[100, 103, 400]] = 11.0

    first, second = detect(TIMES_S, values, method="above_ten")

    assert (first.start_s, first.end_s) == (TIMES_S[100], TIMES_S[103])
    assert (second.start_s, second.value, second.reason) == (TIMES_S[400], 11.0, Reason.NONE)
