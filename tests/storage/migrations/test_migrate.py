from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.engines.place import place_of
from otel_monitoring.storage.migrations import migrate as module
from otel_monitoring.storage.migrations.migrate import HEAD, SchemaNewerError, migrate
from otel_monitoring.storage.state import Unavailable
from otel_monitoring.storage.tables import VERSIONS, metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Engine

START = """
import sys
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.storage.database import Database
database = Database(url=sys.argv[1], clock=SystemClock())
sys.stdin.readline()
print(database.ensure(), database.identity, database.state)
"""


@pytest.fixture
def engine(url: str, tmp_path: Path) -> Iterator[Engine]:
    (tmp_path / "data").mkdir()
    engine = create_engine(place_of(url).url)
    yield engine
    engine.dispose()


def test_the_latest_schema_is_the_last_of_the_migrations() -> None:
    scripts = ScriptDirectory(str(module._HERE))

    assert scripts.get_current_head() == HEAD


def test_the_latest_schema_is_what_the_tables_say(engine: Engine) -> None:
    migrate(engine)

    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": _is_not_the_version_table}
        )
        assert compare_metadata(context, metadata) == []
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, VERSIONS}


def test_a_new_file_is_what_the_migrations_would_make(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = create_engine(f"sqlite:///{tmp_path}/made.db")
    migrate(made)
    upgraded = create_engine(f"sqlite:///{tmp_path}/upgraded.db")
    monkeypatch.setattr(module, "_create", lambda connection: module._upgrade(connection, None, HEAD))
    migrate(upgraded)

    assert schema(made) == schema(upgraded)
    assert len(schema(made)) > len(metadata.tables)


def schema(engine: Engine) -> dict[str, list[str]]:
    """Return the lines of the statement behind each table and index."""
    with engine.connect() as connection:
        found = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")).all()
        assert connection.execute(text(f"SELECT version_num FROM {VERSIONS}")).scalars().all() == [HEAD]
        assert len(connection.execute(text("SELECT * FROM otel_monitoring_about")).all()) == 1
    return {name: [part.strip(" ,") for part in sql.splitlines()] for name, sql in found}


def test_a_new_file_is_made_without_the_weight_of_alembic(tmp_path: Path) -> None:
    code = f"{START}print('alembic' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, f"sqlite:///{tmp_path}/a.db"],
        input="\n",
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.startswith("True ")
    assert done.stdout.splitlines()[-1] == "False"


def test_refuses_a_schema_that_is_newer_by_its_name(engine: Engine) -> None:
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {VERSIONS} SET version_num = '9999'"))

    with pytest.raises(SchemaNewerError, match=r"9999.*latest is 0001"):
        migrate(engine)


def test_a_newer_schema_leaves_the_process_in_memory(
    url: str, open_database: Callable[[str], Database]
) -> None:
    with open_database(url).write() as connection:
        connection.execute(text(f"UPDATE {VERSIONS} SET version_num = '9999'"))
    late = Database(url=url, clock=SystemClock())

    assert not late.ensure()
    assert isinstance(late.state, Unavailable)
    assert late.state.kind == "newer_schema"
    assert "upgrade otel-monitoring" in late.state.reason
    late.close()


def test_leaves_tables_of_others_alone(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num TEXT)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('theirs')"))

    migrate(engine)

    with engine.begin() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "theirs"


def test_eight_processes_that_start_at_once_agree(url: str) -> None:
    command = [sys.executable, "-c", START, url]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(8)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()

    said = [process.communicate(timeout=90)[0].split() for process in started]

    assert [words[0] for words in said] == ["True"] * 8, said
    assert len({words[1] for words in said}) == 1


def _is_not_the_version_table(_object: Any, name: str | None, *_rest: Any) -> bool:
    return name != VERSIONS
