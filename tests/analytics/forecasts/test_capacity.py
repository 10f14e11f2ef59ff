"""When limits are reached."""

from __future__ import annotations

import numpy as np
import pytest

from otel_monitoring.analytics.forecasts.capacity import Reach, reach
from otel_monitoring.analytics.forecasts.forecast import Forecast, forecast

RNG = np.random.default_rng(5)
STEADY = np.cumsum(np.maximum(0.001 * (1 + 0.5 * RNG.standard_normal(400)), 0))


def ahead(values: np.ndarray, horizon: int = 240) -> Forecast:
    """Return a forecast that there must be."""
    found = forecast(values, horizon=horizon)
    assert isinstance(found, Forecast)
    return found


def test_a_steady_rise_reaches_its_limit_when_it_should() -> None:
    """A thousandth an hour, a tenth to go: in a hundred hours, between the two others."""
    found = reach(ahead(STEADY), newest=STEADY[-1], limit=STEADY[-1] + 0.1)

    assert found.outcome == "expected"
    assert found.earliest is not None
    assert found.expected is not None
    assert found.latest is not None
    assert found.expected == pytest.approx(100, rel=0.1)
    assert found.earliest < found.expected < found.latest


def test_what_falls_reaches_a_limit_below() -> None:
    """Free space runs out as used space fills up."""
    free = 1 - STEADY

    found = reach(ahead(free), newest=free[-1], limit=free[-1] - 0.1, is_floor=True)

    assert found.expected == pytest.approx(100, rel=0.1)


def test_a_limit_beyond_the_horizon_is_not_reached() -> None:
    """Ten days are not enough for what takes forty."""
    found = reach(ahead(STEADY), newest=STEADY[-1], limit=STEADY[-1] + 1)

    assert found == Reach("not within the horizon")


def test_what_is_at_its_limit_has_reached_it() -> None:
    """No forecast is needed for that."""
    assert reach(ahead(STEADY), newest=1.0, limit=1.0) == Reach("reached", 0.0, 0.0, 0.0)


def test_what_only_may_reach_its_limit_has_an_earliest_time_alone() -> None:
    """The edge of the band gets there, the forecast does not."""
    found = ahead(50 + RNG.standard_normal(400))
    _, high = found.band(0.8)
    between = float((found.values.max() + high.max()) / 2)

    reached = reach(found, newest=50, limit=between)

    assert reached.outcome == "possible"
    assert reached.earliest is not None
    assert reached.expected is None


def test_what_goes_down_never_fills_up() -> None:
    """A disk that is cleaned is not going to be full."""
    found = reach(ahead(1 - STEADY), newest=1 - STEADY[-1], limit=1.5)

    assert found == Reach("not within the horizon")


def test_a_wider_level_gives_wider_times() -> None:
    """To be surer, say less."""
    found, limit = ahead(STEADY), STEADY[-1] + 0.1

    narrow = reach(found, newest=STEADY[-1], limit=limit, level=0.5)
    wide = reach(found, newest=STEADY[-1], limit=limit, level=0.95)

    assert wide.earliest is not None
    assert narrow.earliest is not None
    assert wide.earliest < narrow.earliest
