"""Small charts without a drawing library: a line of characters, and a PNG for mail.

Source of the file format: PNG (Portable Network Graphics) Specification, third edition, W3C.
"""

from __future__ import annotations

import itertools
import math
import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.model.evidence import Curve

_BARS = "▁▂▃▄▅▆▇█"
_PALETTE = bytes.fromhex("ffffffe5e7eb2563ebdc2626")
_WHITE, _GRID, _LINE, _LIMIT = range(4)
_MARGIN = 6


def sparkline(curve: Curve, *, width: int = 24) -> str:
    """Draw the curve as one line of at most ``width`` characters; empty where it has no value."""
    values = _thinned(curve.values, width)
    known = [value for value in values if math.isfinite(value)]
    if not known:
        return ""
    low, high = min(known), max(known)
    step = (high / 2 - low / 2) / (len(_BARS) - 1) or 1.0  # halves, as the whole may be infinite
    return "".join(_bar((value / 2 - low / 2) / step) for value in values)


def png(curve: Curve, *, width: int = 480, height: int = 120) -> bytes:
    """Draw the curve, and its threshold as a dashed line, as a PNG; empty where it has no value.

    Args:
        curve: What to draw.
        width: In pixels.
        height: In pixels.
    """
    known = [value for value in curve.values if math.isfinite(value)]
    if not known:
        return b""
    canvas = _Canvas(width, height)
    limits = [] if curve.threshold is None else [curve.threshold]
    scale = _Scale(min(*known, *limits, known[0]), max(*known, *limits, known[0]), height)
    for part in range(5):
        canvas.level(_MARGIN + part * (height - 2 * _MARGIN - 1) // 4, _GRID)
    for limit in limits:
        canvas.level(scale.row(limit), _LIMIT, dash=6)
    _draw_line(canvas, _thinned(curve.values, width - 2 * _MARGIN), scale)
    return canvas.png()


class _Scale:
    """From values to rows of pixels."""

    def __init__(self, low: float, high: float, height: int) -> None:
        self._low = low / 2  # halves, as the whole may be infinite
        self._span = (high / 2 - low / 2) or 1.0
        self._rows = height - 2 * _MARGIN - 1

    def row(self, value: float) -> int:
        return _MARGIN + round((1 - (value / 2 - self._low) / self._span) * self._rows)


class _Canvas:
    """Pixels, each the number of a colour."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self._rows = [bytearray(width) for _ in range(height)]

    def dot(self, column: int, row: int, colour: int) -> None:
        for near in (row, row + 1):  # two pixels thick
            if 0 <= near < len(self._rows):
                self._rows[near][column] = colour

    def level(self, row: int, colour: int, *, dash: int = 0) -> None:
        for column in range(_MARGIN, self.width - _MARGIN):
            if not dash or column // dash % 2:
                self._rows[row][column] = colour

    def png(self) -> bytes:
        header = struct.pack(">IIBBBBB", self.width, len(self._rows), 8, 3, 0, 0, 0)
        pixels = zlib.compress(b"".join(b"\0" + row for row in self._rows), 9)
        chunks = ((b"IHDR", header), (b"PLTE", _PALETTE), (b"IDAT", pixels), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _draw_line(canvas: _Canvas, values: Sequence[float], scale: _Scale) -> None:
    room = canvas.width - 2 * _MARGIN - 1
    step = room / max(len(values) - 1, 1)
    before: int | None = None
    for column in range(room + 1):
        value = values[min(round(column / step), len(values) - 1)]
        if not math.isfinite(value):
            before = None
            continue
        row = scale.row(value)
        start = row if before is None else before
        for near in range(min(start, row), max(start, row) + 1):
            canvas.dot(_MARGIN + column, near, _LINE)
        before = row


def _bar(height: float) -> str:
    return _BARS[min(round(height), len(_BARS) - 1)] if math.isfinite(height) else " "


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _thinned(values: Sequence[float], most: int) -> list[float]:
    """Keep at most ``most`` values, of each stretch the largest."""
    if len(values) <= most:
        return list(values)
    edges = [number * len(values) // most for number in range(most + 1)]
    stretches = (values[start:end] for start, end in itertools.pairwise(edges))
    return [max((one for one in part if math.isfinite(one)), default=math.nan) for part in stretches]
