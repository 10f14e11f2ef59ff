"""A seal around bytes that lie on a disk for months: what they are, which version, and a checksum.

Eight bytes come before the body: two that no text begins with, kind and version, and the CRC-32 of all of it.
A flipped bit or byte is always found; of arbitrary damage one in four thousand million is not.
"""

from __future__ import annotations

import struct
import zlib
from typing import Final

from otel_monitoring.storage.blocks.errors import DamagedError

MAGIC: Final = b"\xf5\x4d"
_HEAD = struct.Struct("<2sBBI")
_WITHOUT_CHECK = 4


def seal(body: bytes, *, kind: int, version: int) -> bytes:
    """Return the body behind its seal.

    Args:
        body: What to keep.
        kind: What it is, 0 to 255.
        version: How it is written, 0 to 255.
    """
    head = _HEAD.pack(MAGIC, kind, version, 0)[:_WITHOUT_CHECK]
    return head + struct.pack("<I", _check(head, body)) + body


def unseal(data: bytes, *, kind: int, versions: frozenset[int]) -> tuple[int, memoryview]:
    """Return version and body of what :func:`seal` returned.

    Args:
        data: The sealed bytes.
        kind: What it must be.
        versions: Which versions can be read.

    Raises:
        DamagedError: It is damaged, of another kind, or of a version that is not known here.
    """
    if len(data) < _HEAD.size:
        msg = f"{len(data)} bytes, a seal alone takes {_HEAD.size}"
        raise DamagedError(msg)
    view = memoryview(data)
    magic, found_kind, version, expected = _HEAD.unpack(view[: _HEAD.size])
    if magic != MAGIC:
        msg = f"it begins with {magic.hex()}, expected {MAGIC.hex()}"
        raise DamagedError(msg)
    body = view[_HEAD.size :]
    found = _check(view[:_WITHOUT_CHECK], body)
    if found != expected:
        msg = f"the checksum of {len(data)} bytes is {found:08x}, expected {expected:08x}"
        raise DamagedError(msg)
    if found_kind != kind or version not in versions:
        known = ", ".join(map(str, sorted(versions)))
        msg = f"kind {found_kind} version {version}, expected kind {kind} version {known}"
        raise DamagedError(msg)
    return version, body


def _check(head: bytes | memoryview, body: bytes | memoryview) -> int:
    return zlib.crc32(body, zlib.crc32(head))
