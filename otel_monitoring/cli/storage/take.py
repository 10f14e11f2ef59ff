"""``otel-monitoring import``: what was exported, or comes from a Prometheus, into a storage."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotation
from typing import TYPE_CHECKING, Annotated

import typer

from otel_monitoring.cli.storage.export import Format, Shape, What, format_of
from otel_monitoring.cli.storage.opened import StorageUrl, opened

if TYPE_CHECKING:
    from typing import TextIO

    from otel_monitoring.storage.database import Database

_STANDARD_INPUT = "-"


def command(
    what: Annotated[What, typer.Argument(help="metrics, alerts or events.")],
    file: Annotated[Path, typer.Argument(help="What export wrote; - for standard input.")],
    *,
    shape: Shape = None,
    storage: StorageUrl = None,
) -> None:
    """Read what was exported into a storage."""
    with opened(storage) as database:
        if str(file) == _STANDARD_INPUT:
            said = _take(database, what, sys.stdin, format_of(shape, None), "standard input")
        else:
            with file.open(encoding="utf-8", newline="") as text:
                said = _take(database, what, text, format_of(shape, file), file.name)
    print(said)


def _take(database: Database, what: What, file: TextIO, shape: Format, name: str) -> str:
    from otel_monitoring.storage.transfer import lines, openmetrics, table
    from otel_monitoring.storage.transfer.into import take

    if what is not What.METRICS:
        keep = lines.take_alerts if what is What.ALERTS else lines.take_events
        with database.write() as connection:
            return f"{keep(connection, file)} {what.value} taken"
    given = table.read_csv(file) if shape is Format.CSV else openmetrics.read(file)
    taken = take(database, given, name=name)
    return f"{taken.samples} samples of {taken.series} series taken"
