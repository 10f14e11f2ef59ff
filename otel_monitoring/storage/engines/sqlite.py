"""The SQLite file: one connection that writes, a few that read, and what is done when the file is damaged."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy import Engine, QueuePool, create_engine, event

from otel_monitoring.storage.engines.place import network_file_system
from otel_monitoring.storage.errors import UnavailableError
from otel_monitoring.storage.migrations.migrate import HEAD
from otel_monitoring.storage.state import Trouble
from otel_monitoring.storage.tables import PREFIX, VERSIONS, metadata

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from otel_monitoring.storage.state import Kind

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has none
    _HAS_LOCKS = False
else:
    _HAS_LOCKS = True

_LOCK_S = 30.0
_POLL_S = 0.02
_CHECKED_BYTES = 64 << 20
_PAGE_BYTES = 1024
"""Every table, index and block leaves a page half empty: small ones save a third of a file."""

_COMMON = ("PRAGMA cell_size_check=ON", "PRAGMA trusted_schema=OFF", "PRAGMA temp_store=MEMORY")
_WRITER = (
    *_COMMON,
    "PRAGMA synchronous=NORMAL",
    "PRAGMA journal_size_limit=8388608",
    "PRAGMA wal_autocheckpoint=4000",  # pages: four megabytes, as with pages of the usual size
)
_READER = (*_COMMON, "PRAGMA query_only=ON")
_MEANINGS: tuple[tuple[str, Kind], ...] = (
    ("locked", "busy"),
    ("database or disk is full", "full"),
    ("readonly", "read_only"),
    ("malformed", "corrupt"),
    ("not a database", "corrupt"),
    ("unsupported file format", "corrupt"),
    ("no such table", "corrupt"),
    ("no such column", "corrupt"),
    ("has no column", "corrupt"),
    ("disk i/o error", "failed"),
    ("unable to open", "failed"),
)
"""What SQLite says, by a part of it, first match first. Tables that are gone were cut off with the end."""


class SqliteFile:
    """Opens, watches and sets aside one file.

    Args:
        path: The file; its folder is made, for its owner alone, where it is missing.
        busy_timeout_s: How long one waits for another process that writes.
        readers: The most connections that read at the same time.
    """

    errors: tuple[type[Exception], ...] = (sqlite3.Error, UnicodeDecodeError)

    def __init__(self, *, path: Path, busy_timeout_s: float, readers: int) -> None:
        self._path = path
        self._busy_timeout_s = busy_timeout_s
        self._readers = readers
        self._opened: tuple[int, int] | None = None
        self._suspect = False
        self.set_aside: list[Path] = []
        self.engines = self._engines()

    @contextlib.contextmanager
    def opening(self) -> Iterator[Engine]:
        """Prepare the file and yield the engine that writes, for migrations; others who open wait meanwhile.

        Raises:
            UnavailableError: The file cannot be used.
        """
        kind = network_file_system(self._path.parent)
        if kind is not None:
            msg = (
                f"{self._path} is on a network file system ({kind}), where SQLite's locks do not hold: "
                f"choose a local folder, or PostgreSQL"
            )
            raise UnavailableError(msg)
        self.close()
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._locked():
            if self._is_damaged():
                self._move_away()
            self._create()
            yield self.engines[0]
            self._opened = _identity(self._path)

    def check(self) -> Trouble | None:
        """Return what is the matter where the file at the path is not the one that was opened."""
        if _identity(self._path) == self._opened:
            return None
        return Trouble("moved", f"{self._path} was deleted or replaced")

    def meaning(self, error: Exception) -> Trouble | None:
        """Return what an error means; ``None`` where it tells nothing of the file."""
        found = getattr(error, "orig", error)
        if isinstance(found, UnicodeDecodeError):
            self._suspect = True
            return Trouble("corrupt", f"{self._path}: a text in it is none")
        kind = _kind(str(found)) if isinstance(found, sqlite3.DatabaseError) else None
        if kind is None:
            return None
        self._suspect = self._suspect or kind == "corrupt"
        return Trouble(kind, f"{self._path}: {found}")

    def close(self) -> None:
        """Close every connection."""
        for engine in self.engines:
            engine.dispose()

    def renew(self) -> list[object]:
        """Take new engines; return the old ones, which a child process must keep and never close."""
        old, self.engines = self.engines, self._engines()
        return [*old, *(engine.pool for engine in old)]

    def _engines(self) -> tuple[Engine, Engine]:
        """Return the engine that writes and the one that reads."""
        writer = self._engine(_WRITER, size=1, begin="BEGIN IMMEDIATE")
        return writer, self._engine(_READER, size=self._readers, begin="BEGIN")

    def _engine(self, pragmas: tuple[str, ...], *, size: int, begin: str) -> Engine:
        address = f"file:{quote(str(self._path))}?mode=rw"  # never creates: a file that went away is noticed

        def connect() -> sqlite3.Connection:
            connection = sqlite3.connect(
                address, uri=True, timeout=self._busy_timeout_s, isolation_level=None, check_same_thread=False
            )
            connection.text_factory = _text
            for pragma in pragmas:
                connection.execute(pragma).close()
            return connection

        engine = create_engine(
            "sqlite+pysqlite://",
            creator=connect,
            poolclass=QueuePool,
            pool_size=size,
            max_overflow=0,
            pool_timeout=self._busy_timeout_s,
            hide_parameters=True,
        )
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
        return engine

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Be the only process that opens the file: by a lock that a child process does not inherit."""
        if not _HAS_LOCKS:  # pragma: no cover - Windows has none
            yield
            return
        handle = os.open(self._path.with_name(f"{self._path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            deadline_s = time.monotonic() + _LOCK_S
            while not _lock(handle):
                if time.monotonic() > deadline_s:
                    msg = f"another process has been opening {self._path} for {_LOCK_S:.0f} s"
                    raise UnavailableError(msg)
                time.sleep(_POLL_S)
            yield
        finally:
            os.close(handle)

    def _is_damaged(self) -> bool:
        """Look into a file that is small, or of which an error spoke ill."""
        try:
            size_bytes = self._path.stat().st_size
        except FileNotFoundError:
            return False
        if size_bytes == 0 or not (self._suspect or size_bytes <= _CHECKED_BYTES):
            return False
        if self._suspect:
            return not (self._is_sound("integrity_check") and self._is_complete())
        return not self._is_sound("quick_check")

    def _is_sound(self, check: str) -> bool:
        try:
            with contextlib.closing(self._raw()) as connection:
                return bool(connection.execute(f"PRAGMA {check}(1)").fetchone()[0] == "ok")
        except UnicodeDecodeError:  # what SQLite says quotes the damage
            return False
        except sqlite3.DatabaseError as error:
            if _kind(str(error)) == "corrupt" or not isinstance(error, sqlite3.OperationalError):
                return False
            raise  # locked, read-only, out of memory: nothing is known of the contents

    def _is_complete(self) -> bool:
        """Tell whether every column is there, or another version of the package knows why not."""
        with contextlib.closing(self._raw()) as connection:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
            if VERSIONS not in tables:
                return not tables
            version = connection.execute(f"SELECT version_num FROM {VERSIONS}").fetchone()  # noqa: S608
            if version != (HEAD,):
                return True
            for name, table in metadata.tables.items():
                columns = {row[1] for row in connection.execute(f"PRAGMA table_info({name})")}
                if not columns >= set(table.columns.keys()):
                    return False
        return True

    def _refuse_others(self) -> None:
        """Leave a file alone that holds tables of others as well, as far as it still says so."""
        try:
            with contextlib.closing(self._raw()) as connection:
                names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        except (sqlite3.Error, UnicodeDecodeError):
            return
        others = [name for (name,) in names if not str(name).startswith((PREFIX, "sqlite_"))]
        if others:
            msg = f"{self._path} is damaged and holds tables of others: mend it, or give the storage its own"
            raise UnavailableError(msg)

    def _raw(self) -> sqlite3.Connection:
        address = f"file:{quote(str(self._path))}?mode=rw"
        return sqlite3.connect(address, uri=True, timeout=self._busy_timeout_s)

    def _move_away(self) -> None:
        """Rename the file and its log: the log first, so that no new file ever meets the old log."""
        self._refuse_others()
        name = f"{self._path.name}.corrupt-{time.time_ns() // 1_000_000}"
        for end in ("-wal", "-shm", ""):
            with contextlib.suppress(FileNotFoundError):
                self._path.with_name(self._path.name + end).rename(self._path.with_name(name + end))
        self.set_aside.append(self._path.with_name(name))
        self._suspect = False

    def _create(self) -> None:
        """Make the file where it is missing, and let it be written ahead."""
        with contextlib.suppress(FileExistsError):  # to open and close a file that is in use drops its locks
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        with contextlib.closing(self._raw()) as connection:
            connection.execute(f"PRAGMA page_size={_PAGE_BYTES}").close()  # both count before the first table
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL").close()
            mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        if mode != "wal":
            msg = f"{self._path} cannot be written ahead (journal mode {mode}): choose another folder"
            raise UnavailableError(msg)


def _text(data: bytes) -> str:
    """Read a text even where bits of it turned over; what matters is checked by those who read it."""
    return data.decode("utf-8", "replace")


def _kind(said: str) -> Kind | None:
    return next((kind for part, kind in _MEANINGS if part in said.lower()), None)


def _lock(handle: int) -> bool:
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
