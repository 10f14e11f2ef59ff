"""Series that are no series: an answer or a stated reason, never a warning."""

from __future__ import annotations

import numpy as np
import pytest

from otel_monitoring.analytics.forecasts.capacity import reach
from otel_monitoring.analytics.forecasts.forecast import Forecast, NoForecast, forecast

COUNT = 400
AT = np.arange(COUNT)
RNG = np.random.default_rng(1)
SERIES = {
    "constant": np.full(COUNT, 5.0),
    "zero": np.zeros(COUNT),
    "huge": RNG.standard_normal(COUNT) * 1e300,
    "huge and positive": 1e300 * (1 + RNG.random(COUNT)),
    "the largest": np.where(AT % 2 == 0, 1.7e308, -1.7e308),
    "the smallest": np.full(COUNT, 5e-324),
    "tiny": RNG.random(COUNT) * 1e-310,
    "from tiny to huge": np.where(AT < COUNT // 2, 1e-300, 1e300),
    "exponential": np.exp(AT.astype(float)),
    "far from zero": 1e15 + RNG.standard_normal(COUNT),
    "nothing but gaps": np.full(COUNT, np.nan),
    "infinite": np.full(COUNT, np.inf),
    "partly infinite": np.where(AT % 7 == 0, -np.inf, 1.0),
    "with a gap": np.where((AT > 100) & (AT < 250), np.nan, AT),
    "ended": np.where(AT > 380, np.nan, AT),
    "one spike": np.where(AT == COUNT - 1, 1e9, 0.0),
    "a step": np.where(AT < 300, 0.0, 9.0),
    "a counter with resets": (AT % 100).astype(float),
    "falling": -AT.astype(float),
    "empty": np.array([]),
    "one point": np.array([1.0]),
    "two points": np.array([1.0, 2.0]),
    "two days": RNG.random(48),
    "zero and one": RNG.integers(0, 2, COUNT).astype(float),
}


@pytest.mark.parametrize("horizon", [1, 48, 150])
@pytest.mark.parametrize("seasons", [(24, 168), (24,), (5, 7), (2,), ()])
@pytest.mark.parametrize("name", SERIES)
def test_answers_or_says_why_not(name: str, seasons: tuple[int, ...], horizon: int) -> None:
    """Finite values within a finite band, or what is missing."""
    found = forecast(SERIES[name], horizon=horizon, seasons=seasons)

    if isinstance(found, NoForecast):
        assert found.has < found.needs
    else:
        low, high = found.band()
        assert np.isfinite([low, found.values, high]).all()
        assert (low <= found.values).all()
        assert (found.values <= high).all()


@pytest.mark.parametrize("name", ["constant", "zero", "one spike", "infinite", "empty", "zero and one"])
def test_reaches_no_limit_that_is_far_away(name: str) -> None:
    """Nobody is told of a full disk because a series is odd."""
    found = forecast(SERIES[name], horizon=48)

    if isinstance(found, Forecast):
        assert reach(found, newest=1.0, limit=1e6).outcome == "not within the horizon"
    else:
        assert found.missing == "values"
