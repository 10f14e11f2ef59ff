"""Whatever a series holds, there is an answer or a reason."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from otel_monitoring.analytics.trends.changes import changes
from otel_monitoring.analytics.trends.trend import trend
from otel_monitoring.analytics.trends.usual import usual

ANY = st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.sampled_from([0.0, 1.0, 1e300, -1e300]))
SERIES = st.lists(st.tuples(st.floats(0, 4e9), ANY), max_size=80)
REPEATED = st.tuples(st.lists(ANY, min_size=1, max_size=4), st.integers(1, 200), st.floats(1e-3, 1e5))


@given(SERIES)
@settings(max_examples=150)
def test_points_at_any_times(points: list[tuple[float, float]]) -> None:
    times_s = np.array([time_s for time_s, _ in points])
    values = np.array([value for _, value in points])

    moved, steps = trend(times_s, values), changes(times_s, values)

    assert moved.reason or moved.slope_low <= moved.slope <= moved.slope_high
    assert all(math.isfinite(one.size) and math.isfinite(one.time_s) for one in steps.found)


@given(REPEATED)
@settings(max_examples=80)
def test_values_that_repeat_at_even_steps(made: tuple[list[float], int, float]) -> None:
    pattern, times, step_s = made
    values = np.tile(np.array(pattern), times)
    times_s = 1.7e9 + step_s * np.arange(len(values), dtype=np.float64)

    moved, steps = trend(times_s, values), changes(times_s, values)

    assert 0 <= moved.p_value <= 1
    assert all(one.size_low <= one.size_high for one in steps.found)
    assert usual(times_s, np.array([values, values])) is None
