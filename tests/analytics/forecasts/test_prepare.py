"""Histories made fit to be continued."""

from __future__ import annotations

import numpy as np
import pytest

from otel_monitoring.analytics.forecasts.prepare import prepare, without_steps

HOURS = np.arange(480)
DAY = 10 * np.sin(2 * np.pi * HOURS / 24)


def test_gaps_are_filled_with_what_was_there_a_day_before() -> None:
    values = 20 + DAY
    values[100:110] = np.nan

    found = prepare(values, seasons=(24,))

    assert found.values * found.size + found.center == pytest.approx(20 + DAY)


def test_gaps_without_a_season_are_bridged_by_a_line() -> None:
    found = prepare(np.array([1.0, np.nan, 3.0]), seasons=())

    assert (found.values * found.size + found.center).tolist() == pytest.approx([1, 2, 3])


def test_what_is_missing_at_the_end_is_overdue() -> None:
    found = prepare(np.array([np.nan, 1.0, 2.0, np.nan, np.nan]), seasons=())

    assert len(found.values) == 2
    assert found.overdue == 2


def test_single_freak_points_are_replaced_and_kept_for_judging() -> None:
    values = 20 + DAY
    values[200] = 500.0

    found = prepare(values, seasons=(24,))

    assert found.cleaned[200] * found.size == pytest.approx(20 + DAY[200], abs=1)
    assert found.values[200] * found.size == pytest.approx(500)


@pytest.mark.parametrize("seasons", [(24,), (24, 168)])
@pytest.mark.parametrize("at", [60, 240, 430])
def test_a_lasting_step_is_taken_out(seasons: tuple[int, ...], at: int) -> None:
    values = DAY + np.where(at <= HOURS, 50.0, 0.0)

    assert without_steps(values, seasons) == pytest.approx(DAY + 50, abs=1e-6)


def test_a_step_that_returns_each_week_stays() -> None:
    values = DAY + np.where((HOURS // 24) % 7 >= 5, -50.0, 0.0)

    assert without_steps(values, (24, 168)).tolist() == values.tolist()


def test_a_holiday_on_the_newest_day_is_no_step() -> None:
    values = (12 + DAY) * np.where(HOURS >= 456, 0.4, 1.0)

    assert without_steps(values, (24, 168)).tolist() == values.tolist()


def test_a_short_series_keeps_its_steps() -> None:
    values = np.where(HOURS[:72] >= 30, 50.0, 0.0)

    assert without_steps(values, (24,)).tolist() == values.tolist()
