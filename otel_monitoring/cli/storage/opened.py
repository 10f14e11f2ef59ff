"""The storage that a command works on, and the time that it looks at."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from otel_monitoring.cli.connecting import duration_ms, time_ms
from otel_monitoring.errors import MonitoringError
from otel_monitoring.model.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.settings import Settings
    from otel_monitoring.storage.database import Database

VARIABLE = "OTEL_MONITORING_STORAGE__URL"

StorageUrl: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--storage", metavar="URL", help=f"sqlite:///path or postgresql://…; by default ${VARIABLE}."
    ),
]
Since: TypeAlias = Annotated[
    str | None, typer.Option("--since", "-s", metavar="DURATION", help="How far back; by default everything.")
]
Start: TypeAlias = Annotated[str | None, typer.Option("--start", metavar="TIME", help="Seconds or RFC 3339.")]
End: TypeAlias = Annotated[str, typer.Option("--end", metavar="TIME", help="Seconds or RFC 3339.")]


def settings() -> Settings:
    """Return the settings of this surrounding: the environment and the file that it names."""
    from otel_monitoring.settings import load_settings

    return load_settings().settings


def url_of(given: str | None) -> str:
    """Return the URL of the storage.

    Raises:
        MonitoringError: None is given.
    """
    known = settings().storage.url if given is None else None
    url = given if given is not None else known.get_secret_value() if known is not None else None
    if url is None:
        msg = f"no storage: give --storage, or set {VARIABLE}"
        raise MonitoringError(msg)
    return url


@contextlib.contextmanager
def opened(given: str | None) -> Iterator[Database]:
    """Open the storage for the length of a command.

    Raises:
        MonitoringError: It cannot be used.
    """
    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.state import Unavailable

    url = url_of(given)
    database = Database(url=url, clock=SystemClock())
    path = database.place.path
    if path is not None and not path.exists():
        msg = f"{path} is not there"
        raise MonitoringError(msg)
    try:
        if not database.ensure():
            reason = database.state.reason if isinstance(database.state, Unavailable) else ""
            msg = f"the storage cannot be used: {reason}"
            raise MonitoringError(msg)
        yield database
    finally:
        database.close()


def span(since: str | None, start: str | None, end: str) -> tuple[int, int]:
    """Return where a time that is asked for begins and ends, Unix milliseconds."""
    now_ms = SystemClock().now_ms()
    end_ms = time_ms(end, now_ms, name="--end")
    if start is not None:
        return time_ms(start, now_ms, name="--start"), end_ms
    return (0 if since is None else end_ms - duration_ms(since, name="--since")), end_ms
