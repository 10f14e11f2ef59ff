"""Bytes made fewer: zstd for what repeats, nothing for what looks like noise.

Frames are written without magic number, size and checksum: the block around them knows all three.

This module needs numpy and zstandard; import it lazily on the start-up path.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import zstandard

from otel_monitoring.storage.blocks.errors import DamagedError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEVEL = 9
_NOISE_BITS = 7.6
_PLAIN, _SQUEEZED = 0, 1

_local = threading.local()


def squeeze(data: bytes) -> bytes:
    """Return ``data`` compressed, or as it is where that is not longer, after one byte that says which."""
    smaller = bytes(_compressor().compress(data)) if data else b""
    if data and len(smaller) < len(data):
        return bytes([_SQUEEZED]) + smaller
    return bytes([_PLAIN]) + data


def unsqueeze(data: memoryview, *, at_most_bytes: int) -> bytes:
    """Undo :func:`squeeze`.

    Args:
        data: What it returned.
        at_most_bytes: How long the original was at most.

    Raises:
        DamagedError: It cannot be, or is longer.
    """
    if not len(data) or data[0] not in (_PLAIN, _SQUEEZED):
        msg = f"{len(data)} bytes that are neither plain nor compressed"
        raise DamagedError(msg)
    found = bytes(data[1:]) if data[0] == _PLAIN else _decompress(data[1:], at_most_bytes)
    if len(found) > at_most_bytes:
        msg = f"{len(found)} bytes where at most {at_most_bytes} were written"
        raise DamagedError(msg)
    return found


def pack_planes(planes: NDArray[np.uint8]) -> bytes:
    """Return planes of bytes, those that look like noise as they are.

    Args:
        planes: Shape (width, samples); width is at most 8.
    """
    noisy = np.array([_is_noise(plane) for plane in planes], dtype=bool)
    mask = int(np.packbits(noisy, bitorder="little")[0])
    plain: bytes = planes[noisy].tobytes()
    return bytes([mask]) + plain + squeeze(planes[~noisy].tobytes())


def unpack_planes(data: memoryview, *, width: int, samples: int) -> NDArray[np.uint8]:
    """Undo :func:`pack_planes`.

    Raises:
        DamagedError: There are fewer bytes than ``width * samples``.
    """
    if not len(data):
        msg = "an empty segment"
        raise DamagedError(msg)
    noisy = np.unpackbits(np.array([data[0]], dtype=np.uint8), bitorder="little", count=width).astype(bool)
    plain = int(noisy.sum()) * samples
    size_bytes = width * samples - plain
    rest = unsqueeze(data[1 + plain :], at_most_bytes=size_bytes)
    if len(rest) != size_bytes:
        msg = f"{len(rest)} bytes where {size_bytes} were written"
        raise DamagedError(msg)
    if plain == 0:
        return np.frombuffer(rest, dtype=np.uint8).reshape(width, samples)
    planes = np.empty((width, samples), dtype=np.uint8)
    planes[noisy] = np.frombuffer(data[1 : 1 + plain], dtype=np.uint8).reshape(-1, samples)
    planes[~noisy] = np.frombuffer(rest, dtype=np.uint8).reshape(-1, samples)
    return planes


def _is_noise(plane: NDArray[np.uint8]) -> bool:
    """Tell whether an entropy coder would save next to nothing."""
    counts = np.bincount(plane, minlength=256)
    found = counts[counts > 0]
    entropy_bits = np.log2(plane.size) - float((found * np.log2(found)).sum()) / plane.size
    # Few samples look more regular than they are.
    return bool(entropy_bits > min(_NOISE_BITS, 0.95 * np.log2(plane.size)))


def _decompress(data: memoryview, size_bytes: int) -> bytes:
    try:
        return bytes(_decompressor().decompress(data, max_output_size=size_bytes))
    except (zstandard.ZstdError, MemoryError) as error:  # a head that was changed may claim any size
        msg = f"zstd says {error or 'that there is no room for it'}"
        raise DamagedError(msg) from error


def _compressor() -> zstandard.ZstdCompressor:
    """Return this thread's compressor: one is not for several threads."""
    found: zstandard.ZstdCompressor | None = getattr(_local, "compressor", None)
    if found is None:
        parameters = zstandard.ZstdCompressionParameters.from_level(
            _LEVEL,
            format=zstandard.FORMAT_ZSTD1_MAGICLESS,
            write_content_size=0,
            write_checksum=0,
            write_dict_id=0,
        )
        found = _local.compressor = zstandard.ZstdCompressor(compression_params=parameters)
    return found


def _decompressor() -> zstandard.ZstdDecompressor:
    found: zstandard.ZstdDecompressor | None = getattr(_local, "decompressor", None)
    if found is None:
        found = _local.decompressor = zstandard.ZstdDecompressor(format=zstandard.FORMAT_ZSTD1_MAGICLESS)
    return found
