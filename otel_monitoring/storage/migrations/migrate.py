"""Bring a database to the schema of this version, once, whoever else starts at the same moment.

Alembic runs from code: no configuration file, no logging of its own, none of its global proxies, so that a
host application's own Alembic never notices. It is imported where there is a schema to upgrade; a new file is
made without it.
"""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, String, Table, inspect, text

from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.tables import ABOUT, VERSIONS, metadata

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

HEAD = "0001"
"""The schema of this version."""

_HERE = Path(__file__).parent
_LOCK = 7_310_579_238_845_518_693
"""The number of PostgreSQL's advisory lock: any number that nobody else takes."""


class SchemaNewerError(StorageError):
    """The database was made by a later version of the package."""


def migrate(engine: Engine, target: str = HEAD) -> None:
    """Upgrade the database behind ``engine`` to ``target`` in one transaction.

    Raises:
        SchemaNewerError: Its schema is later than any that this version knows; nothing was changed.
    """
    with engine.begin() as connection:
        if version_of(connection) == target:
            return
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":  # SQLite's transaction is the only one that writes anyway
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        found = version_of(connection)
        if found is None and target == HEAD and connection.dialect.name == "sqlite":
            _create(connection)
        elif found != target:
            _upgrade(connection, found, target)


def version_of(connection: Connection) -> str | None:
    """Return the schema that a database has; ``None`` for none."""
    if not inspect(connection).has_table(VERSIONS):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {VERSIONS}")).scalar()  # noqa: S608
    return found


def _create(connection: Connection) -> None:
    """Make a new file as the migrations would, which take 11 MiB in every container that starts afresh."""
    metadata.create_all(connection, checkfirst=False)
    row = {"id": 1, "identity": uuid.uuid4().hex, "created_ms": time.time_ns() // 1_000_000}
    connection.execute(ABOUT.insert(), row)
    name = Column("version_num", String(32), nullable=False)
    versions = Table(VERSIONS, MetaData(), name, PrimaryKeyConstraint(name, name=f"{VERSIONS}_pkc"))
    versions.create(connection)
    connection.execute(versions.insert(), {"version_num": HEAD})


def _upgrade(connection: Connection, found: str | None, target: str) -> None:
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(_HERE))
    known = [script.revision for script in scripts.walk_revisions()]
    if found is not None and found not in known:
        msg = (
            f"its schema {found} is not known to this version of otel-monitoring, whose latest is {HEAD}: "
            f"upgrade otel-monitoring, or give it a database of its own"
        )
        raise SchemaNewerError(msg)

    def steps(heads: Any, _context: MigrationContext) -> Any:
        return scripts._upgrade_revs(target, heads)  # noqa: SLF001 - what alembic.command.upgrade calls

    context = MigrationContext.configure(
        connection, opts={"version_table": VERSIONS, "fn": steps, "script": scripts}
    )
    context.run_migrations(op=Operations(context))
