from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.storage.blocks.windows import SPANS_MS, span_ms, window

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@pytest.mark.parametrize(
    ("interval_s", "hours"),
    [(1, 2), (15, 2), (18, 2), (19, 24), (60, 24), (300, 720), (3600, 720), (86_400, 720)],
)
def test_a_block_covers_the_shortest_span_that_holds_enough(interval_s: int, hours: int) -> None:
    assert span_ms(interval_s * 1000) == hours * HOUR_MS


def test_spans_fit_into_each_other() -> None:
    """Blocks of one span can become one block of the next."""
    assert all(longer % shorter == 0 for shorter, longer in itertools.pairwise(SPANS_MS))


@given(st.integers(-(10**13), 10**13), st.sampled_from(SPANS_MS))
def test_a_time_is_in_the_window_that_ends_at_or_after_it(time_ms: int, width_ms: int) -> None:
    start_ms, end_ms = window(time_ms, width_ms)

    assert start_ms < time_ms <= end_ms
    assert end_ms % width_ms == 0
    assert end_ms - start_ms == width_ms


def test_midnight_belongs_to_the_day_that_ends() -> None:
    assert window(3 * DAY_MS, DAY_MS) == (2 * DAY_MS, 3 * DAY_MS)
