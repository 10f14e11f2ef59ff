"""Lines over time in a terminal, drawn with Braille dots, or with stars where the encoding lacks them."""

from __future__ import annotations

import math
import sys
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from otel_monitoring.promql.result import Series

COLOURS = ("cyan", "yellow", "magenta", "green", "red", "blue", "bright_cyan", "bright_yellow")
_HEIGHT, _MIN_WIDTH = 14, 20
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_WIDE, _HIGH = 2, 4
_EMPTY = 0x2800
_BETWEEN_TIMES = 11
_FORMS = ((7 * 86_400_000, "%Y-%m-%d"), (86_400_000, "%m-%d %H:%M"), (600_000, "%H:%M"), (0, "%H:%M:%S"))
"""How times are written, by how much there is to see."""
_LARGEST = sys.float_info.max / 4


class _Canvas:
    """Cells of two by four dots each, with the colour of the line that came last."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._dots = [[0] * width for _ in range(height)]
        self._colours = [[""] * width for _ in range(height)]

    def set(self, x: int, y: int, colour: str) -> None:
        """Set one dot; ``y`` counts from the top."""
        column, row = x // _WIDE, y // _HIGH
        self._dots[row][column] |= _DOTS[x % _WIDE][y % _HIGH]
        self._colours[row][column] = colour

    def line(self, begin: tuple[int, int], end: tuple[int, int], colour: str) -> None:
        """Connect two dots."""
        steps = max(abs(end[0] - begin[0]), abs(end[1] - begin[1]), 1)
        for step in range(steps + 1):
            x = begin[0] + round((end[0] - begin[0]) * step / steps)
            y = begin[1] + round((end[1] - begin[1]) * step / steps)
            self.set(x, y, colour)

    def rows(self, *, braille: bool) -> Iterator[Text]:
        """Return the rows from the top."""
        for dots, colours in zip(self._dots, self._colours, strict=True):
            text = Text()
            for cell, colour in zip(dots, colours, strict=True):
                mark = chr(_EMPTY + cell) if braille else "*"
                text.append(mark if cell else " ", style=colour)
            yield text


def chart(series: Sequence[Series], *, width: int, braille: bool = True) -> list[Text]:
    """Return the lines of a chart: values on the left, times below.

    Args:
        series: What is drawn, a colour each; a gap in time is a gap in the line.
        width: Columns of the terminal.
        braille: Whether its encoding has Braille.
    """
    finite = [value for one in series for value in one.values.tolist() if math.isfinite(value)]
    if not finite:
        return [Text("no finite value to draw")]
    low, high = _bounds(max(min(finite), -_LARGEST), min(max(finite), _LARGEST))
    start_ms = min(int(one.times_ms[0]) for one in series if len(one.times_ms))
    end_ms = max(int(one.times_ms[-1]) for one in series if len(one.times_ms))
    labels = [_number(high - (high - low) * row / (_HEIGHT - 1)) for row in range(_HEIGHT)]
    margin = max(map(len, labels))
    canvas = _Canvas(max(_MIN_WIDTH, width - margin - 2), _HEIGHT)
    for at, one in enumerate(series):
        _draw(canvas, one, COLOURS[at % len(COLOURS)], (start_ms, end_ms), (low, high))
    side = "│" if braille else "|"
    lines = [
        Text.assemble(
            (f"{labels[row]:>{margin}} {side}" if row % 3 == 1 else f"{'':{margin}} {side}", "dim"), text
        )
        for row, text in enumerate(canvas.rows(braille=braille))
    ]
    return [*lines, *_axis(canvas.width, margin, (start_ms, end_ms), braille=braille)]


def _bounds(low: float, high: float) -> tuple[float, float]:
    if low < high:
        return low, high
    room = abs(low) / 10 or 1.0
    return low - room, high + room


def _draw(
    canvas: _Canvas, one: Series, colour: str, span_ms: tuple[int, int], bounds: tuple[float, float]
) -> None:
    wide, high = canvas.width * _WIDE - 1, canvas.height * _HIGH - 1
    length_ms = max(1, span_ms[1] - span_ms[0])
    times_ms = one.times_ms.tolist()
    steps_ms = [later - earlier for earlier, later in pairwise(times_ms)]
    usual_ms = min(steps_ms, default=0)
    before: tuple[int, int] | None = None
    before_ms = 0
    for time_ms, value in zip(times_ms, one.values.tolist(), strict=True):
        if not math.isfinite(value):
            before = None
            continue
        x = round((time_ms - span_ms[0]) / length_ms * wide)
        y = round((bounds[1] - min(max(value, bounds[0]), bounds[1])) / (bounds[1] - bounds[0]) * high)
        is_next = before is not None and time_ms - before_ms <= usual_ms
        canvas.line(before if before is not None and is_next else (x, y), (x, y), colour)
        before, before_ms = (x, y), time_ms


def _axis(width: int, margin: int, span_ms: tuple[int, int], *, braille: bool) -> list[Text]:
    corner, line = ("└", "─") if braille else ("+", "-")
    length_ms = span_ms[1] - span_ms[0]
    shown = next(form for above_ms, form in _FORMS if length_ms >= above_ms)
    digits = len(datetime.fromtimestamp(span_ms[0] / 1000).astimezone().strftime(shown))
    many = max(2, width // (digits + _BETWEEN_TIMES))
    places = [" "] * (width + 8)
    for at in range(many):
        share = at / (many - 1)
        time_ms = span_ms[0] + (span_ms[1] - span_ms[0]) * share
        text = datetime.fromtimestamp(time_ms / 1000).astimezone().strftime(shown)
        begin = round(share * (width - digits))
        places[begin : begin + len(text)] = text
    below = "".join(places).rstrip()
    return [
        Text(f"{'':{margin}} {corner}{line * width}", style="dim"),
        Text(f"{'':{margin}}  {below}", style="dim"),
    ]


def _number(value: float) -> str:
    return f"{value:.4g}"
