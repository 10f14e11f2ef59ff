"""Databases as statements of SQL: made by ``pg_dump`` and by SQLite, read by the driver of either.

``python -m tests.storage.migrations.dump 0002`` writes the dumps of a schema that is about to be released; it
needs ``pg_dump`` and the PostgreSQL of the tests.
"""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, make_url, text

from otel_monitoring.storage.database import Database
from otel_monitoring.storage.engines.place import place_of
from otel_monitoring.storage.migrations.migrate import HEAD
from otel_monitoring.testing import FakeClock
from tests.integration.servers import addresses
from tests.storage.migrations import house

if TYPE_CHECKING:
    from collections.abc import Callable

RELEASED = Path(__file__).with_name("released")
KINDS = ("sqlite", "postgres")
_NOT_OURS = re.compile(
    r"^(--.*|SET .*|SELECT pg_catalog\.set_config.*|\\.*|CREATE SCHEMA .*|)\n", re.MULTILINE
)


def path_of(schema: str, kind: str) -> Path:
    """Return the file of the dump of a schema."""
    return RELEASED / f"{schema}.{kind}.sql"


def said_of(schema: str) -> Path:
    """Return the file of what was read of a schema when it was released."""
    return RELEASED / f"{schema}.json"


def load(url: str, statements: str) -> None:
    """Run the statements of a dump in an empty database."""
    place = place_of(url)
    if place.path is not None:
        place.path.parent.mkdir(exist_ok=True)
        with contextlib.closing(sqlite3.connect(place.path)) as file:
            file.executescript(statements)
        return
    engine = create_engine(place.url)
    with engine.begin() as connection:
        connection.exec_driver_sql(statements)
    engine.dispose()


def dumped_sqlite(fill: Callable[[str], None]) -> str:
    """Return a file that somebody fills, as statements."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "storage.db"
        fill(f"sqlite:///{path}")
        with contextlib.closing(sqlite3.connect(path)) as file:
            statements = list(file.iterdump())
    return "\n".join(statements) + "\n"


def dumped_postgres(fill: Callable[[str], None]) -> str:
    """Return a schema of a server that somebody fills, as statements that name no schema."""
    server = make_url(addresses("postgres")["url"]).set(drivername="postgresql+psycopg")
    schema = f"dump_{uuid.uuid4().hex[:12]}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    try:
        shown = server.render_as_string(hide_password=False)
        fill(f"{shown}?options=-csearch_path%3D{schema}")
        plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
        command = ["pg_dump", plain, f"--schema={schema}", "--inserts", "--no-owner", "--no-privileges"]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        engine.dispose()
    return _NOT_OURS.sub("", said).replace(f"{schema}.", "")


def main(schema: str) -> None:
    """Write the dumps of the latest schema."""
    if schema != HEAD:
        sys.exit(f"this version makes {HEAD}, not {schema}")
    said: list[object] = []

    def fill(url: str) -> None:
        database = Database(url=url, clock=FakeClock())
        assert database.ensure(), database.state
        house.fill(database)
        said.append(house.found(database))
        database.close()

    for kind, dumped in (("sqlite", dumped_sqlite), ("postgres", dumped_postgres)):
        path_of(schema, kind).write_text(dumped(fill), encoding="utf-8")
    assert said[0] == said[1]
    said_of(schema).write_text(json.dumps(said[0], indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
