"""Whole numbers in a handful of bits each: differences, bytes put apart, zstd.

A matrix int64[rows, columns] becomes sections. The first says how each row is coded; each further one is a
*segment*: some rows of the same width. From every row a line is taken off; what is left is written as it is,
as differences, or as differences of differences, whichever is smallest. Its upper bytes are mostly zero. A
segment keeps the lowest bytes of all its numbers together, then the next ones (a byte shuffle): bytes that
look like noise are kept as they are, the others are compressed.

A row is read by decompressing its segment alone. All arithmetic wraps around at 64 bits and is thus exact.

This module needs numpy and zstandard; import it lazily on the start-up path.

Source of the byte shuffle: F. Alted, Why modern CPUs are starving and what can be done about it, Computing in
Science and Engineering 12 (2010). Of double differences: Pelkonen et al., Gorilla, VLDB 8 (2015).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from otel_monitoring.storage.blocks.bits import bit_lengths, unzigzag, zigzag
from otel_monitoring.storage.blocks.errors import DamagedError
from otel_monitoring.storage.blocks.sections import Reader, join
from otel_monitoring.storage.blocks.squeeze import pack_planes, squeeze, unpack_planes, unsqueeze

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_ORDERS = 3
_WIDTH_BITS = 4
_WIDTH_MAX = 8
_SEGMENT_SAMPLES = 32_768
_SAMPLED, _CHUNKS = 128, 4


class Coding(NamedTuple):
    """How the rows of a matrix are coded.

    Attributes:
        orders: How often differences are taken, 0 to 2, shape (rows,).
        widths: Bytes a number, 0 where nothing is left of it, shape (rows,).
        firsts: Where the line begins: at the first number, or at the median at order 0, shape (rows,).
        drifts: What the line grows by at each column: the first difference at order 2, else 0, shape (rows,).
    """

    orders: NDArray[np.uint8]
    widths: NDArray[np.uint8]
    firsts: NDArray[np.int64]
    drifts: NDArray[np.int64]

    def of(self, rows: NDArray[np.intp]) -> Coding:
        """Return how some of the rows are coded."""
        return Coding(self.orders[rows], self.widths[rows], self.firsts[rows], self.drifts[rows])


def encode(values: NDArray[np.int64]) -> bytes:
    """Return the matrix as bytes.

    Args:
        values: Any integers, shape (rows, columns).
    """
    if not values.size:
        return b""
    line = _line(values)
    left = zigzag(_take_off(values, line))
    line = line._replace(widths=_width(left))
    sections = [_write_coding(line)]
    for width, rows in _segments(line.widths, columns=values.shape[1]):
        octets = left[rows].astype("<u8", copy=False).view(np.uint8).reshape(-1, 8)
        sections.append(pack_planes(np.ascontiguousarray(octets[:, :width].T)))
    return join(sections)


def decode(
    data: bytes | memoryview, *, rows: int, columns: int, wanted: NDArray[np.intp] | None = None
) -> NDArray[np.int64]:
    """Undo :func:`encode`.

    Args:
        data: What it returned.
        rows: How many rows there were.
        columns: How many columns there were.
        wanted: The rows to return, in this order; ``None`` for all.

    Returns:
        The integers, shape (wanted rows, columns).

    Raises:
        DamagedError: The bytes are not what was written.
    """
    wanted = np.arange(rows) if wanted is None else wanted
    if not rows or not columns:
        return np.zeros((len(wanted), columns), dtype=np.int64)
    reader = Reader(data)
    coding = _read_coding(reader.section(), rows)
    found = np.zeros((len(wanted), columns), dtype=np.int64)
    place = np.full(rows, -1, dtype=np.intp)
    place[wanted] = np.arange(len(wanted))
    for width, members in _segments(coding.widths, columns=columns):
        section = reader.section()
        held = np.flatnonzero(place[members] >= 0)
        if len(held):
            planes = unpack_planes(section, width=width, samples=len(members) * columns)
            planes = planes.reshape(width, len(members), columns)
            numbers = _numbers(planes if len(held) == len(members) else planes[:, held])
            found[place[members[held]]] = unzigzag(numbers)
    if not reader.is_at_end:
        msg = "there are more segments than rows need"
        raise DamagedError(msg)
    rows_of = place[wanted]
    if not np.array_equal(
        rows_of, np.arange(len(wanted))
    ):  # a row that is asked for twice was filled in once
        found = found[rows_of]
    _put_back(found, coding.of(wanted))
    return found


def costs(stretches: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return about how many bits each row takes at each order.

    Args:
        stretches: Some neighbouring columns of each row, shape (rows, stretches, length).

    Returns:
        Bits, shape (3, rows).
    """
    length = stretches.shape[2]
    found = [total_bits(stretches - _middle(stretches)[:, None, None])]
    for _ in range(1, _ORDERS):
        stretches = np.diff(stretches, axis=2)
        # A stretch is one shorter each time, which is no merit of the order.
        found.append(total_bits(stretches) * length // max(1, stretches.shape[2]))
    return np.stack(found)


def total_bits(stretches: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return about how many bits each row takes as it is; arguments as in :func:`costs`."""
    found: NDArray[np.int64] = bit_lengths(zigzag(stretches)).sum(axis=(1, 2))
    return found


def sampled(columns: int) -> NDArray[np.intp]:
    """Return the columns to estimate costs by, shape (stretches, length)."""
    if columns <= _SAMPLED:
        return np.arange(columns)[None]
    length = _SAMPLED // _CHUNKS
    starts = np.linspace(0, columns - length, _CHUNKS).astype(np.intp)
    found: NDArray[np.intp] = starts[:, None] + np.arange(length)
    return found


def _middle(stretches: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return about the median of each row."""
    rows, count, length = stretches.shape
    at = count * length // 2
    found: NDArray[np.int64] = np.partition(stretches.reshape(rows, count * length), at, axis=1)[:, at]
    return found


def _line(values: NDArray[np.int64]) -> Coding:
    """Return order and line of each row, no widths yet."""
    stretches = values[:, sampled(values.shape[1])]
    orders = costs(stretches).argmin(axis=0).astype(np.uint8)
    second = values[:, 1] - values[:, 0] if values.shape[1] > 1 else np.zeros_like(values[:, 0])
    firsts = np.where(orders == 0, _middle(stretches), values[:, 0])
    return Coding(orders, orders, firsts, np.where(orders == _ORDERS - 1, second, 0))


def _take_off(values: NDArray[np.int64], line: Coding) -> NDArray[np.int64]:
    left = values - _points(line, values.shape[1])
    for order in range(1, _ORDERS):
        rows = np.flatnonzero(line.orders >= order)
        left[rows, 1:] = np.diff(left[rows], axis=1)
    return left


def _put_back(left: NDArray[np.int64], line: Coding) -> None:
    for order in range(_ORDERS - 1, 0, -1):
        rows = np.flatnonzero(line.orders >= order)
        if len(rows) == len(left):
            np.cumsum(left, axis=1, out=left)
        elif len(rows):
            left[rows] = np.cumsum(left[rows], axis=1)
    left += _points(line, left.shape[1])


def _points(line: Coding, columns: int) -> NDArray[np.int64]:
    if not line.drifts.any():
        return line.firsts[:, None]
    return line.firsts[:, None] + line.drifts[:, None] * np.arange(columns)


def _segments(widths: NDArray[np.uint8], *, columns: int) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Yield width and rows of each segment; neighbours stay together."""
    count = max(1, _SEGMENT_SAMPLES // columns)
    for width in sorted(set(widths.tolist()) - {0}):
        rows = np.flatnonzero(widths == width)
        for at in range(0, len(rows), count):
            yield width, rows[at : at + count]


def _numbers(planes: NDArray[np.uint8]) -> NDArray[np.unsignedinteger[Any]]:
    """Return the numbers that planes of bytes are of, lowest plane first, no wider than they need."""
    width, rows, columns = planes.shape
    size = next(size for size in (1, 2, 4, 8) if size >= width)
    octets = np.zeros((rows, columns, size), dtype=np.uint8)
    for at, plane in enumerate(planes):
        octets[:, :, at] = plane
    numbers: NDArray[np.unsignedinteger[Any]] = octets.reshape(rows, columns * size).view(f"<u{size}")
    return numbers


def _write_coding(coding: Coding) -> bytes:
    head = coding.orders << np.uint8(_WIDTH_BITS) | coding.widths
    return squeeze(head.tobytes() + _write_numbers(coding.firsts) + _write_numbers(coding.drifts))


def _read_coding(data: memoryview, rows: int) -> Coding:
    reader = Reader(unsqueeze(data, at_most_bytes=rows * (1 + 2 * _WIDTH_MAX) + 2))
    head = np.frombuffer(reader.raw(rows), dtype=np.uint8)
    orders, widths = head >> np.uint8(_WIDTH_BITS), head & np.uint8((1 << _WIDTH_BITS) - 1)
    if orders.max() >= _ORDERS or widths.max() > _WIDTH_MAX:
        msg = f"order {orders.max()} and width {widths.max()}, at most 2 and 8 are written"
        raise DamagedError(msg)
    return Coding(orders, widths, _read_numbers(reader, rows), _read_numbers(reader, rows))


def _write_numbers(numbers: NDArray[np.int64]) -> bytes:
    """Return one number a row, byte by byte, in as many bytes as the largest takes."""
    plain = zigzag(numbers)
    width = _width(plain[None])[0]
    octets: bytes = plain.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :width].T.tobytes()
    return bytes([width]) + octets


def _read_numbers(reader: Reader, rows: int) -> NDArray[np.int64]:
    width = reader.number()
    if width > _WIDTH_MAX:
        msg = f"numbers of {width} bytes, at most 8 are written"
        raise DamagedError(msg)
    planes = np.frombuffer(reader.raw(width * rows), dtype=np.uint8).reshape(width, 1, rows)
    return unzigzag(_numbers(planes)[0]).astype(np.int64)


def _width(numbers: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Return how many bytes the largest number of each row takes."""
    widths = (bit_lengths(numbers.max(axis=1)) + 7) // 8
    return widths.clip(max=_WIDTH_MAX).astype(np.uint8)
