"""``otel-monitoring export``: what a storage holds, as a file that others read."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotation
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from otel_monitoring.cli.storage.files import ending, written
from otel_monitoring.cli.storage.opened import End, Since, Start, StorageUrl, opened, span
from otel_monitoring.cli.storage.whose import OfService, key_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.model.matcher import Matcher
    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.transfer.out import Samples


class What(StrEnum):
    """What is carried."""

    METRICS = "metrics"
    ALERTS = "alerts"
    EVENTS = "events"
    AUDIT = "audit"


class Format(StrEnum):
    """How samples are written; all else is lines of JSON."""

    OPENMETRICS = "openmetrics"
    CSV = "csv"
    PARQUET = "parquet"


_ENDINGS: Final = {".csv": Format.CSV, ".parquet": Format.PARQUET, ".pq": Format.PARQUET}

Shape = Annotated[
    Format | None,
    typer.Option("--format", "-f", help="Of metrics; by default by the end of the file's name."),
]


def command(  # noqa: PLR0913 - each is an option
    what: Annotated[What, typer.Argument(help="metrics, alerts, events or audit.")],
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
    service: OfService = None,
    storage: StorageUrl = None,
) -> None:
    """Write what a storage holds: metrics as OpenMetrics, CSV or Parquet, all else as lines of JSON."""
    times_ms, format_ = span(since, start, end), format_of(shape, output)
    matchers = _matchers(selector)
    is_binary = what is What.METRICS and format_ is Format.PARQUET
    if is_binary and output is None and sys.stdout.isatty():
        msg = "a table of bytes is nothing for a terminal: give --output"
        raise typer.BadParameter(msg, param_hint="--format")
    with opened(storage) as database, written(output, is_binary=is_binary) as file:
        key = key_of(database, service)
        if what is What.METRICS:
            samples = _samples(database, times_ms, matchers, key)
            _write_metrics(samples, file, format_)
        else:
            _write_lines(database, what, file, times_ms, key)


def format_of(given: Format | None, path: Path | None) -> Format:
    """Return the format of metrics: the one given, or by the name of the file."""
    return given or _ENDINGS.get(ending(path), Format.OPENMETRICS)


def _write_lines(
    database: Database, what: What, file: Any, times_ms: tuple[int, int], service: str | None
) -> None:
    from otel_monitoring.storage.transfer import lines

    kept = {What.ALERTS: lines.alerts, What.EVENTS: lines.events, What.AUDIT: lines.audit}[what]
    with database.read() as connection:
        file.writelines(kept(connection, start_ms=times_ms[0], end_ms=times_ms[1], service=service))


def _samples(
    database: Database, times_ms: tuple[int, int], matchers: Sequence[Matcher], service: str | None
) -> Samples:
    from otel_monitoring.storage.transfer.out import Samples

    start_ms, end_ms = times_ms
    return Samples(database, start_ms=start_ms, end_ms=end_ms, matchers=matchers, service=service)


def _write_metrics(samples: Samples, file: Any, shape: Format) -> None:
    from otel_monitoring.storage.transfer import openmetrics, parquet, table

    if shape is Format.PARQUET:
        names = samples.label_names()
        parquet.write_parquet(samples, file, label_names=names, metadata=samples.metadata())
    elif shape is Format.CSV:
        table.write_csv(samples, file)
    else:
        file.writelines(openmetrics.written(samples.names(), samples.of, samples.metadata()))
    for note in samples.notes:
        print(note, file=sys.stderr)


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
