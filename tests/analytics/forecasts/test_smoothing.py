"""Exponential smoothing at many origins at once."""

from __future__ import annotations

import numpy as np
import pytest

from otel_monitoring.analytics.forecasts.smoothing import smooth

HOURS = np.arange(400.0)
COURSE = 0.5 * HOURS + 10 * np.sin(2 * np.pi * HOURS / 24)


def test_a_line_with_a_course_of_a_day_goes_on() -> None:
    (ahead,) = smooth(COURSE[:352], np.array([352]), 48, season=24)

    assert ahead == pytest.approx(COURSE[352:], abs=3)


def test_what_comes_after_an_origin_is_not_known_at_it() -> None:
    changed = COURSE.copy()
    changed[300:] = 1e6

    before = smooth(COURSE, np.array([200, 300]), 24, season=24)
    after = smooth(changed, np.array([200, 300]), 24, season=24)

    assert after.tolist() == before.tolist()


def test_many_origins_give_what_each_gives_alone() -> None:
    together = smooth(COURSE, np.array([100, 200]), 10, season=24)

    for row, origin in zip(together, (100, 200), strict=True):
        (alone,) = smooth(COURSE, np.array([origin]), 10, season=24)
        assert row.tolist() == alone.tolist()
