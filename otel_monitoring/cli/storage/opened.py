"""The storage that a command works on, and the time that it looks at."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer
from opentelemetry.semconv.attributes.service_attributes import SERVICE_NAME

from otel_monitoring.bootstrap.storage.place import (
    NAMELESS,
    SUFFIX,
    data_directory,
    storage_url,
)
from otel_monitoring.cli.connecting import duration_ms, time_ms
from otel_monitoring.errors import MonitoringError
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.settings.types import MEMORY
from otel_monitoring.telemetry.resource import resource

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from otel_monitoring.settings import Settings
    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.engines.place import Place

_PREFIX = "otel_monitoring_"
VARIABLE = "OTEL_MONITORING_STORAGE__URL"

StorageUrl: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--storage",
        metavar="URL",
        help="sqlite:///path or postgresql://…; by default what the settings say, or the only file there is.",
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
    """Return the URL of the storage: the one given, that of the settings, or the only file there is.

    Raises:
        MonitoringError: It is none of these.
    """
    if given is not None:
        return given
    chosen = settings()
    attributes = chosen.telemetry.resource_attributes
    service = str(resource(service_name=chosen.service_name, attributes=attributes).attributes[SERVICE_NAME])
    if chosen.storage.url is None and service.startswith(NAMELESS):
        return f"sqlite:///{_only_file(data_directory(chosen.storage, os.environ))}"
    url = storage_url(chosen, service=service, environ=os.environ)
    if url is None:
        msg = f"storage.url is {MEMORY!r}: nothing is kept; give --storage"
        raise MonitoringError(msg)
    return url


def _only_file(folder: Path) -> Path:
    found = sorted(folder.glob(f"*{SUFFIX}"))
    if len(found) == 1:
        return found[0]
    if not found:
        msg = f"no storage: there is none in {folder}; give --storage, or set {VARIABLE}"
    else:
        names = ", ".join(one.name for one in found)
        msg = f"several storages in {folder}: {names}; give --storage sqlite:///{found[0]} or another of them"
    raise MonitoringError(msg)


@contextlib.contextmanager
def opened(given: str | None, *, is_made: bool = False) -> Iterator[Database]:
    """Open the storage for the length of a command; what is something else is left as it is.

    Args:
        given: Its URL, if one was given.
        is_made: Whether a database of a server that holds no storage yet becomes one, and a file is made that
            is not there yet; the latter only where the settings name it, since a name that was typed may hold
            a typo.

    Raises:
        MonitoringError: It cannot be used.
    """
    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.state import Unavailable

    url = url_of(given)
    database = Database(url=url, clock=SystemClock())
    path = database.place.path
    if path is not None:
        if path.exists() or given is not None or not is_made:
            _check_file(path)
    elif not is_made:
        _check_server(database.place)
    try:
        if not database.ensure():
            reason = database.state.reason if isinstance(database.state, Unavailable) else ""
            msg = f"the storage cannot be used: {reason}"
            raise MonitoringError(msg)
        yield database
    finally:
        database.close()


def _check_file(path: Path) -> None:
    """Look before anything is opened for writing: what is no database would be set aside as damaged."""
    if not path.exists():
        msg = f"{path} is not there"
        raise MonitoringError(msg)
    query = "SELECT count(*) FROM sqlite_master WHERE name = ?"
    try:
        with contextlib.closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        ) as connection:
            [found] = connection.execute(query, (f"{_PREFIX}about",)).fetchone()
    except sqlite3.OperationalError:
        return  # it is locked, or cannot be read: whoever opens it says so
    except sqlite3.DatabaseError:
        msg = f"{path} is no database of SQLite"
        raise MonitoringError(msg) from None
    if not found:
        msg = f"{path} holds no storage: there are no tables {_PREFIX}… in it"
        raise MonitoringError(msg)


def _check_server(place: Place) -> None:
    from sqlalchemy import NullPool, create_engine, inspect
    from sqlalchemy.exc import SQLAlchemyError

    try:
        found = inspect(create_engine(place.url, poolclass=NullPool)).has_table(f"{_PREFIX}about")
    except (SQLAlchemyError, ImportError):
        return  # whoever opens it says what is the matter
    if not found:
        msg = f"{place.shown} holds no storage: there are no tables {_PREFIX}… in it"
        raise MonitoringError(msg)


def span(since: str | None, start: str | None, end: str) -> tuple[int, int]:
    """Return where a time that is asked for begins and ends, Unix milliseconds."""
    now_ms = SystemClock().now_ms()
    end_ms = time_ms(end, now_ms, name="--end")
    if start is not None:
        if since is not None:
            msg = "it says where the time begins, as --start does: give one of them"
            raise typer.BadParameter(msg, param_hint="--since")
        start_ms = time_ms(start, now_ms, name="--start")
        if start_ms > end_ms:
            msg = f"{start!r} is after the end, {end!r}"
            raise typer.BadParameter(msg, param_hint="--start")
        return start_ms, end_ms
    return (0 if since is None else end_ms - duration_ms(since, name="--since")), end_ms
