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
_PALETTE = bytes.fromhex("ffffff94a3b83b82f6ef44443b82f6")
_OPACITY = bytes((0, 90, 255, 255, 40))
_NOTHING, _GRID, _LINE, _LIMIT, _BELOW = range(5)
"""Colours that can be seen on a light page and on a dark one: what is behind shows through."""

_SHADES = bytes(_BELOW if one in (_NOTHING, _GRID) else one for one in range(256))
_MARGIN = 6
_WIDE = 480
"""Above this width lines are twice as thick: such a picture is shown at half its size, on a fine screen."""


def sparkline(curve: Curve, *, width: int = 24) -> str:
    """Draw the curve as one line of at most ``width`` characters; empty where it has no value."""
    values = _thinned(curve.values, width)
    known = [value for value in values if math.isfinite(value)]
    if not known:
        return ""
    low, high = min(known), max(known)
    step = (high / 2 - low / 2) / (len(_BARS) - 1) or 1.0  # halves, as the whole may be infinite
    return "".join(_bar((value / 2 - low / 2) / step) for value in values)


def png(curve: Curve, *, width: int = 960, height: int = 240) -> bytes:
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
    _draw_line(canvas, _thinned(curve.values, width - 2 * _MARGIN), scale)
    for limit in limits:
        canvas.level(scale.row(limit), _LIMIT, dash=6)
    return canvas.png()


class _Scale:
    """From values to rows of pixels."""

    def __init__(self, low: float, high: float, height: int) -> None:
        self._low = low / 2  # halves, as the whole may be infinite
        self._span = (high / 2 - low / 2) or 1.0
        self._rows = height - 2 * _MARGIN - 1

    def row(self, value: float) -> int:
        share = min(max((value / 2 - self._low) / self._span, 0.0), 1.0)
        return _MARGIN + round((1 - share) * self._rows)


class _Canvas:
    """Pixels, each the number of a colour, kept by columns: that is how a curve is drawn."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._thick = 2 if width > _WIDE else 1
        self._columns = [bytearray(height) for _ in range(width)]

    def span(self, column: int, top: int, bottom: int, colour: int) -> None:
        """Draw a line down, both ends included."""
        end = min(bottom + 2 * self._thick, self.height)
        for one in self._columns[column : column + self._thick]:
            one[top:end] = bytes((colour,)) * (end - top)

    def shade(self, column: int, row: int) -> None:
        """Colour what is below, but nothing that is drawn there."""
        end = self.height - _MARGIN
        one = self._columns[column]
        one[row:end] = one[row:end].translate(_SHADES)

    def level(self, row: int, colour: int, *, dash: int = 0) -> None:
        """Draw a line across."""
        end = min(row + self._thick, self.height)
        for column in range(_MARGIN, self.width - _MARGIN):
            if not dash or column // (dash * self._thick) % 2:
                self._columns[column][row:end] = bytes((colour,)) * (end - row)

    def png(self) -> bytes:
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 3, 0, 0, 0)
        rows = zip(*self._columns, strict=True)
        pixels = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows), 6)
        chunks = (
            (b"IHDR", header),
            (b"PLTE", _PALETTE),
            (b"tRNS", _OPACITY),
            (b"IDAT", pixels),
            (b"IEND", b""),
        )
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _draw_line(canvas: _Canvas, values: Sequence[float], scale: _Scale) -> None:
    room = canvas.width - 2 * _MARGIN - 1
    step = room / max(len(values) - 1, 1)
    before: int | None = None
    for column in range(room + 1):
        value = _between(values, column / step)
        if not math.isfinite(value):
            before = None
            continue
        row = scale.row(value)
        canvas.shade(_MARGIN + column, row)
        start = row if before is None else before
        canvas.span(_MARGIN + column, min(start, row), max(start, row), _LINE)
        before = row


def _between(values: Sequence[float], place: float) -> float:
    """Return the value at a place between two of them; beside a gap that of the nearer one."""
    left = min(int(place), len(values) - 1)
    right, share = min(left + 1, len(values) - 1), place - int(place)
    if math.isfinite(values[left]) and math.isfinite(values[right]):
        return values[left] * (1 - share) + values[right] * share
    return values[left if share < 1 / 2 else right]


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
