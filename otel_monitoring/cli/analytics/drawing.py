"""Series of the API drawn in a terminal, with what they stand for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.text import Text

from otel_monitoring.cli.alerts.rows import labels_text, seconds
from otel_monitoring.cli.chart import COLOURS, chart
from otel_monitoring.model.labels import NAME, Labels
from otel_monitoring.promql.result import Series

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def titled(metric: str, labels: Mapping[str, str]) -> str:
    """Return a metric with the labels that say something to people."""
    shown = {name: one for name, one in labels.items() if name != NAME and not name.startswith("otel_scope_")}
    return f"{metric} {labels_text(shown)}".rstrip()


def series_of(points: Sequence[Mapping[str, Any]]) -> Series:
    """Return points with a ``time`` and a ``value`` as a series; what is no number is a gap."""
    times_ms = np.array([round(seconds(one["time"]) * 1000) for one in points], dtype=np.int64)
    values = np.array([_number(one["value"]) for one in points], dtype=np.float64)
    return Series(Labels.of(), times_ms, values)


def draw(lines: Sequence[tuple[str, Series]]) -> None:
    """Print series over each other, a colour each, and below what each of them is.

    Args:
        lines: What each is called, and its points; one without points is left out.
    """
    shown = [(name, series) for name, series in lines if len(series.times_ms)]
    if not shown:
        return
    console = Console(highlight=False)
    braille = "utf" in (console.encoding or "").lower()
    for line in chart([series for _, series in shown], width=console.width, braille=braille):
        console.print(line, no_wrap=True, overflow="crop")
    console.print()
    for at, (name, _) in enumerate(shown):
        mark = "━━" if braille else "--"
        console.print(Text.assemble((mark, COLOURS[at % len(COLOURS)]), " ", name))


def _number(value: float | str | None) -> float:
    return value if isinstance(value, float | int) else math.nan
