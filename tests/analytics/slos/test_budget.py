"""What is left of an error budget, whatever the numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.analytics.slos.budget import (
    Counted,
    breaches,
    burn_down,
    burn_rate,
    exhaustion_ms,
    remaining,
)

HOUR_MS = 3_600_000
NAN = float("nan")


def counted(total: list[float], bad: list[float]) -> Counted:
    """Return events by the hour."""
    ends_ms = np.arange(1, len(total) + 1, dtype=np.int64) * HOUR_MS
    return Counted.of(ends_ms, HOUR_MS, np.array(total, dtype=float), np.array(bad, dtype=float))


def test_half_of_the_budget_is_left() -> None:
    assert remaining(counted([1000, 1000], [0, 1]), 0.001) == pytest.approx(0.5)


def test_busy_hours_weigh_more() -> None:
    found = counted([9000, 1000], [0, 10])

    assert found.error_ratio == 0.001


def test_without_events_nothing_is_said() -> None:
    found = counted([0, 0, NAN], [0, 0, NAN])

    assert (found.error_ratio, remaining(found, 0.1), burn_rate(found, 0.1)) == (None, None, None)
    assert breaches(found, 0.1, pause_ms=0) == []


def test_the_burn_down_ends_at_what_is_left() -> None:
    found = counted([1000, 1000, NAN, 2000], [1, 0, NAN, 1])

    assert burn_down(found, 0.001).tolist() == pytest.approx([0.75, 0.75, 0.75, 0.5])


def test_at_twice_the_pace_half_the_window_is_left_of_a_whole_budget() -> None:
    assert exhaustion_ms(1.0, 2.0, 30 * HOUR_MS) == 15 * HOUR_MS


@pytest.mark.parametrize(
    ("left", "rate", "expected"), [(-0.1, 3.0, 0.0), (0.5, 0.0, None), (None, 1.0, None)]
)
def test_what_is_spent_is_gone_and_what_is_not_spent_lasts(
    left: float | None, rate: float | None, expected: float | None
) -> None:
    assert exhaustion_ms(left, rate, HOUR_MS) == expected


def test_breaches_close_to_each_other_are_one() -> None:
    found = counted([100] * 6, [5, 0, 9, 0, 0, 2])

    one, two = breaches(found, 0.01, pause_ms=HOUR_MS)

    assert (one.start_ms, one.end_ms, one.minutes, one.bad_events) == (0, 3 * HOUR_MS, 120, 14)
    assert (two.start_ms, two.peak_ratio) == (5 * HOUR_MS, 0.02)


def test_only_what_is_known_counts_as_covered() -> None:
    found = counted([NAN, NAN, 5, 5], [NAN, NAN, 0, 0])

    assert (found.known_ms, found.known_since_ms) == (2 * HOUR_MS, 2 * HOUR_MS)


NUMBERS = st.lists(
    st.tuples(
        st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, 1e300, -5.0]),
        st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, 1e300, -5.0]),
    ),
    max_size=30,
)


@given(NUMBERS)
def test_whatever_is_counted_there_is_an_answer(pairs: list[tuple[float, float]]) -> None:
    found = counted([total for total, _ in pairs], [bad for _, bad in pairs])

    ratio = found.error_ratio

    assert ratio is None or 0 <= ratio <= 1
    assert len(burn_down(found, 0.001)) == len(pairs)
    assert all(one.minutes > 0 for one in breaches(found, 0.001, pause_ms=HOUR_MS))
