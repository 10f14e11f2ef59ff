"""Samples for a Prometheus by its remote-write protocol (version 1), written by hand: it is a dozen lines."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tests.promql.generated import Made

_LITERAL_MAX = 65_536
_HEADERS = {
    "Content-Encoding": "snappy",
    "Content-Type": "application/x-protobuf",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
}


def send(url: str, series: Sequence[Made]) -> None:
    """Write all samples of some series."""
    body = snappy(b"".join(_field(1, _series(one)) for one in series))
    answer = httpx.post(f"{url}/api/v1/write", content=body, headers=_HEADERS, timeout=30)
    assert answer.is_success, answer.text


def snappy(data: bytes) -> bytes:
    """Frame ``data`` as snappy blocks that hold literals alone: valid, though not smaller."""
    parts = [_varint(len(data))]
    for at in range(0, len(data), _LITERAL_MAX):
        piece = data[at : at + _LITERAL_MAX]
        parts += [bytes([61 << 2]), struct.pack("<H", len(piece) - 1), piece]
    return b"".join(parts)


def _series(one: Made) -> bytes:
    labels: Iterator[bytes] = (
        _field(1, _field(1, name.encode()) + _field(2, value.encode())) for name, value in one.labels
    )
    samples: Iterable[bytes] = (
        _field(2, b"\x09" + struct.pack("<d", value) + b"\x10" + _varint(time_ms))
        for time_ms, value in one.samples
    )
    return b"".join([*labels, *samples])


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
