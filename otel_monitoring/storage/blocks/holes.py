"""What is no ordinary number: staleness markers, holes, other NaN, infinities, -0.0.

They come in runs. A run is kept by its place, its length and its bits, and its samples repeat their
neighbour meanwhile, which costs nothing.

This module needs numpy; import it lazily on the start-up path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from otel_monitoring.storage.blocks import integers
from otel_monitoring.storage.blocks.errors import DamagedError
from otel_monitoring.storage.blocks.sections import Reader, varint

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NEGATIVE_ZERO = np.int64(-(1 << 63))
_RUNS_MAX_RATIO = 1 / 8


class Runs(NamedTuple):
    """Neighbours in a row with the same bits, in the order of the matrix.

    Attributes:
        starts: Places in the flat matrix, shape (n,).
        lengths: How many samples, shape (n,).
        bits: The bits of each sample, shape (n,).
    """

    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    bits: NDArray[np.int64]


def split(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_], Runs]:
    """Take out what is no ordinary number.

    Args:
        values: Any floats, shape (rows, columns).

    Returns:
        The samples with the gaps filled, which rows are ordinary now, and the runs that were taken out. A row
        with very many runs is left as it is.
    """
    bits = values.view(np.int64)
    strange = ~np.isfinite(values) | (bits == _NEGATIVE_ZERO)
    if not strange.any():
        return values, np.ones(len(values), dtype=bool), Runs(*np.zeros((3, 0), dtype=np.int64))
    begins = strange.copy()
    begins[:, 1:] &= (bits[:, 1:] != bits[:, :-1]) | ~strange[:, :-1]
    ordinary = begins.sum(axis=1) <= 1 + values.shape[1] * _RUNS_MAX_RATIO
    strange &= ordinary[:, None]
    starts = np.flatnonzero(begins & ordinary[:, None])
    # The samples of runs are counted up to the next begin.
    which = np.cumsum((begins & strange).ravel()[strange.ravel()]) - 1
    lengths = np.bincount(which, minlength=len(starts)).astype(np.int64)
    return _filled(values, strange), ordinary, Runs(starts, lengths, bits.ravel()[starts])


def put_back(values: NDArray[np.float64], runs: Runs, *, rows: NDArray[np.intp]) -> None:
    """Undo :func:`split` in place.

    Args:
        values: The filled samples of ``rows``, shape (rows, columns).
        runs: What was taken out of the whole matrix.
        rows: The rows of the whole matrix that ``values`` holds.
    """
    columns = values.shape[1]
    if not len(runs.starts) or not columns:
        return
    of, begins = np.divmod(runs.starts, columns)
    bits = values.view(np.int64)
    low, high = np.searchsorted(of, rows, side="left"), np.searchsorted(of, rows, side="right")
    for place in np.flatnonzero(high > low):
        for at in range(low[place], high[place]):
            bits[place, begins[at] : begins[at] + runs.lengths[at]] = runs.bits[at]


def write(runs: Runs) -> bytes:
    """Return runs as bytes."""
    if not len(runs.starts):
        return b""
    return varint(len(runs.starts)) + integers.encode(np.stack(runs))


def read(data: memoryview, *, size: int) -> Runs:
    """Undo :func:`write`.

    Args:
        data: What it returned.
        size: How many samples the matrix has.

    Raises:
        DamagedError: The bytes are not what was written.
    """
    if not len(data):
        return Runs(*np.zeros((3, 0), dtype=np.int64))
    reader = Reader(data)
    count = reader.number()
    if count > size:
        msg = f"{count} runs among {size} samples"
        raise DamagedError(msg)
    return Runs(*integers.decode(reader.rest(), rows=3, columns=count))


def _filled(values: NDArray[np.float64], strange: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Let gaps repeat the sample before them, or at the beginning the first one; 0 where there is none."""
    columns = np.arange(values.shape[1])
    before = np.maximum.accumulate(np.where(strange, -1, columns), axis=1)
    first = np.argmin(strange, axis=1)
    found = np.take_along_axis(values, np.where(before < 0, first[:, None], before), axis=1)
    found[strange.all(axis=1)] = 0.0
    return found
