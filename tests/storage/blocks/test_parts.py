from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.storage.blocks.parts import SAMPLES_MAX, SERIES_MIN, parts


@given(st.sets(st.integers(0, 10_000)), st.integers(0, 6000), st.integers(1, 8))
def test_every_series_is_in_one_block_and_none_overlaps_another(
    series: set[int], times: int, columns: int
) -> None:
    found = list(parts(series, times=times, columns=columns))

    assert list(itertools.chain.from_iterable(found)) == sorted(series)


@pytest.mark.parametrize(("times", "columns"), [(480, 1), (1440, 8), (5760, 1)])
def test_blocks_have_about_as_many_samples_whatever_their_length(times: int, columns: int) -> None:
    first, *_ = parts(range(1000), times=times, columns=columns)

    assert len(first) == SERIES_MIN or SAMPLES_MAX / 2 < len(first) * times * columns <= SAMPLES_MAX
