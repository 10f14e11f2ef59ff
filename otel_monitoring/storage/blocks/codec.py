"""Samples as few bytes, and back bit by bit.

Whatever floats a matrix holds, NaN payloads and -0.0 among them, come back with the same bits. What is no
ordinary number is set aside (``holes``), the whole numbers behind the samples of each row are found
(``scales``), and those are packed (``integers``), together with the corrections of the rows that need any.

This module needs numpy and zstandard; import it lazily on the start-up path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.storage.blocks import holes, integers, scales
from otel_monitoring.storage.blocks.errors import DamagedError
from otel_monitoring.storage.blocks.sections import Reader, join
from otel_monitoring.storage.blocks.squeeze import squeeze, unsqueeze

if TYPE_CHECKING:
    from numpy.typing import NDArray

_KIND_BITS = 2
_CORRECTED = 1 << _KIND_BITS
_HEAD_BYTES = 3


def encode(values: NDArray[np.float64]) -> bytes:
    """Return samples as bytes.

    Args:
        values: Any floats, shape (series, times).
    """
    if not values.size:
        return b""
    filled, ordinary, runs = holes.split(np.ascontiguousarray(values, dtype=np.float64))
    kinds = scales.Scales(np.zeros(len(values), dtype=np.uint8), np.zeros(len(values), dtype=np.int16))
    chosen = scales.choose(filled[ordinary])
    kinds.kinds[ordinary], kinds.exponents[ordinary] = chosen
    numbers, corrections = scales.to_whole(filled, kinds)
    corrected: NDArray[np.bool_] = np.any(corrections, axis=1)
    whole = np.concatenate([numbers, corrections[corrected]]) if corrected.any() else numbers
    return join([_write_scales(kinds, corrected), holes.write(runs), integers.encode(whole)])


def decode(
    data: bytes | memoryview, *, rows: int, columns: int, wanted: NDArray[np.intp] | None = None
) -> NDArray[np.float64]:
    """Undo :func:`encode`.

    Args:
        data: What it returned.
        rows: How many series there were.
        columns: How many times there were.
        wanted: The series to return, in this order; ``None`` for all.

    Returns:
        The samples, shape (wanted series, times).

    Raises:
        DamagedError: The bytes are not what was written.
    """
    wanted = np.arange(rows) if wanted is None else wanted
    if not rows or not columns:
        return np.zeros((len(wanted), columns))
    reader = Reader(data)
    kinds, corrected = _read_scales(reader.section(), rows)
    runs = holes.read(reader.section(), size=rows * columns)
    extra = np.cumsum(corrected) - 1 + rows
    needs = np.flatnonzero(corrected[wanted])
    found = integers.decode(
        reader.section(),
        rows=rows + int(corrected.sum()),
        columns=columns,
        wanted=np.concatenate([wanted, extra[wanted[needs]]]),
    )
    if not reader.is_at_end:
        msg = "there is more than was written"
        raise DamagedError(msg)
    values = scales.from_whole(
        found[: len(wanted)],
        scales.Scales(kinds.kinds[wanted], kinds.exponents[wanted]),
        corrections=found[len(wanted) :],
        corrected=needs,
    )
    holes.put_back(values, runs, rows=wanted)
    return values


def _write_scales(kinds: scales.Scales, corrected: NDArray[np.bool_]) -> bytes:
    head = kinds.kinds | (corrected * np.uint8(_CORRECTED))
    return squeeze(head.tobytes() + kinds.exponents.astype("<i2").tobytes())


def _read_scales(data: memoryview, rows: int) -> tuple[scales.Scales, NDArray[np.bool_]]:
    reader = Reader(unsqueeze(data, at_most_bytes=rows * _HEAD_BYTES))
    head = np.frombuffer(reader.raw(rows), dtype=np.uint8)
    exponents = np.frombuffer(reader.raw(2 * rows), dtype="<i2").astype(np.int16)
    kinds = scales.Scales(head & np.uint8(_CORRECTED - 1), exponents)
    scales.check(kinds)
    return kinds, head >= _CORRECTED
