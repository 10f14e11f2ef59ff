"""How a column of a block is written: alone, or beside one that it hardly differs from.

Of a counter the maximum of a window is mostly its last sample, and what it counted from is the last sample of
the window before. Such a column is kept as its distance from the other one, counted in floats: zeros.

This module needs numpy and zstandard; import it lazily on the start-up path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from otel_monitoring.storage.blocks import codec, integers
from otel_monitoring.storage.blocks.bits import from_ordered, ordered
from otel_monitoring.storage.blocks.errors import DamagedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

COLUMNS: Final = ("value", "last", "min", "max", "sum", "count", "base", "dropped", "resets")
"""Every column that there is; the place is what is written, so new ones come last."""

REFERENCE: Final = "last"

_ALONE, _BESIDE, _BESIDE_EARLIER = 0, 1, 2
_ALIKE_RATIO = 0.5


def write(name: str, values: Floats, reference: Floats | None) -> bytes:
    """Return a column as bytes.

    Args:
        name: One of ``COLUMNS``.
        values: Shape (series, times).
        reference: The column ``REFERENCE`` of the same block, if it has one and this is another.
    """
    head = bytes([COLUMNS.index(name)])
    found = bytes([_ALONE]) + codec.encode(values)
    if reference is None or not values.size:
        return head + found
    bits = np.ascontiguousarray(values).view(np.int64)
    for way in (_BESIDE, _BESIDE_EARLIER):
        other = _other(way, reference)
        if np.mean(bits == other.view(np.int64)) > _ALIKE_RATIO:
            distance = bytes([way]) + integers.encode(ordered(values) - ordered(other))
            found = min(found, distance, key=len)
    return head + found


def read_name(data: memoryview) -> str:
    """Return the name of a column that :func:`write` wrote.

    Raises:
        DamagedError: It is none of ``COLUMNS``.
    """
    if len(data) < 2 or data[0] >= len(COLUMNS):  # noqa: PLR2004 - name and way
        msg = f"a column that begins with {bytes(data[:2]).hex() or 'nothing'}"
        raise DamagedError(msg)
    return COLUMNS[data[0]]


def read(
    data: memoryview,
    *,
    rows: int,
    columns: int,
    wanted: NDArray[np.intp] | None,
    reference: Callable[[], Floats],
) -> Floats:
    """Undo :func:`write`.

    Args:
        data: What it returned.
        rows: How many series there were.
        columns: How many times there were.
        wanted: The series to return, in this order; ``None`` for all.
        reference: Reads the column ``REFERENCE`` of those series.

    Raises:
        DamagedError: The bytes are not what was written.
    """
    way = data[1]
    if way == _ALONE:
        return codec.decode(data[2:], rows=rows, columns=columns, wanted=wanted)
    if way not in (_BESIDE, _BESIDE_EARLIER):
        msg = f"a column that is written in way {way}, expected 0 to {_BESIDE_EARLIER}"
        raise DamagedError(msg)
    distance = integers.decode(data[2:], rows=rows, columns=columns, wanted=wanted)
    other = _other(way, reference())
    return from_ordered(ordered(other) + distance) if distance.any() else other


def _other(way: int, reference: Floats) -> Floats:
    other = np.ascontiguousarray(reference)
    if way == _BESIDE:
        return other
    earlier = other.copy()
    earlier[:, 1:] = other[:, :-1]
    return earlier
