"""The moment of a step among points."""

from __future__ import annotations

import numpy as np
import pytest

from otel_monitoring.analytics.trends.moment import moment
from tests.analytics.trends.made import noise


@pytest.mark.parametrize("at", [40, 100, 150])
def test_a_step_in_plain_noise_is_placed(at: int) -> None:
    values = noise(0.0, 200, at) + np.where(np.arange(200) >= at, 5.0, 0.0)

    assert moment(values, size=5.0) == pytest.approx(at, abs=2)


def test_a_jump_in_slow_noise_is_placed() -> None:
    values = noise(0.97, 400, 4) - np.where(np.arange(400) >= 230, 3.0, 0.0)

    assert moment(values, size=-3.0) == pytest.approx(230, abs=2)


def test_one_wild_point_is_no_step() -> None:
    values = noise(0.0, 200, 5) + np.where(np.arange(200) >= 120, 5.0, 0.0)
    values[60] = 1e6

    assert moment(values, size=5.0) == pytest.approx(120, abs=3)


def test_few_points_have_it_in_the_middle() -> None:
    assert moment(np.array([0.0, 0.0, 1.0, 1.0]), size=1.0) == 2
