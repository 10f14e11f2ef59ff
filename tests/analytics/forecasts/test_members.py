"""Every simple forecast, whatever it is."""

from __future__ import annotations

import numpy as np
import pytest

from otel_monitoring.analytics.forecasts.design import design
from otel_monitoring.analytics.forecasts.members import members
from tests.analytics.forecasts.families import load, made

COUNT, HORIZON = 700, 48


@pytest.mark.parametrize("seasons", [(24, 168), (24,), ()])
@pytest.mark.parametrize("positive", [True, False])
def test_no_member_knows_what_comes_after_an_origin(seasons: tuple[int, ...], *, positive: bool) -> None:
    """Else the backtest would praise it without reason."""
    values = made(load, 0)[:COUNT] / 10_000
    changed = values.copy()
    changed[500:] *= 3
    origins = np.array([300, 500])
    columns = design(COUNT, horizon=HORIZON, seasons=seasons)
    ways = members(seasons=seasons, first_origin=300, design=columns, positive=positive)

    for way in ways:
        before, after = way(values, origins, HORIZON), way(changed, origins, HORIZON)
        # What limits wild forecasts is the range of all values, which the change has widened.
        assert after == pytest.approx(before, rel=1e-6, abs=1e-6)


def test_a_series_that_is_negative_has_no_logarithm() -> None:
    columns = design(COUNT, horizon=HORIZON, seasons=(24,))
    values = made(load, 0)[:COUNT] - 20_000

    ways = members(seasons=(24,), first_origin=300, design=columns, positive=False)

    assert all(np.isfinite(way(values, np.array([300, COUNT]), HORIZON)).all() for way in ways)
