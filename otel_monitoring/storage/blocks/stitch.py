"""Windows one after the other: what blocks hold of some series, as one matrix.

Series come and go, so that a window may lack some of those that are asked for; there they are absent.

This module needs numpy and zstandard; import it lazily on the start-up path.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.stores.block import ABSENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from otel_monitoring.storage.blocks.block import Block


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored of one source and one window.

    Attributes:
        times_ms: The times that its blocks share, Unix milliseconds, shape (t,).
        blocks: The blocks of the window, or those that hold what is asked for.
    """

    times_ms: NDArray[np.int64]
    blocks: Sequence[Block]


def times_of(windows: Sequence[Stored]) -> NDArray[np.int64]:
    """Return the times of all windows, one after the other."""
    return np.concatenate([np.zeros(0, dtype=np.int64), *(window.times_ms for window in windows)])


def stitched(windows: Sequence[Stored], series: Sequence[int], column: str) -> NDArray[np.float64]:
    """Return one column of some series over several windows.

    Args:
        windows: In the order of their times.
        series: The numbers of the series, in the order of the rows that are wanted.
        column: The column to read; a ``count`` where nothing is stored is 0, anything else is absent.

    Returns:
        Samples, shape (series, times of all windows).

    Raises:
        DamagedError: A block is damaged or belongs to other times.
        CodecError: A block has no such column.
    """
    wanted = np.array(series, dtype=np.int64)
    found = np.full((len(wanted), len(times_of(windows))), 0.0 if column == "count" else ABSENT)
    at = 0
    for window in windows:
        end = at + len(window.times_ms)
        for block in window.blocks:
            rows = np.flatnonzero(np.isin(wanted, block.series))
            if len(rows):
                block.check_times(window.times_ms)
                first, last = int(rows[0]), int(rows[-1]) + 1
                where = slice(first, last) if last - first == len(rows) else rows
                found[where, at:end] = block.read(column, wanted[rows].tolist())
        at = end
    return found
