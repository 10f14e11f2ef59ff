"""Forecasts: what continues, what the bands hold, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from otel_monitoring.analytics.forecasts.errors import ForecastError
from otel_monitoring.analytics.forecasts.forecast import Forecast, NoForecast, forecast
from tests.analytics.forecasts.families import (
    SEASONAL,
    climate,
    daily,
    factors,
    few,
    load,
    made,
    ratio,
    road,
)
from tests.analytics.forecasts.scoring import HORIZON, mean, score

if TYPE_CHECKING:
    from tests.analytics.forecasts.families import Family

HOURS = np.arange(960)
WAVE = 50 + 10 * np.sin(2 * np.pi * HOURS / 24)


def found(values: np.ndarray, **more: object) -> Forecast:
    """Return a forecast that there must be."""
    one = forecast(np.asarray(values, dtype=float), **{"horizon": 48, **more})  # type: ignore[arg-type]
    assert isinstance(one, Forecast)
    return one


def test_continues_a_course_of_a_day() -> None:
    """A pure wave goes on as it was."""
    ahead = found(WAVE[:912])

    assert ahead.values == pytest.approx(WAVE[912:], abs=0.3)


def test_continues_a_line() -> None:
    """What grows by 2 an hour grows on."""
    ahead = found(2.0 * HOURS, horizon=24)

    assert ahead.values == pytest.approx(2.0 * np.arange(960, 984), rel=0.01)


def test_stays_constant() -> None:
    """What never changed has a band without width."""
    ahead = found(np.full(500, 7.0))

    low, high = ahead.band()

    assert low.tolist() == ahead.values.tolist() == high.tolist() == [7.0] * 48


@pytest.mark.parametrize("family", [daily, load, road, factors, climate])
def test_is_better_than_seasonal_naive_and_holt_winters(family: Family) -> None:
    """Also on the mean of few series of a family."""
    series = [made(family, seed) for seed in range(6)]

    reached = mean(one for y in series if (one := score(y[:-HORIZON], y[-HORIZON:])) is not None)

    assert reached.mase < min(reached.naive, reached.winters)


def test_bands_hold_what_they_say() -> None:
    """Over all families 93 to 97 % of what comes is within the band of 95 %."""
    series = [made(family, seed) for family in SEASONAL for seed in range(2, 6)]

    reached = mean(one for y in series if (one := score(y[:-HORIZON], y[-HORIZON:])) is not None)

    assert 0.93 <= reached.coverage <= 0.975


def test_a_higher_level_has_a_wider_band() -> None:
    """What shall hold 99 % is wider than what shall hold 80 %, and around it."""
    ahead = found(made(load, 0))

    (low, high), (lower, higher) = ahead.band(0.8), ahead.band(0.99)

    assert (lower <= low).all()
    assert (higher >= high).all()
    assert (higher - lower).mean() > 1.3 * (high - low).mean()


def test_bands_grow_beyond_what_was_tested() -> None:
    """A forecast for longer than errors could be seen is less sure."""
    ahead = found(made(daily, 0)[:240], horizon=200)

    low, high = ahead.band()

    assert ahead.tested < 100
    assert (high - low)[-24:].mean() > 1.5 * (high - low)[:24].mean()


def test_a_ratio_stays_within_its_bounds() -> None:
    """Neither forecast nor band leave 0 to 1."""
    ahead = found(made(ratio, 0), floor=0.0, ceiling=1.0)

    low, high = ahead.band(0.99)

    assert ahead.values.max() <= high.max() <= 1.0
    assert low.min() >= 0.0


def test_a_count_is_not_below_0() -> None:
    """The band of rare counts ends at 0."""
    low, _ = found(made(few, 0), floor=0.0).band(0.99)

    assert low.min() == 0.0


def test_follows_a_new_level_from_a_day_after_the_step() -> None:
    """What dropped to a tenth two days ago is not expected back."""
    values = WAVE.copy()
    values[-48:] -= 45

    assert found(values).values.mean() == pytest.approx(5, abs=2)


def test_a_weekend_is_no_new_level() -> None:
    """A step down on Saturday is followed by one up on Monday."""
    day = (HOURS // 24) % 7
    values = np.where(day >= 5, 20.0, 100.0) + np.sin(HOURS)
    sunday = 34 * 24

    ahead = found(values[: sunday - 72], horizon=72, seasons=(24, 168))
    later = found(values[:sunday], horizon=48, seasons=(24, 168))

    assert ahead.values[:48] == pytest.approx(values[sunday - 72 : sunday - 24], abs=8)
    assert later.values[24:] == pytest.approx(values[:24], abs=8)


def test_one_freak_point_changes_nothing() -> None:
    """A single point a hundred times too high, even the newest, is not carried on."""
    values = WAVE.copy()
    values[[500, 959]] = 5000.0

    assert found(values).values == pytest.approx(found(WAVE).values, abs=2)


def test_gaps_are_bridged() -> None:
    """Without a day of values and every tenth point the forecast is nearly the same."""
    values = WAVE.copy()
    values[::10] = np.nan
    values[500:524] = np.nan

    assert found(values).values == pytest.approx(found(WAVE).values, abs=1)


def test_begins_after_the_last_place_not_the_last_value() -> None:
    """Where the newest five points are missing the forecast still begins after them."""
    values = WAVE.copy()
    values[-5:] = np.nan

    assert found(values).values == pytest.approx(found(WAVE).values, abs=1)


def test_scaling_a_series_scales_its_forecast() -> None:
    """Seconds or milliseconds: the same forecast."""
    values = made(road, 1)

    small, large = found(values), found(values * 1000)

    assert large.values == pytest.approx(small.values * 1000, rel=1e-6)
    assert large.band()[1] == pytest.approx(small.band()[1] * 1000, rel=1e-6)


def test_leaves_out_a_week_that_was_not_seen_twice() -> None:
    """Nine days know a day and no week."""
    assert found(WAVE[:216]).seasons == (24,)
    assert found(WAVE[:400]).seasons == (24, 168)


def test_says_how_much_history_a_season_needs() -> None:
    """Five hours know no day."""
    assert forecast(WAVE[:5], horizon=48) == NoForecast("season", has=5, needs=48)


def test_says_how_many_points_it_needs_without_a_season() -> None:
    """Five points are few for anything."""
    assert forecast(WAVE[:5], horizon=3, seasons=()) == NoForecast("points", has=5, needs=16)


def test_says_that_there_are_no_values() -> None:
    """Of nothing but gaps nothing follows."""
    assert forecast(np.full(500, np.nan), horizon=3) == NoForecast("values", has=0, needs=16)


def test_says_that_too_much_is_missing() -> None:
    """One value in three is too few."""
    values = np.where(HOURS % 3 == 0, WAVE, np.nan)

    assert forecast(values, horizon=3) == NoForecast("values", has=320, needs=479)


def test_works_without_any_season() -> None:
    """A slow line of minutes goes on."""
    ahead = found(10 + 0.1 * np.arange(120), horizon=30, seasons=())

    assert ahead.values == pytest.approx(10 + 0.1 * np.arange(120, 150), rel=0.02)


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"horizon": 0}, "horizon 0"),
        ({"seasons": (24, 24)}, r"seasons \(24, 24\)"),
        ({"seasons": (1,)}, r"seasons \(1,\)"),
        ({"seasons": (7, 24, 168)}, "seasons"),
        ({"floor": 1.0, "ceiling": 0.0}, r"floor 1.0 and ceiling 0.0"),
    ],
)
def test_refuses_arguments_without_sense(more: dict[str, object], named: str) -> None:
    """The message names the argument and its value."""
    with pytest.raises(ForecastError, match=named):
        found(WAVE, **more)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0, float("nan")])
def test_refuses_a_level_that_is_no_share(level: float) -> None:
    """A level of 95 is meant as 0.95."""
    ahead = found(WAVE)

    with pytest.raises(ForecastError, match="level"):
        ahead.band(level)
