"""Values of one collection as bytes: bit for bit, packed where that makes them smaller.

Bytes are sorted by their place within a value (all first bytes, all second bytes, …) before zstd sees them:
what values of metrics share is their first bytes.

Source: the shuffle filter of HDF5 and Blosc.

This module needs numpy; import it lazily on the start-up path.
"""

from __future__ import annotations

import struct
import threading
import zlib
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import zstandard

from otel_monitoring.storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

RAW, SHUFFLED = 0, 1
_LEVEL = 1
_WIDTH = 8


class _Zstd(threading.local):
    """What this thread compresses with: one is not for several threads, and to make one takes its time."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=_LEVEL)
        self.decompressor = zstandard.ZstdDecompressor()


@cache
def _zstd() -> _Zstd:
    return _Zstd()


def pack_values(values: Sequence[float] | NDArray[np.float64]) -> tuple[int, bytes]:
    """Return the encoding and the bytes of some values.

    Args:
        values: Shape (n,).
    """
    column = np.ascontiguousarray(values, dtype="<f8")
    raw = column.tobytes()
    shuffled = np.frombuffer(raw, dtype=np.uint8).reshape(-1, _WIDTH).T.tobytes()
    packed = _zstd().compressor.compress(shuffled)
    return (SHUFFLED, packed) if len(packed) < len(raw) else (RAW, raw)


def unpack_values(encoding: int, data: bytes, *, count: int) -> NDArray[np.float64]:
    """Return the values that :func:`pack_values` packed, shape (count,).

    Raises:
        StorageError: It is not what was packed, or not as many.
    """
    if encoding == SHUFFLED:
        data = _decompress(data, count * _WIDTH)
    elif encoding != RAW:
        msg = f"values of encoding {encoding}: expected {RAW} or {SHUFFLED}"
        raise StorageError(msg)
    if len(data) != count * _WIDTH:
        msg = f"{len(data)} bytes of values: expected {count * _WIDTH}"
        raise StorageError(msg)
    if encoding == SHUFFLED:
        data = np.frombuffer(data, dtype=np.uint8).reshape(_WIDTH, -1).T.tobytes()
    values: NDArray[np.float64] = np.frombuffer(data, dtype="<f8")
    return values


def checksum(seq: int, time_ms: int, layout: int, encoding: int, data: bytes) -> int:
    """Return the CRC-32 of a collection with everything that gives its values a meaning."""
    return zlib.crc32(data, zlib.crc32(struct.pack("<qqqq", seq, time_ms, layout, encoding)))


def pack_numbers(numbers: Sequence[int]) -> bytes:
    """Return integers below 2**31 as bytes; runs that count up take next to nothing."""
    steps = np.diff(np.asarray(numbers, dtype="<i4"), prepend=np.int32(0))
    return zlib.compress(steps.astype("<i4").tobytes(), 1)


def unpack_numbers(data: bytes) -> list[int]:
    """Return what :func:`pack_numbers` packed.

    Raises:
        StorageError: It is something else.
    """
    try:
        steps = np.frombuffer(zlib.decompress(data), dtype="<i4")
    except (zlib.error, ValueError):
        msg = f"{len(data)} bytes are no packed numbers"
        raise StorageError(msg) from None
    found: list[int] = np.cumsum(steps, dtype=np.int64).tolist()
    return found


def _decompress(data: bytes, size_bytes: int) -> bytes:
    try:
        found_bytes = zstandard.frame_content_size(data)
        if found_bytes == size_bytes:  # else it may want any amount of memory
            return _zstd().decompressor.decompress(data)
    except zstandard.ZstdError:
        msg = f"{len(data)} bytes are no packed values"
        raise StorageError(msg) from None
    msg = f"{found_bytes} bytes of values: expected {size_bytes}"
    raise StorageError(msg)
