"""``otel-monitoring import``: what was exported, or comes from a Prometheus, into a storage."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotation
from typing import TYPE_CHECKING, Annotated

import typer

from otel_monitoring.cli.pages import By  # noqa: TC001 - typer reads the annotation
from otel_monitoring.cli.storage.audited import note
from otel_monitoring.cli.storage.export import Format, Shape, What, format_of
from otel_monitoring.cli.storage.files import STANDARD, read
from otel_monitoring.cli.storage.opened import StorageUrl, opened
from otel_monitoring.cli.storage.whose import ForService, receiver, services

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from otel_monitoring.model.sample import Metadata
    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.service import Service
    from otel_monitoring.storage.transfer.points import Points


def command(
    what: Annotated[What, typer.Argument(help="metrics, alerts or events.")],
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="What export or the archive wrote; - for standard input."),
    ],
    *,
    shape: Shape = None,
    service: ForService = None,
    by: By = None,
    storage: StorageUrl = None,
) -> None:
    """Read what was exported into a storage."""
    if what is What.AUDIT:
        msg = "what another storage says of an audit proves nothing: expected metrics, alerts or events"
        raise typer.BadParameter(msg, param_hint="WHAT")
    for file in files:
        if str(file) == STANDARD and what is What.METRICS and format_of(shape, file) is Format.PARQUET:
            msg = "Parquet is read from its end, and standard input has none: give a file"
            raise typer.BadParameter(msg, param_hint="FILE")
    name = _name(files)
    with opened(storage, is_made=True) as database:
        whose = receiver(database, service) if service or what is What.METRICS else None
        if whose is not None and what is What.METRICS:
            said = _take_metrics(database, files, shape, whose=whose, name=name)
        else:
            said = _take_lines(database, what, files, whose)
        concerned = services(database) if whose is None else [whose]
        note(database, concerned, name="storage.imported", target=name, by=by, after={"taken": said})
    print(said)


def _take_lines(database: Database, what: What, files: Sequence[Path], whose: Service | None) -> str:
    from otel_monitoring.storage.transfer import lines

    keep = lines.take_alerts if what is What.ALERTS else lines.take_events
    count = 0
    for file in files:
        with read(file) as given, database.write() as connection:
            count += keep(connection, given, service=whose)
    return f"{count} {what.value} taken"


def _take_metrics(
    database: Database, files: Sequence[Path], shape: Format | None, *, whose: Service, name: str
) -> str:
    from otel_monitoring.storage.transfer.into import take

    taken = take(database, _samples(files, shape), service=whose, name=name)
    return f"{taken.samples} samples of {taken.series} series taken for {whose}"


def _samples(files: Sequence[Path], shape: Format | None) -> Iterator[Points | Metadata]:
    from otel_monitoring.storage.transfer import openmetrics, parquet, table

    for file in files:
        format_ = format_of(shape, file)
        with read(file, is_binary=format_ is Format.PARQUET) as given:
            if format_ is Format.PARQUET:
                yield from parquet.read_parquet(given)
            else:
                yield from table.read_csv(given) if format_ is Format.CSV else openmetrics.read(given)


def _name(files: Sequence[Path]) -> str:
    first = "standard input" if str(files[0]) == STANDARD else files[0].name
    return first if len(files) == 1 else f"{first} and {len(files) - 1} more"
