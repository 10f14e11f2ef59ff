"""``otel-monitoring import``: what was exported, or comes from a Prometheus, into a storage."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotation
from typing import TYPE_CHECKING, Annotated, Any

import typer

from otel_monitoring.cli.pages import By  # noqa: TC001 - typer reads the annotation
from otel_monitoring.cli.storage.audited import note
from otel_monitoring.cli.storage.export import Format, Shape, What, format_of
from otel_monitoring.cli.storage.files import STANDARD, read
from otel_monitoring.cli.storage.opened import StorageUrl, opened
from otel_monitoring.cli.storage.whose import ForService, receiver, services

if TYPE_CHECKING:
    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.service import Service


def command(
    what: Annotated[What, typer.Argument(help="metrics, alerts or events.")],
    file: Annotated[Path, typer.Argument(help="What export wrote, or an archive; - for standard input.")],
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
    format_ = format_of(shape, file)
    is_binary = what is What.METRICS and format_ is Format.PARQUET
    if is_binary and str(file) == STANDARD:
        msg = "Parquet is read from its end, and standard input has none: give a file"
        raise typer.BadParameter(msg, param_hint="FILE")
    name = "standard input" if str(file) == STANDARD else file.name
    with opened(storage) as database, read(file, is_binary=is_binary) as given:
        whose = receiver(database, service) if service or what is What.METRICS else None
        if whose is not None and what is What.METRICS:
            said = _take_metrics(database, given, format_, whose=whose, name=name)
        else:
            said = _take_lines(database, what, given, whose)
        concerned = services(database) if whose is None else [whose]
        note(database, concerned, name="storage.imported", target=name, by=by, after={"taken": said})
    print(said)


def _take_lines(database: Database, what: What, file: Any, whose: Service | None) -> str:
    from otel_monitoring.storage.transfer import lines

    keep = lines.take_alerts if what is What.ALERTS else lines.take_events
    with database.write() as connection:
        return f"{keep(connection, file, service=whose)} {what.value} taken"


def _take_metrics(database: Database, file: Any, shape: Format, *, whose: Service, name: str) -> str:
    from otel_monitoring.storage.transfer import openmetrics, parquet, table
    from otel_monitoring.storage.transfer.into import take

    if shape is Format.PARQUET:
        given = parquet.read_parquet(file)
    else:
        given = table.read_csv(file) if shape is Format.CSV else openmetrics.read(file)
    taken = take(database, given, service=whose, name=name)
    return f"{taken.samples} samples of {taken.series} series taken for {whose}"
