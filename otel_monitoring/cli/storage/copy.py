"""``otel-monitoring backup``: a copy of a storage that is in use."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotation
from typing import Annotated

import typer

from otel_monitoring.cli.storage.opened import StorageUrl, url_of


def command(
    file: Annotated[Path, typer.Argument(help="Where to; must not be there yet.")],
    *,
    storage: StorageUrl = None,
) -> None:
    """Copy an SQLite storage while applications use it."""
    from otel_monitoring.storage.transfer.backup import backup

    print(f"{backup(url_of(storage), file)} bytes copied to {file}")
