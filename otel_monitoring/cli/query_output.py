"""An answer as a table, as JSON, as CSV or as a chart."""

from __future__ import annotations

import csv
import json
import math
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from otel_monitoring.cli.chart import COLOURS, chart
from otel_monitoring.model.labels import NAME, Labels

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from otel_monitoring.promql.result import Result

Row = tuple[Labels, int, float | str]

_CHARTED_MAX = len(COLOURS)


def rows_of(result: Result) -> list[Row]:
    """Return every sample of an answer: labels, Unix milliseconds, value."""
    if result.kind == "scalar":
        return [(Labels.of(), result.time_ms, result.scalar)]
    if result.kind == "string":
        return [(Labels.of(), result.time_ms, result.text)]
    if result.kind == "vector":
        return [(labels, result.time_ms, value) for labels, value in result.samples]
    return [
        (one.labels, time_ms, value)
        for one in result.series
        for time_ms, value in zip(one.times_ms.tolist(), one.values.tolist(), strict=True)
    ]


def print_table(result: Result) -> None:
    """Print a row a sample, a column a label; of a range, a row a series with its figures."""
    series = result.series
    if result.kind == "matrix":
        rows: Iterable[tuple[Labels, list[str]]] = (
            (one.labels, [_shown(value) for value in _figures(one.values.tolist())]) for one in series
        )
        heads = ["samples", "min", "mean", "max", "last"]
    else:
        rows = ((labels, [_shown(value)]) for labels, _, value in rows_of(result))
        heads = ["value"]
    found = list(rows)
    names = _names(labels for labels, _ in found)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(name, overflow="fold")
    for head in heads:
        table.add_column(head, justify="right", style="cyan", no_wrap=True)
    for labels, values in found:
        table.add_row(*(Text(labels.get(name)) for name in names), *values)
    Console(highlight=False).print(table)


def print_json(result: Result) -> None:
    """Print ``series``, an object each: ``labels``, and ``values`` as pairs of time and value.

    Beside them are ``tiers``, from where the samples came, ``warnings`` and ``infos``.
    """
    grouped: dict[Labels, list[list[Any]]] = {}
    for labels, time_ms, value in rows_of(result):
        grouped.setdefault(labels, []).append([_time(time_ms), _finite(value)])
    series = [{"labels": labels.as_dict(), "values": values} for labels, values in grouped.items()]
    about = {"tiers": result.tiers, "warnings": result.warnings, "infos": result.infos}
    body = {**about, "series": series}
    print(json.dumps(body, indent=2, ensure_ascii=False))


def print_csv(result: Result) -> None:
    """Print a row a sample as RFC 4180 has it: the labels, ``time``, ``value``."""
    found = rows_of(result)
    names = _names(labels for labels, _, _ in found)
    writer = csv.writer(sys.stdout, lineterminator="\r\n")
    writer.writerow([*names, "time", "value"])
    for labels, time_ms, value in found:
        writer.writerow([*(labels.get(name) for name in names), _time(time_ms), _shown(value)])


def print_chart(result: Result) -> None:
    """Print lines over time and what they stand for."""
    console = Console(highlight=False)
    shown = result.series[:_CHARTED_MAX]
    braille = "utf" in (console.encoding or "").lower()
    for line in chart(shown, width=console.width, braille=braille):
        console.print(line, no_wrap=True, overflow="crop")
    console.print()
    for text in _legend([one.labels for one in shown], mark="━━" if braille else "--"):
        console.print(text)
    if len(result.series) > len(shown):
        console.print(Text(f"and {len(result.series) - len(shown)} more; topk(8, …) chooses", style="dim"))


def _legend(labels: Sequence[Labels], *, mark: str) -> Iterator[Text]:
    alike = set.intersection(*({*one.pairs} for one in labels)) if len(labels) > 1 else set()
    for at, one in enumerate(labels):
        rest = Labels.from_pairs(tuple(pair for pair in one.pairs if pair not in alike))
        yield Text.assemble((mark, COLOURS[at % len(COLOURS)]), " ", repr(rest))


def _names(label_sets: Iterable[Labels]) -> list[str]:
    found = {name for labels in label_sets for name, _ in labels}
    return sorted(found, key=lambda name: (name != NAME, name))


def _figures(values: list[float]) -> list[float]:
    finite = [value for value in values if math.isfinite(value)] or [math.nan]
    return [len(values), min(finite), sum(finite) / len(finite), max(finite), values[-1]]


def _shown(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return str(_finite(value)) if not math.isfinite(value) else f"{value:.12g}"


def _finite(value: float | str) -> float | str:
    if isinstance(value, str) or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"


def _time(time_ms: int) -> str:
    text = datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
