"""Points put on an even grid."""

from __future__ import annotations

import math

import numpy as np
import pytest

from otel_monitoring.analytics.trends.grid import Grid, means


def test_even_points_stay_as_they_are() -> None:
    grid = Grid.of(np.arange(5, dtype=np.float64) * 60.0, np.array([1.0, 2.0, 4.0, 3.0, 2.0]), most=300)

    assert (grid.step_s, grid.scale, grid.points) == (60.0, 4.0, 5)
    assert (grid.values * grid.scale).tolist() == [1, 2, 4, 3, 2]


def test_many_points_become_means() -> None:
    grid = Grid.of(np.arange(1000.0), np.arange(1000.0), most=100)

    assert len(grid.values) == 100
    assert grid.values[0] * grid.scale == pytest.approx(4.5)


def test_a_hole_stays_a_hole() -> None:
    grid = Grid.of(np.array([0.0, 60, 120, 300]), np.array([1.0, 1, 1, 1]), most=300)

    assert np.isnan(grid.values).tolist() == [False, False, False, True, True, False]


def test_two_values_of_one_time_are_their_mean() -> None:
    grid = Grid.of(np.array([0.0, 0, 60]), np.array([1.0, 3.0, 2.0]), most=300)

    assert (grid.values * grid.scale).tolist() == [2.0, 2.0]


@pytest.mark.parametrize("values", [[], [math.nan], [5.0]])
def test_fewer_than_two_points_have_no_step(values: list[float]) -> None:
    assert Grid.of(np.arange(len(values), dtype=np.float64), np.array(values), most=300).step_s == 0


def test_coarser_cells_leave_out_what_is_over_at_the_start() -> None:
    grid = Grid.of(np.arange(7.0), np.array([9.0, 1, 3, 1, 5, 0, 8]), most=300)

    assert (grid.coarser(2) * grid.scale).tolist() == pytest.approx([2, 3, 4])


def test_a_row_of_holes_has_no_mean() -> None:
    assert np.isnan(means(np.array([[math.nan, math.nan], [1.0, math.nan]]))).tolist() == [True, False]
