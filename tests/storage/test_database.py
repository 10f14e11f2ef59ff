from __future__ import annotations

import contextlib
import logging
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, make_url, select, text

from otel_monitoring.errors import MissingExtraError
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.errors import BusyError, StorageError, UnavailableError
from otel_monitoring.storage.state import Available, Trouble, Unavailable
from otel_monitoring.storage.tables import ABOUT, NOTES
from otel_monitoring.testing.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

HOLD_LOCK = """
import fcntl, sys
handle = open(sys.argv[1], "r+")
fcntl.lockf(handle, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def test_nothing_is_opened_before_it_is_asked_for(url: str) -> None:
    database = Database(url=url, clock=SystemClock())

    assert isinstance(database.state, Unavailable)
    assert database.state.kind == "not_opened"
    with pytest.raises(UnavailableError, match="not opened yet"), database.read():
        pass


def test_what_is_written_is_read(database: Database) -> None:
    _note(database, "a")

    assert _notes(database) == ["a"]


def test_what_fails_half_way_leaves_nothing(database: Database) -> None:
    row = {"service": "s", "kind": "k", "digest": "a", "saved_ms": 0, "document": "d"}
    with pytest.raises(StorageError, match="refused a statement"), database.write() as connection:
        connection.execute(NOTES.insert(), [row, row])

    assert _notes(database) == []
    assert database.is_available


def test_an_error_does_not_say_what_was_to_be_written(database: Database) -> None:
    _note(database, "a", document="s3cret")

    with pytest.raises(StorageError) as caught:
        _note(database, "a", document="s3cret")

    assert "s3cret" not in str(caught.value)
    assert "s3cret" not in str(caught.value.__context__ and caught.value.__context__.args)


def test_a_database_tells_itself_from_another(url: str, open_database: Callable[[str], Database]) -> None:
    first, second = open_database(url), open_database(url)

    assert first.identity == second.identity
    assert len(first.identity) == 32


def test_what_is_asked_is_shielded(url: str) -> None:
    depth = 0
    entered = 0

    @contextlib.contextmanager
    def shield() -> Iterator[None]:
        nonlocal depth, entered
        depth += 1
        entered += 1
        yield
        depth -= 1

    database = Database(url=url, clock=SystemClock(), shield=shield)
    assert database.ensure()
    with database.read():
        assert depth == 1
    with database.write():
        assert depth == 1
    database.close()

    assert (depth, entered) == (0, 3)


def test_closing_is_not_the_end(database: Database) -> None:
    _note(database, "a")

    database.close()

    assert not database.is_available
    assert database.ensure()
    assert _notes(database) == ["a"]


class TestSqlite:
    """What is particular to a file."""

    @pytest.fixture
    def database(self, sqlite_url: str, open_database: Callable[[str], Database]) -> Database:
        return open_database(sqlite_url)

    def test_folder_and_file_are_for_their_owner_alone(self, database: Database) -> None:
        path = database.place.path
        assert path is not None

        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.with_name("storage.db-wal").stat().st_mode) == 0o600

    def test_it_is_written_ahead_and_synchronised_now_and_then(self, database: Database) -> None:
        with database.write() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1
            assert connection.exec_driver_sql("PRAGMA auto_vacuum").scalar() == 2

    def test_a_reader_cannot_write(self, database: Database) -> None:
        with pytest.raises(UnavailableError, match="readonly"), database.read() as connection:
            connection.execute(NOTES.delete())

    def test_a_reader_does_not_wait_for_the_writer(self, database: Database) -> None:
        _note(database, "a")
        with database.write() as connection:
            connection.execute(NOTES.delete())

            assert _notes(database) == ["a"]

    def test_a_writer_that_waits_too_long_is_told_that_others_are_busy(
        self, sqlite_url: str, database: Database
    ) -> None:
        late = Database(url=sqlite_url, clock=SystemClock(), busy_timeout_s=0.01)
        assert late.ensure()
        with database.write(), pytest.raises(BusyError, match="locked"), late.write():
            pass

        assert late.is_available
        assert late.stats()["busy"] == 1
        late.close()

    def test_a_network_file_system_is_refused_with_the_reason(
        self, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "otel_monitoring.storage.engines.sqlite.network_file_system", lambda _path: "nfs4"
        )
        database = Database(url=sqlite_url, clock=SystemClock())

        assert not database.ensure()
        assert _reason(database, "refused").endswith("choose a local folder, or PostgreSQL")
        assert "(nfs4)" in _reason(database, "refused")

    def test_a_folder_that_cannot_be_made_leaves_the_process_in_memory(self) -> None:
        database = Database(url="sqlite:////proc/none/storage.db", clock=SystemClock())

        assert not database.ensure()
        assert "/proc/none/storage.db" in _reason(database, "failed")

    def test_a_full_disk_is_told_and_heals(self, database: Database) -> None:
        with database.write() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

        with pytest.raises(UnavailableError, match="full"):
            _note(database, "a", document="x" * 100_000)
        assert "database or disk is full" in _reason(database, "full")

        assert database.ensure()
        _note(database, "a", document="x" * 100_000)

    def test_a_process_that_opens_for_too_long_is_not_waited_for(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("otel_monitoring.storage.engines.sqlite._LOCK_S", 0.01)
        path = database.place.path
        assert path is not None
        database.close()
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLD_LOCK, str(path.with_name("storage.db.lock"))],
            stdout=subprocess.PIPE,
            stdin=subprocess.PIPE,
        )
        with holder:
            assert holder.stdout is not None
            holder.stdout.readline()
            assert not database.ensure()
            assert "another process has been opening" in _reason(database, "refused")
            holder.kill()

    def test_a_deleted_file_is_noticed_and_made_anew(self, database: Database) -> None:
        path, identity = database.place.path, database.identity
        assert path is not None
        path.unlink()

        with pytest.raises(UnavailableError, match="deleted or replaced"):
            _note(database, "a")
        assert database.ensure()

        _note(database, "b")
        assert _notes(database) == ["b"]
        assert database.identity != identity
        assert database.stats() == {"opened": 2, "lost": 1, "busy": 0, "set_aside": 0}

    @pytest.mark.parametrize("left", [0, 5000, 100])
    def test_a_truncated_file_is_noticed_and_begins_anew(self, database: Database, left: int) -> None:
        path = database.place.path
        assert path is not None
        database.close()
        with path.open("r+b") as file:
            file.truncate(left)

        assert database.ensure()
        _note(database, "b")
        assert _notes(database) == ["b"]

    def test_a_file_that_is_truncated_under_our_feet_heals(self, database: Database) -> None:
        path = database.place.path
        assert path is not None
        _note(database, "a", document="x" * 100_000)
        with database.write() as connection:
            connection.execute(ABOUT.select())
        with path.open("r+b") as file:
            file.truncate(4096)

        for _ in range(3):
            with contextlib.suppress(UnavailableError):
                _note(database, f"b{_}")
                break
            assert database.ensure(), database.state

        assert database.is_available

    def test_a_corrupt_file_is_set_aside_and_told(
        self, database: Database, caplog: pytest.LogCaptureFixture
    ) -> None:
        path = database.place.path
        assert path is not None
        _note(database, "a", document="x" * 100_000)
        database.close()
        damaged = bytearray(path.read_bytes())
        damaged[4096 : len(damaged) // 2] = b"\xa5" * (len(damaged) // 2 - 4096)
        path.write_bytes(damaged)

        with caplog.at_level(logging.ERROR):
            assert database.ensure()

        [kept] = path.parent.glob("storage.db.corrupt-*")
        assert kept.read_bytes() == bytes(damaged)
        assert str(kept) in caplog.text
        assert database.stats()["set_aside"] == 1
        assert _notes(database) == []

    def test_a_damaged_file_that_others_use_as_well_is_left_alone(self, database: Database) -> None:
        path = database.place.path
        assert path is not None
        with database.write() as connection:
            connection.exec_driver_sql("CREATE TABLE customers (name TEXT)")
        _note(database, "a", document="x" * 200_000)
        database.close()
        with path.open("r+b") as file:
            file.seek(path.stat().st_size - 100_000)
            file.write(b"\xa5" * 50_000)

        assert not database.ensure()
        assert "tables of others" in _reason(database, "refused")
        assert list(path.parent.glob("*.corrupt-*")) == []

    def test_a_file_without_a_column_is_set_aside_once_that_is_met(self, database: Database) -> None:
        with database.write() as connection:
            connection.exec_driver_sql("ALTER TABLE otel_monitoring_notes RENAME COLUMN saved_ms TO gone")

        with pytest.raises(UnavailableError, match="no column"):
            _note(database, "a")
        assert database.ensure()
        _note(database, "a")
        assert database.stats()["set_aside"] == 1

    def test_a_column_that_a_later_version_took_away_is_no_damage(self, database: Database) -> None:
        with database.write() as connection:
            connection.exec_driver_sql("ALTER TABLE otel_monitoring_notes RENAME COLUMN saved_ms TO gone")
            connection.exec_driver_sql("UPDATE otel_monitoring_schema_version SET version_num = '9999'")

        with pytest.raises(UnavailableError, match="no column"):
            _note(database, "a")
        assert not database.ensure()
        assert _reason(database, "newer_schema")
        assert database.stats()["set_aside"] == 0

    def test_a_file_that_is_no_database_is_set_aside(self, database: Database) -> None:
        path = database.place.path
        assert path is not None
        database.close()
        path.write_bytes(b"this is a letter and no database " * 300)

        assert database.ensure()
        assert len(list(path.parent.glob("storage.db.corrupt-*"))) == 1

    def test_damage_that_is_met_while_reading_is_set_aside_at_the_next_opening(
        self, database: Database
    ) -> None:
        path = database.place.path
        assert path is not None
        for number in range(200):
            _note(database, f"{number}", document="x" * 2000)
        database.close()
        assert database.ensure()
        with path.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xa5" * (path.stat().st_size - 4096))

        with pytest.raises(UnavailableError, match="malformed"):
            _notes(database)
        assert _reason(database, "corrupt")
        assert database.ensure()
        assert _notes(database) == []
        assert len(list(path.parent.glob("storage.db.corrupt-*"))) == 1

    def test_one_that_is_set_aside_by_another_process_is_left_alone(
        self, sqlite_url: str, database: Database, open_database: Callable[[str], Database]
    ) -> None:
        other = open_database(sqlite_url)
        path = database.place.path
        assert path is not None
        path.rename(path.with_name("moved"))
        with pytest.raises(UnavailableError):
            _note(other, "a")
        assert other.ensure()
        _note(other, "new")

        with pytest.raises(UnavailableError, match="replaced"):
            _note(database, "b")
        assert database.ensure()

        assert _notes(database) == ["new"]

    def test_a_child_of_a_process_that_was_in_the_middle_of_something_goes_without(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("otel_monitoring.storage.database._QUIET_S", 0.01)
        with database.read():
            database.before_fork()
            with pytest.raises(BusyError, match="being forked"), database.write():
                pass
        database.after_fork()

        assert "forked" in _reason(database, "forked")
        assert not database.ensure()

    def test_a_parent_goes_on_after_a_fork(self, database: Database) -> None:
        database.before_fork()
        database.after_fork_in_parent()

        _note(database, "a")

        assert _notes(database) == ["a"]


class TestPostgres:
    """What is particular to a server."""

    @pytest.fixture
    def database(self, postgres_url: str, open_database: Callable[[str], Database]) -> Database:
        return open_database(postgres_url)

    def test_a_driver_that_is_not_installed_is_named_with_its_extra(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "psycopg", None)

        with pytest.raises(MissingExtraError, match=r"pip install 'otel-monitoring\[postgres\]'"):
            Database(url="postgresql://ada@127.0.0.1/metrics", clock=SystemClock())

    def test_a_server_without_our_tables_any_more_says_so(self, database: Database) -> None:
        with database.write() as connection:
            connection.execute(text("DROP TABLE otel_monitoring_notes"))

        with pytest.raises(UnavailableError, match="does not exist"):
            _note(database, "a")
        assert _reason(database, "corrupt")

    def test_a_full_server_is_told(self, database: Database) -> None:
        raising = "DO $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$"
        with pytest.raises(UnavailableError, match="no space left"), database.write() as connection:
            connection.execute(text(raising))

        assert _reason(database, "full")

    def test_a_server_that_is_not_there_leaves_the_process_in_memory(self) -> None:
        database = Database(url="postgresql://ada:s3cret@127.0.0.1:1/metrics", clock=SystemClock())

        assert not database.ensure()
        assert "Connection refused" in _reason(database, "unreachable")
        assert "s3cret" not in _reason(database, "unreachable")

    def test_a_wrong_password_is_told_without_it(self, postgres_url: str) -> None:
        url = make_url(postgres_url).set(username="nobody_here", password="s3cret")
        database = Database(url=url.render_as_string(hide_password=False), clock=SystemClock())

        assert not database.ensure()
        reason = _reason(database, "unreachable")
        assert "nobody_here" in reason
        assert "s3cret" not in reason

    def test_a_connection_that_was_cut_heals(self, database: Database) -> None:
        _note(database, "a")
        with pytest.raises(UnavailableError), database.write() as connection:
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

        assert database.ensure()
        assert _notes(database) == ["a"]

    def test_connections_that_were_cut_while_they_rested_heal(
        self, database: Database, open_database: Callable[[str], Database], postgres_url: str
    ) -> None:
        other = open_database(postgres_url)
        with database.read() as connection:
            number = connection.execute(text("SELECT pg_backend_pid()")).scalar()
        with other.write() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:number)"), {"number": number})

        with pytest.raises(UnavailableError):
            _note(database, "a")
        assert database.ensure()
        _note(database, "a")

    def test_a_statement_that_takes_too_long_is_ended(self, postgres_url: str, database: Database) -> None:
        hasty = Database(url=postgres_url, clock=SystemClock(), statement_timeout_s=0.5)
        assert hasty.ensure()

        with pytest.raises(BusyError, match="statement timeout"), hasty.read() as connection:
            connection.execute(text("SELECT pg_sleep(60)"))

        assert hasty.is_available
        hasty.close()

    def test_a_transaction_that_rests_for_too_long_is_ended(self, database: Database) -> None:
        with database.read() as connection:
            told = connection.execute(text("SHOW idle_in_transaction_session_timeout")).scalar()

        assert told == "5s"

    def test_one_that_rested_for_too_long_is_tried_again_without_a_word(
        self, postgres_url: str, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("otel_monitoring.storage.engines.postgres._IDLE_MS", 500)
        late = Database(url=postgres_url, clock=SystemClock())
        assert late.ensure()

        with pytest.raises(BusyError, match="idle-in-transaction"), late.write() as connection:
            _rest(connection, database)

        assert late.is_available
        _note(late, "a")
        late.close()


class TestTrying:
    """When it is tried again, and what is said."""

    def test_it_is_tried_again_less_and_less_often(self) -> None:
        clock = FakeClock()
        database = Database(url="sqlite:////proc/none/storage.db", clock=clock)
        tries = 0
        for _ in range(600):
            before = database._retry_at_s
            database.ensure()
            tries += database._retry_at_s != before
            clock.advance(1)

        assert 40 <= tries <= 50

    def test_each_reason_is_said_once(self, caplog: pytest.LogCaptureFixture) -> None:
        clock = FakeClock()
        database = Database(url="sqlite:////proc/none/storage.db", clock=clock)
        for _ in range(5):
            database.ensure()
            clock.advance(100)

        assert caplog.text.count("everything goes on in memory") == 1

    def test_that_it_is_back_is_said(self, database: Database, caplog: pytest.LogCaptureFixture) -> None:
        database._lost(Trouble("unreachable", "the network is cut"))

        assert database.ensure()
        assert "can be used again" not in caplog.text
        _note(database, "a")
        _note(database, "b")

        assert caplog.text.count("can be used again") == 1

    def test_what_opens_and_cannot_be_written_is_said_once_and_tried_less_and_less_often(
        self, sqlite_url: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        clock = FakeClock()
        database = Database(url=sqlite_url, clock=clock)
        assert database.ensure()
        _note(database, "a")
        tries = 0
        for _ in range(120):
            if database.ensure():
                tries += 1
                _fill(database)
            clock.advance(1)
        database.close()

        assert 8 <= tries <= 15
        assert caplog.text.count("everything goes on in memory") == 1
        assert "can be used again" not in caplog.text

    def test_it_tells_since_when(self, sqlite_url: str) -> None:
        clock = FakeClock(5000)
        database = Database(url=sqlite_url, clock=clock)
        clock.advance(10)

        assert database.ensure()
        assert database.state == Available(since_ms=15_000)
        database.close()


def _note(database: Database, key: str, *, document: str = "d") -> None:
    with database.write() as connection:
        connection.execute(
            NOTES.insert().values(service="s", kind="k", digest=key, saved_ms=0, document=document)
        )


def _rest(connection: Connection, database: Database) -> None:
    """Do nothing in a transaction for as long as another connection takes."""
    connection.execute(text("SELECT 1"))
    with database.read() as other:
        other.execute(text("SELECT pg_sleep(1.5)"))
    connection.execute(text("SELECT 1"))


def _fill(database: Database) -> None:
    fill = NOTES.insert().values(service="s", kind="k", digest="b", saved_ms=0, document="x" * 100_000)
    with pytest.raises(UnavailableError, match="full"), database.write() as connection:
        _ = connection.exec_driver_sql("PRAGMA max_page_count=1"), connection.execute(fill)


def _notes(database: Database) -> list[str]:
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(ABOUT)).scalar() == 1
        return list(connection.scalars(select(NOTES.c.digest).where(NOTES.c.document != "")))


def _reason(database: Database, kind: str) -> str:
    assert isinstance(database.state, Unavailable)
    assert database.state.kind == kind, database.state
    return database.state.reason
