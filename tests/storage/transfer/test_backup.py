"""A copy is one moment of the storage, sound and whole, while others write all the time."""

from __future__ import annotations

import contextlib
import random
import shutil
import sqlite3
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, make_url, text

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.record import Record
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.repositories.records import append_records, load_records
from otel_monitoring.storage.transfer.backup import backup
from tests.storage.history.recorded import SHOP

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WRITERS = 3
LOAD = random.Random(3).randbytes(2000).hex()


class Writers:
    """Threads with connections of their own, each of which writes pairs as fast as it can."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stop = threading.Event()
        self.written = 0

    @contextlib.contextmanager
    def running(self, *, at_least: int) -> Iterator[None]:
        """Write for as long as the block lasts; it begins once so many pairs are there."""
        threads = [threading.Thread(target=self._write, args=(number,)) for number in range(WRITERS)]
        for thread in threads:
            thread.start()
        try:
            while self.written < at_least and any(thread.is_alive() for thread in threads):
                threads[0].join(0.01)
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join(30)

    def _write(self, number: int) -> None:
        database = Database(url=self._url, clock=SystemClock())
        while not database.ensure():  # another one makes the tables
            self._stop.wait(0.01)
        pair = 0
        while not self._stop.is_set():
            key = f"{number}-{pair}"
            both = [Record("event", pair + 1, key, {"half": half, "load": LOAD}) for half in range(2)]
            with contextlib.suppress(StorageError), database.write() as connection:
                append_records(connection, both, service=SHOP.key)
            pair += 1
            self.written += 1
        database.close()


def halves(database: Database) -> dict[str, int]:
    """Return how many halves there are of each pair."""
    found: dict[str, int] = {}
    with database.read() as connection:
        for record in load_records(connection, "event", service=SHOP.key, most=1 << 20):
            found[record.key] = found.get(record.key, 0) + 1
    return found


def test_a_copy_of_a_file_is_sound_and_whole_and_comes_to_an_end(sqlite_url: str, tmp_path: Path) -> None:
    writers = Writers(sqlite_url)
    target = tmp_path / "copy.db"

    with writers.running(at_least=1500):
        size_bytes = backup(sqlite_url, target)

    with contextlib.closing(sqlite3.connect(target)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    copy = Database(url=f"sqlite:///{target}", clock=SystemClock())
    assert copy.ensure()
    found = halves(copy)
    copy.close()
    assert size_bytes > 4 << 20  # more than is copied at a time
    assert len(found) >= 1000
    assert set(found.values()) == {2}


@pytest.mark.integration
def test_a_server_is_copied_by_the_command_that_is_named(postgres_url: str, tmp_path: Path) -> None:
    dump, restore = shutil.which("pg_dump"), shutil.which("pg_restore")
    if dump is None or restore is None:
        pytest.skip("pg_dump is not installed")
    url, writers = make_url(postgres_url), Writers(postgres_url)
    schema = str(url.query["options"]).rpartition("=")[2]
    whole = url.set(drivername="postgresql", query={}).render_as_string(hide_password=False)
    file = tmp_path / "copy"

    with writers.running(at_least=100):
        tables = f"--table={schema}.otel_monitoring_*"
        subprocess.run([dump, "--format=custom", tables, f"--file={file}", f"--dbname={whole}"], check=True)

    engine = create_engine(url.set(query={}), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    engine.dispose()
    subprocess.run([restore, f"--dbname={whole}", str(file)], check=True)
    copy = Database(url=postgres_url, clock=SystemClock())
    assert copy.ensure()
    found = halves(copy)
    with copy.write() as connection:  # what counts the rows goes on where it was
        append_records(connection, [Record("event", 1, "after")], service=SHOP.key)
    copy.close()
    assert len(found) >= 50
    assert set(found.values()) == {2}


def test_what_is_not_there_is_not_copied(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="not there"):
        backup(f"sqlite:///{tmp_path}/none.db", tmp_path / "copy.db")

    assert not list(tmp_path.iterdir())


def test_a_file_that_is_damaged_leaves_no_copy(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(url=sqlite_url, clock=SystemClock())
    assert database.ensure()
    path = database.place.path
    database.close()
    assert path is not None
    data = bytearray(path.read_bytes())
    data[len(data) // 2 :] = b"\xff" * (len(data) - len(data) // 2)
    path.write_bytes(data)

    with pytest.raises(StorageError, match="cannot be copied"):
        backup(sqlite_url, tmp_path / "copy.db")

    assert not (tmp_path / "copy.db").exists()
    assert not (tmp_path / "copy.db.partial").exists()
