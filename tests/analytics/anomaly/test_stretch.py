"""How long a finding lasts."""

from __future__ import annotations

import math

import numpy as np
import pytest

from otel_monitoring.analytics.anomaly.stretch import BACK_POINTS, USUAL_POINTS, Stretch
from otel_monitoring.analytics.anomaly.window import detect

START_S = 1_700_006_400.0


def follow(values: list[float], *, adapts: bool) -> tuple[int, float]:
    """Return after how many points a finding at 0 is closed, and when it was over."""
    stretch = Stretch(start=0.0, low=90.0, high=110.0)
    for at, value in enumerate(values, start=1):
        low, high = (value - 1, value + 1) if adapts else (90.0, 110.0)
        if not stretch.goes_on(float(at), value, low=low, high=high, is_anomalous=False):
            return at, stretch.end
    return -1, stretch.end


def test_it_is_over_when_the_series_is_back_where_it_was() -> None:
    assert follow([200.0] * 30 + [100.0] * 40, adapts=True) == (30 + BACK_POINTS, 31.0)


def test_a_level_that_stays_becomes_usual() -> None:
    assert follow([200.0] * 500, adapts=True) == (USUAL_POINTS, USUAL_POINTS)


def test_what_stays_strange_lasts() -> None:
    assert follow([200.0] * 500, adapts=False) == (-1, 500.0)


def test_without_a_known_range_it_is_over_soon() -> None:
    stretch = Stretch(start=0.0, low=math.nan, high=math.nan)

    lasts = [
        stretch.goes_on(float(at), 5.0, low=math.nan, high=math.nan, is_anomalous=False)
        for at in range(1, BACK_POINTS + 1)
    ]

    assert lasts == [True] * (BACK_POINTS - 1) + [False]
    assert stretch.end == 1.0


@pytest.mark.parametrize("method", ["adaptive", "zscore"])
def test_a_burst_of_an_hour_is_over_after_an_hour(method: str) -> None:
    rng = np.random.default_rng(2)
    values = 100 + rng.standard_normal(1500)
    values[1000:1060] += 80
    times_s = START_S + 60.0 * np.arange(1500)

    found = detect(times_s, values, method=method)  # type: ignore[arg-type]
    burst = [one for one in found if one.start_s <= times_s[1003] <= one.end_s]

    assert len(burst) == 1
    assert burst[0].start_s >= times_s[1000]
    assert times_s[1058] <= burst[0].end_s <= times_s[1062]
