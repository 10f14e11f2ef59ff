"""The times of collections, shared by all series of a source.

Collections come at nearly equal distances, so that little more than their jitter is kept. Blocks do not hold
times: they hold a fingerprint of theirs, so that samples are never shown at times of others.

This module needs numpy and zstandard; import it lazily on the start-up path.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.storage.blocks import integers
from otel_monitoring.storage.blocks.errors import CodecError
from otel_monitoring.storage.blocks.frame import seal, unseal
from otel_monitoring.storage.blocks.sections import Reader, varint

if TYPE_CHECKING:
    from numpy.typing import NDArray

_KIND, _VERSION = 1, 1


def encode(times_ms: NDArray[np.int64]) -> bytes:
    """Return times as bytes.

    Args:
        times_ms: Unix times in milliseconds, strictly increasing, shape (n,).

    Raises:
        CodecError: They do not increase.
    """
    check(times_ms)
    body = varint(len(times_ms)) + integers.encode(times_ms[None].astype(np.int64))
    return seal(body, kind=_KIND, version=_VERSION)


def decode(data: bytes) -> NDArray[np.int64]:
    """Undo :func:`encode`.

    Raises:
        DamagedError: The bytes are not what was written.
    """
    _, body = unseal(data, kind=_KIND, versions=frozenset({_VERSION}))
    reader = Reader(body)
    count = reader.number()
    times_ms: NDArray[np.int64] = integers.decode(reader.rest(), rows=1, columns=count)[0]
    return times_ms


def check(times_ms: NDArray[np.int64]) -> None:
    """Raise ``CodecError`` where times do not increase."""
    if times_ms.ndim != 1:
        msg = f"times have shape (n,), got {times_ms.shape}"
        raise CodecError(msg)
    steps = np.flatnonzero(times_ms[1:] <= times_ms[:-1])
    if len(steps):
        at = int(steps[0])
        msg = f"time {times_ms[at + 1]} ms is at or before {times_ms[at]} ms"
        raise CodecError(msg)


def fingerprint(times_ms: NDArray[np.int64]) -> int:
    """Return a number that other times have by chance once in four thousand million."""
    return zlib.crc32(times_ms.astype("<i8").tobytes())
