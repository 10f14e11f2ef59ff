"""Charts as SVG inside a page: no script, colours by the style of the page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from otel_monitoring.reports.summary.period import zone_of
from otel_monitoring.reports.summary.words import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from otel_monitoring.reports.summary.model import Chart, Line

WIDTH, HEIGHT = 720, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 86, 10, 18, 30
_TICKS = 3
_TIMES = 4
_DAY_MS = 86_400_000
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_LEAST, _MOST = 1e-290, 1e290


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where values and times lie in the picture."""

    start_ms: int
    end_ms: int
    low: float
    high: float

    def x(self, time_ms: float) -> float:
        share = (time_ms - self.start_ms) / max(1, self.end_ms - self.start_ms)
        return _LEFT + share * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        share = value / self.high if not self.low else (value - self.low) / (self.high - self.low)
        return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)


def svg(chart: Chart, *, zone: str) -> str:
    """Return a chart as an ``svg`` element; without a value to draw it says so.

    Args:
        chart: What is drawn.
        zone: The time zone of the times below it.
    """
    finite = [value for line in chart.lines for value in line.values if abs(value) < _MOST]
    if not finite or not chart.times_ms:
        return '<p class="note">No value to draw.</p>'
    step = _tick(min(finite), max(finite))
    low, high = min(0.0, math.floor(min(finite) / step) * step), max(math.ceil(max(finite) / step), 1) * step
    frame = _Frame(_start_ms(chart.times_ms), chart.times_ms[-1], low, high)
    ticks = [low + step * at for at in range(round((high - low) / step) + 1)]
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(chart.title)}">',
        *(_grid(frame, tick, chart.unit) for tick in ticks),
        *_below(frame, zone),
        *(_drawn(line, at, chart.times_ms, frame) for at, line in enumerate(chart.lines)),
        "</svg>",
    ]
    return "".join(parts) + _legend(chart.lines)


def _start_ms(times_ms: Sequence[int]) -> int:
    """Return where the first step begins: points lie at the ends of steps."""
    return times_ms[0] - (times_ms[1] - times_ms[0]) if len(times_ms) > 1 else times_ms[0]


def _tick(low: float, high: float) -> float:
    """Return a round distance of grid lines, so that there are about three."""
    span = max(high, 0.0) - min(low, 0.0)
    rough = max(span, _LEAST) / _TICKS if span else 1.0 / _TICKS
    size = 10.0 ** math.floor(math.log10(rough))
    return next(size * step for step in _STEPS if size * step >= rough * (1 - 1e-9))


def _grid(frame: _Frame, value: float, unit: str) -> str:
    y = frame.y(value)
    return (
        f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{escape(number(value, unit))}</text>'
    )


def _below(frame: _Frame, zone: str) -> Iterator[str]:
    is_long = frame.end_ms - frame.start_ms > _DAY_MS
    shown = "%d %b" if is_long else "%H:%M"
    for at in range(_TIMES + 1):
        time_ms = frame.start_ms + (frame.end_ms - frame.start_ms) * at / _TIMES
        anchor = "start" if not at else "end" if at == _TIMES else "middle"
        text = f"{datetime.fromtimestamp(time_ms / 1000, zone_of(zone)):{shown}}"
        yield f'<text x="{frame.x(time_ms):.1f}" y="{HEIGHT - 8}" text-anchor="{anchor}">{text}</text>'


def _drawn(line: Line, at: int, times_ms: Sequence[int], frame: _Frame) -> str:
    points = zip(times_ms, line.values, strict=True)
    runs = groupby(points, key=lambda point: abs(point[1]) < _MOST)
    paths = [
        "M" + "L".join(f"{frame.x(time_ms):.1f},{frame.y(value):.1f}" for time_ms, value in run)
        for is_there, run in runs
        if is_there
    ]
    name = "before" if line.is_before else f"c{at % 5}"
    return f'<path class="line {name}" d="{"".join(f"{one}h.01" for one in paths)}"/>' if paths else ""


def _legend(lines: Sequence[Line]) -> str:
    names = (
        f'<span class="key {"before" if line.is_before else f"c{at % 5}"}">{escape(line.name)}</span>'
        for at, line in enumerate(lines)
    )
    return f'<p class="legend">{"".join(names)}</p>'
