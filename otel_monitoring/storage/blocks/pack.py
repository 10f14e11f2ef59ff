"""A window of one source as what is stored of it: its times, and blocks by range of series.

This module needs numpy and zstandard; import it lazily on the start-up path.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.storage.blocks import times as times_of
from otel_monitoring.storage.blocks.block import check, write
from otel_monitoring.storage.blocks.columns import COLUMNS
from otel_monitoring.storage.blocks.parts import parts
from otel_monitoring.storage.blocks.stitch import stitched
from otel_monitoring.storage.blocks.stitch import times_of as times_in
from otel_monitoring.stores.block import is_absent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from otel_monitoring.storage.blocks.stitch import Stored


@dataclass(frozen=True, slots=True)
class Piece:
    """One block and the series that it holds some of.

    Attributes:
        first: The first series.
        last: The last series.
        data: The block.
    """

    first: int
    last: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Packed:
    """What is stored of a window.

    Attributes:
        times: The times that all blocks share.
        pieces: The blocks, by series; none overlaps another.
    """

    times: bytes
    pieces: tuple[Piece, ...]


def pack(
    series: Sequence[int], times_ms: NDArray[np.int64], columns: Mapping[str, NDArray[np.float64]]
) -> Packed:
    """Return a window as bytes; a series that is absent all along is left out.

    Args:
        series: The numbers of the series, ascending, shape (n,).
        times_ms: Unix times in milliseconds, strictly increasing, shape (t,).
        columns: ``value``, or the columns of a tier, each of shape (n, t).

    Raises:
        CodecError: Shapes do not agree, a number comes twice, or a column is not known.
    """
    check(series, times_ms, columns)
    return Packed(times_of.encode(times_ms), tuple(_pieces(series, times_ms, columns)))


def merge(windows: Sequence[Stored], *, rest: Callable[[], object] = lambda: None) -> Packed:
    """Return neighbouring windows as one, bit by bit; what rare collections need to take few bytes.

    Args:
        windows: In the order of their times, with all of their blocks.
        rest: Called after each block: one at a time is in memory, whatever the number of series.

    Raises:
        DamagedError: A block is damaged or belongs to other times.
        CodecError: The blocks do not have the same columns, or times overlap.
    """
    blocks = [block for window in windows for block in window.blocks]
    series = sorted({one for block in blocks for one in block.series.tolist()})
    names = sorted({name for block in blocks for name in block.columns}, key=COLUMNS.index)
    times_ms = times_in(windows)
    pieces: list[Piece] = []
    for group in parts(series, times=len(times_ms), columns=len(names)):
        columns = {name: stitched(windows, group, name) for name in names}
        pieces += _pieces(group, times_ms, columns)
        rest()
    return Packed(times_of.encode(times_ms), tuple(pieces))


def _pieces(
    series: Sequence[int], times_ms: NDArray[np.int64], columns: Mapping[str, NDArray[np.float64]]
) -> Iterator[Piece]:
    told = columns.get("value", columns.get("last"))
    there = range(len(series)) if told is None else np.flatnonzero(~is_absent(told).all(axis=1)).tolist()
    row = {series[at]: at for at in there}
    for group in parts(row, times=len(times_ms), columns=len(columns)):
        rows = [row[one] for one in group]
        some = {name: values[rows] for name, values in columns.items()}
        yield Piece(group[0], group[-1], write(series=group, times_ms=times_ms, columns=some))
