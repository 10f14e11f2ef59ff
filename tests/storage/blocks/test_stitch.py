from __future__ import annotations

import numpy as np
import pytest

from otel_monitoring.storage.blocks.block import Block, write
from otel_monitoring.storage.blocks.errors import DamagedError
from otel_monitoring.storage.blocks.stitch import Stored, stitched, times_of
from otel_monitoring.stores.block import is_absent

EARLY_MS, LATE_MS = np.array([10, 20], dtype=np.int64), np.array([30, 40, 50], dtype=np.int64)


def block(times_ms: np.ndarray[tuple[int], np.dtype[np.int64]], *series: int, column: str = "value") -> Block:
    """Every sample is a hundred times the series plus the time."""
    values = np.array(series, dtype=np.float64)[:, None] * 100 + times_ms
    return Block(write(series=series, times_ms=times_ms, columns={column: values}))


def test_windows_and_blocks_become_one_matrix_in_the_order_of_asking() -> None:
    windows = [
        Stored(EARLY_MS, [block(EARLY_MS, 1, 2), block(EARLY_MS, 7)]),
        Stored(LATE_MS, [block(LATE_MS, 1, 2, 7)]),
    ]

    assert times_of(windows).tolist() == [10, 20, 30, 40, 50]
    assert stitched(windows, [7, 1], "value").tolist() == [
        [710, 720, 730, 740, 750],
        [110, 120, 130, 140, 150],
    ]


def test_what_a_window_lacks_is_absent() -> None:
    windows = [Stored(EARLY_MS, [block(EARLY_MS, 1)]), Stored(LATE_MS, [block(LATE_MS, 2)])]

    found = stitched(windows, [1, 2], "value")

    assert is_absent(found).tolist() == [[False, False, True, True, True], [True, True, False, False, False]]
    assert found[1, 2:].tolist() == [230, 240, 250]


def test_nothing_was_counted_where_nothing_is_stored() -> None:
    windows = [Stored(EARLY_MS, []), Stored(LATE_MS, [block(LATE_MS, 1, column="count")])]

    assert stitched(windows, [1], "count").tolist() == [[0, 0, 130, 140, 150]]


def test_no_window_and_no_series_are_empty() -> None:
    assert stitched([], [1, 2], "value").shape == (2, 0)
    assert stitched([Stored(LATE_MS, [block(LATE_MS, 1)])], [], "value").shape == (0, 3)


def test_a_block_of_other_times_is_refused() -> None:
    with pytest.raises(DamagedError, match="does not belong"):
        stitched([Stored(EARLY_MS + 1, [block(EARLY_MS, 1)])], [1], "value")
