"""``otel-monitoring export``: what a storage holds, as a file that others read."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotation
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from otel_monitoring.cli.storage.opened import End, Since, Start, StorageUrl, opened, span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.model.matcher import Matcher
    from otel_monitoring.storage.database import Database


class What(StrEnum):
    """What is carried."""

    METRICS = "metrics"
    ALERTS = "alerts"
    EVENTS = "events"


class Format(StrEnum):
    """How samples are written; alerts and events are lines of JSON."""

    OPENMETRICS = "openmetrics"
    CSV = "csv"


Shape = Annotated[
    Format | None,
    typer.Option("--format", "-f", help="Of metrics; by default by the end of the file's name."),
]


def command(
    what: Annotated[What, typer.Argument(help="metrics, alerts or events.")],
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="By default standard output.")
    ] = None,
    shape: Shape = None,
    selector: Annotated[
        str | None, typer.Option("--series", metavar="SELECTOR", help="Which series, as PromQL selects them.")
    ] = None,
    since: Since = None,
    start: Start = None,
    end: End = "now",
    storage: StorageUrl = None,
) -> None:
    """Write what a storage holds: metrics as OpenMetrics or CSV, alerts and events as lines of JSON."""
    start_ms, end_ms = span(since, start, end)
    with opened(storage) as database:
        if output is None:
            _write(database, what, sys.stdout, format_of(shape, None), selector, (start_ms, end_ms))
            return
        with output.open("x", encoding="utf-8", newline="") as file:
            _write(database, what, file, format_of(shape, output), selector, (start_ms, end_ms))


def format_of(given: Format | None, path: Path | None) -> Format:
    """Return the format of metrics."""
    if given is not None:
        return given
    return Format.CSV if path is not None and path.suffix == ".csv" else Format.OPENMETRICS


def _write(
    database: Database,
    what: What,
    file: TextIO,
    shape: Format,
    selector: str | None,
    times_ms: tuple[int, int],
) -> None:
    from otel_monitoring.storage.transfer import lines, openmetrics, table
    from otel_monitoring.storage.transfer.out import Samples

    start_ms, end_ms = times_ms
    if what is not What.METRICS:
        kept = lines.alerts if what is What.ALERTS else lines.events
        with database.read() as connection:
            file.writelines(kept(connection, start_ms=start_ms, end_ms=end_ms))
        return
    samples = Samples(database, start_ms=start_ms, end_ms=end_ms, matchers=_matchers(selector))
    if shape is Format.CSV:
        table.write_csv(samples, file)
    else:
        file.writelines(openmetrics.written(samples.names(), samples.of, samples.metadata()))


def _matchers(selector: str | None) -> Sequence[Matcher]:
    if selector is None:
        return ()
    from otel_monitoring.promql.language.nodes import Selector
    from otel_monitoring.promql.language.parse import parse

    node = parse(selector)
    if not isinstance(node, Selector) or node.range_ms is not None:
        msg = f'{selector!r} selects no series, such as up or {{job="shop"}}'
        raise typer.BadParameter(msg, param_hint="--series")
    return node.matchers
