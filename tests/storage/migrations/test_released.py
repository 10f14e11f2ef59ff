"""A database of every schema that was released comes up to this version, with all that is in it.

``released/`` holds a database of each, as statements of SQL for SQLite and for PostgreSQL, with rows in every
table, and beside them as JSON what the version of that time read of it. They are written once, right before a
release that brings a new schema, and never changed after it:

1. Write something into each new table in ``house.fill``, and read it in ``house.found``.
2. ``python -m tests.storage.migrations.dump 0002`` where ``0002`` is the new schema, with the servers of the
   tests running and ``pg_dump`` on the path.
3. Add the schema to ``RELEASED`` here.

What ``house.found`` says may gain words with time: what an older release did not say is not compared.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from otel_monitoring.storage.engines.place import place_of
from otel_monitoring.storage.migrations import migrate as module
from otel_monitoring.storage.migrations.migrate import HEAD, migrate, version_of
from otel_monitoring.storage.samples.polling import SampleReader
from otel_monitoring.storage.tables import VERSIONS, metadata
from tests.storage.history.recorded import DAY_MS, DAY_ZERO_MS, Recorded
from tests.storage.migrations import house
from tests.storage.migrations.dump import KINDS, load, path_of, said_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from otel_monitoring.storage.database import Database

RELEASED = ("0001",)

each = pytest.mark.parametrize("released", RELEASED)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def url(request: pytest.FixtureRequest, kind: str) -> str:
    """The URL of an empty database of either kind."""
    found: str = request.getfixturevalue(f"{kind}_url")
    return found


@pytest.fixture
def loaded(url: str, kind: str, released: str) -> Iterator[Engine]:
    """A database as a release left it."""
    load(url, path_of(released, kind).read_text(encoding="utf-8"))
    engine = create_engine(place_of(url).url)
    yield engine
    engine.dispose()


def rows(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table."""
    found = {}
    with engine.connect() as connection:
        for name in inspect(connection).get_table_names():
            given = connection.execute(text(f"SELECT * FROM {name}"))
            found[name] = [dict(row._mapping) for row in given]
    return found


def said(found: list[dict[str, Any]], columns: Collection[str]) -> list[str]:
    """Return some columns of rows, as texts in an order of their own."""
    return sorted(str({name: row[name] for name in sorted(columns)}) for row in found)


def shape(engine: Engine) -> dict[str, Any]:
    """Return the columns, keys and indexes of every table."""
    seen = inspect(engine)
    return {
        name: (
            {one["name"]: (str(one["type"]), one["nullable"]) for one in seen.get_columns(name)},
            seen.get_pk_constraint(name)["constrained_columns"],
            sorted(
                (str(one["name"]), tuple(one["column_names"]), bool(one["unique"]))
                for one in seen.get_indexes(name)
            ),
        )
        for name in seen.get_table_names()
    }


def test_every_schema_before_the_latest_was_released() -> None:
    scripts = ScriptDirectory(str(module._HERE))
    schemas = sorted(script.revision for script in scripts.walk_revisions())

    assert schemas in (sorted(RELEASED), sorted({*RELEASED, HEAD}))
    assert all(path_of(one, kind).exists() for one in RELEASED for kind in KINDS)


@each
def test_a_released_schema_is_what_its_migrations_still_make(
    loaded: Engine, released: str, kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Whoever changes what was released leaves databases behind that nothing brings up to date."""
    fresh = f"sqlite:///{tmp_path}/fresh.db" if kind == "sqlite" else _another_schema(request)
    engine = create_engine(place_of(fresh).url)
    migrate(engine, released)

    assert shape(loaded) == shape(engine)
    engine.dispose()


@each
def test_there_is_something_in_every_table_of_a_release(loaded: Engine) -> None:
    assert {name for name, found in rows(loaded).items() if not found} == set()


@each
def test_every_row_of_a_release_is_there_afterwards(loaded: Engine) -> None:
    before = rows(loaded)

    migrate(loaded)

    after = rows(loaded)
    for name in (before.keys() & after.keys()) - {VERSIONS}:
        columns = before[name][0].keys() & after[name][0].keys()
        assert said(after[name], columns) == said(before[name], columns)
    assert before.keys() <= after.keys()
    assert after[VERSIONS] == [{"version_num": HEAD}]


@each
def test_a_release_comes_up_to_what_the_tables_say(loaded: Engine) -> None:
    migrate(loaded)

    with loaded.connect() as connection:
        assert version_of(connection) == HEAD
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "include_object": lambda _one, name, *_rest: name != VERSIONS},
        )
        assert compare_metadata(context, metadata) == []
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, VERSIONS}


@each
@pytest.mark.usefixtures("loaded")
def test_this_version_reads_what_a_release_wrote(
    url: str, released: str, open_database: Callable[[str], Database]
) -> None:
    expected = json.loads(said_of(released).read_text(encoding="utf-8"))

    found = house.found(open_database(url))

    assert known_then(found, expected) == expected


@each
@pytest.mark.usefixtures("loaded")
def test_this_version_goes_on_writing_where_a_release_stopped(
    url: str, open_database: Callable[[str], Database]
) -> None:
    database = open_database(url)
    before = {batch.source for batch in SampleReader(database=database).poll()}
    source = Recorded(database, "new", house.SERVICES[0])

    source.collect(DAY_ZERO_MS + DAY_MS, {"served_total": 1.0})
    source.flush()

    assert {batch.source for batch in SampleReader(database=database).poll()} == {*before, "new"}


def known_then(found: Any, expected: Any) -> Any:
    """Return of what is found the words that were known before."""
    if isinstance(found, dict) and isinstance(expected, dict):
        return {key: known_then(found[key], expected[key]) for key in found.keys() & expected.keys()}
    return found


def _another_schema(request: pytest.FixtureRequest) -> str:
    base: str = request.getfixturevalue("postgres_database")
    name = f"fresh_{uuid.uuid4().hex[:12]}"
    engine = create_engine(base, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    engine.dispose()
    return f"{base}?options=-csearch_path%3D{name}"
