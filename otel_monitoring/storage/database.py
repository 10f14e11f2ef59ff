"""The database that processes share: opened by a URL, watched, and healed when it comes back.

Everything that fails becomes a state, ``Unavailable`` with its reason, and one line in the log; whoever asks
meanwhile gets an error at once and goes on in memory. One connection writes, others read.

This module needs SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import sqlite3
import threading
import weakref
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from otel_monitoring.storage.engines.place import place_of
from otel_monitoring.storage.engines.postgres import PostgresServer
from otel_monitoring.storage.engines.sqlite import SqliteFile
from otel_monitoring.storage.errors import BusyError, StorageError, UnavailableError
from otel_monitoring.storage.migrations.migrate import SchemaNewerError, migrate
from otel_monitoring.storage.state import Available, Trouble, Unavailable
from otel_monitoring.storage.tables import ABOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.storage.engines.back import Back
    from otel_monitoring.storage.state import Kind, State

_log = logging.getLogger(__name__)

_QUIET_S = 2.0
_RETRY_S = (1.0, 15.0)
_FAILURES_COUNTED = 10
_OF_SYSTEM: dict[int, Kind] = {
    errno.EACCES: "read_only",
    errno.EPERM: "read_only",
    errno.EROFS: "read_only",
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
}
"""What the system says of a file or a folder; whatever else it says is ``failed``."""

_abandoned: list[object] = []
"""What a child process inherited: closing it would speak for the parent."""


class Database:
    """One database, over SQLAlchemy Core; thread-safe.

    Nothing is opened before :meth:`ensure`.

    Args:
        url: ``sqlite:///path``, ``postgresql://…`` or ``postgresql+psycopg://…``.
        clock: Tells since when a state holds, and when to try again.
        shield: Entered around everything that is asked, so that it is in nobody's telemetry.
        busy_timeout_s: How long one waits for another process that writes (SQLite).
        connect_timeout_s: How long opening a connection may take (PostgreSQL).
        statement_timeout_s: How long one statement may take (PostgreSQL).
        connections: The most connections that read at the same time.

    Raises:
        StorageError: The URL is none of these.
        MissingExtraError: PostgreSQL is wanted and psycopg is not installed.
    """

    def __init__(
        self,
        *,
        url: str,
        clock: Clock,
        shield: Callable[[], AbstractContextManager[Any]] = contextlib.nullcontext,
        busy_timeout_s: float = 10.0,
        connect_timeout_s: float = 5.0,
        statement_timeout_s: float = 30.0,
        connections: int = 4,
    ) -> None:
        self.place = place_of(url)
        self._clock = clock
        self._shield = shield
        self._back: Back
        if self.place.path is not None:
            self._back = SqliteFile(path=self.place.path, busy_timeout_s=busy_timeout_s, readers=connections)
        else:
            self._back = PostgresServer(
                place=self.place,
                connect_timeout_s=connect_timeout_s,
                statement_timeout_s=statement_timeout_s,
                connections=connections,
            )
        self._errors: tuple[type[Exception], ...] = (SQLAlchemyError, OSError, *self._back.errors)
        self._state: State = Unavailable("not_opened", "it was not opened yet", clock.now_ms())
        self._counts = dict.fromkeys(("opened", "lost", "busy", "set_aside"), 0)
        self._failures, self._retry_at_s = 0, float("-inf")
        self._is_proven = False
        self._told = ""
        self._identity = ""
        self._begin()
        _databases.add(self)

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._gate = threading.Condition(threading.Lock())
        self._active = 0
        self._is_forking = False
        self._was_quiet = True

    @property
    def state(self) -> State:
        """Whether it can be used, and if not, why."""
        return self._state

    @property
    def is_available(self) -> bool:
        """Whether it can be used, as far as is known."""
        return isinstance(self._state, Available)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of this host."""
        return self.place.path is not None

    @property
    def identity(self) -> str:
        """What tells this database from another at the same place, such as a new file after a corrupt one."""
        return self._identity

    def ensure(self) -> bool:
        """Open the database where it is not open, unless the last try was too short a while ago.

        Waits for others who are opening; never called by a thread of the host application.

        Returns:
            Whether it can be used now.
        """
        if isinstance(self._state, Available):
            return True
        if self._clock.monotonic_s() < self._retry_at_s or self._state.kind == "forked":
            return False
        with self._opening:
            return self.is_available or self._open()

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection in a transaction that is committed at the end of the block.

        Raises:
            UnavailableError: The database cannot be used; it is tried again by itself.
            BusyError: Others held it for too long; the same works later.
            StorageError: It refused the statement; nothing was written.
        """
        with self._transaction(0) as connection:
            yield connection
        if not self._is_proven:
            self._prove()

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one moment (SQLite) or what is committed (PostgreSQL).

        Raises:
            UnavailableError: The database cannot be used; it is tried again by itself.
            BusyError: No connection was free for too long.
            StorageError: It refused the statement.
        """
        with self._transaction(1) as connection:
            yield connection

    def outside(self, statement: str) -> None:
        """Run a statement that wants no transaction around it, such as ``VACUUM`` of PostgreSQL.

        Raises:
            UnavailableError: The database cannot be used; it is tried again by itself.
            BusyError: Others held it for too long; the same works later.
            StorageError: It refused the statement.
        """
        with self._entered():
            self._refuse_unavailable()
            try:
                with self._shield(), self._back.engines[0].connect() as connection:
                    connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(statement)
            except SQLAlchemyError as error:
                raise self._error(error) from None  # what SQLAlchemy says may hold data

    def close(self) -> None:
        """Close every connection; :meth:`ensure` opens it again."""
        with self._opening:
            self._back.close()
            self._state = Unavailable("not_opened", "it was closed", self._clock.now_ms())

    def stats(self) -> dict[str, int]:
        """Return how often it was opened, lost, busy, and how many files were set aside."""
        with self._lock:
            return dict(self._counts)

    def before_fork(self) -> None:
        """Let nobody hold a connection of SQLite: two processes on one connection destroy the file.

        Waits a moment for those who are in the middle of something; where that was too short, the child goes
        without the database. Sockets to a server are left to the parent.
        """
        if not self.is_sqlite:
            return
        with self._gate:
            self._is_forking = True
            self._was_quiet = self._gate.wait_for(lambda: self._active == 0, _QUIET_S)
        if self._was_quiet:
            self._back.close()

    def after_fork_in_parent(self) -> None:
        """Go on."""
        with self._gate:
            self._is_forking = False
            self._gate.notify_all()

    def after_fork(self) -> None:
        """Begin anew in a child process, and leave the parent's connections alone."""
        was_quiet = self._was_quiet
        _abandoned.extend(self._back.renew())
        self._begin()
        self._counts = dict.fromkeys(self._counts, 0)
        if self.is_sqlite and not was_quiet:
            self._state = Unavailable(
                "forked", "this process was forked while its parent used the file", self._clock.now_ms()
            )

    def _open(self) -> bool:
        trouble: Trouble | None
        try:
            with self._entered(), self._shield(), self._back.opening() as engine:
                migrate(engine)
                with engine.begin() as connection:
                    self._identity = connection.execute(ABOUT.select()).one().identity
        except BusyError:
            return False
        except SchemaNewerError as error:
            trouble = Trouble("newer_schema", str(error))
        except UnavailableError as error:
            trouble = Trouble("refused", error.reason)
        except self._errors as error:
            trouble = self._meaning(error) or Trouble("failed", f"{self.place.shown}: {_said(error)}")
        else:
            self._opened()
            return True
        self._lost(trouble)
        return False

    @contextlib.contextmanager
    def _transaction(self, which: int) -> Iterator[Connection]:
        with self._entered():
            self._refuse_unavailable()
            try:
                with self._shield(), self._back.engines[which].begin() as connection:
                    yield connection
            except (SQLAlchemyError, UnicodeDecodeError) as error:
                raise self._error(error) from None  # what SQLAlchemy says may hold data

    @contextlib.contextmanager
    def _entered(self) -> Iterator[None]:
        """Hold off a fork for as long as a connection may be in use."""
        with self._gate:
            if not self._gate.wait_for(lambda: not self._is_forking, _QUIET_S):
                msg = "the process is being forked"
                raise BusyError(msg)
            self._active += 1
        try:
            yield
        finally:
            with self._gate:
                self._active -= 1
                self._gate.notify_all()

    def _refuse_unavailable(self) -> None:
        if isinstance(self._state, Available):
            trouble = self._back.check()
            if trouble is not None:
                self._lost(trouble)
        if isinstance(self._state, Unavailable):
            raise UnavailableError(self._state.reason)

    def _error(self, error: Exception) -> StorageError:
        trouble = self._meaning(error)
        if trouble is None:
            return StorageError(f"the storage refused a statement: {_said(error)}")
        if trouble.kind == "busy":
            with self._lock:
                self._counts["busy"] += 1
            return BusyError(f"the storage is busy: {trouble.reason}")
        self._lost(trouble)
        return UnavailableError(trouble.reason)

    def _meaning(self, error: Exception) -> Trouble | None:
        if isinstance(error, PoolTimeoutError):
            return Trouble("busy", "every connection is in use")
        if isinstance(error, OSError):
            kind = _OF_SYSTEM.get(error.errno or 0, "failed")
            return Trouble(kind, f"{self.place.shown}: {error.strerror or type(error).__name__}")
        return self._back.meaning(error)

    def _opened(self) -> None:
        set_aside = self._take_set_aside()
        with self._lock:
            self._counts["opened"] += 1
            self._counts["set_aside"] += len(set_aside)
            self._state = Available(self._clock.now_ms())
            self._is_proven = False
        for path in set_aside:
            _log.error(
                "the storage %s was corrupt and begins anew; it was kept as %s", self.place.shown, path
            )

    def _prove(self) -> None:
        """Believe in a database that was opened once something was written to it."""
        with self._lock:
            self._is_proven = True
            self._failures = 0
            told, self._told = self._told, ""
        if told:
            _log.warning("the storage %s can be used again", self.place.shown)

    def _lost(self, trouble: Trouble) -> None:
        """Note that it cannot be used, and say so once for each reason.

        What worked is tried again at once; what goes on failing, such as writing to a full disk that can well
        be opened, less and less often.
        """
        with self._lock:
            before = self._state
            is_news, self._told = trouble.reason != self._told, trouble.reason
            since_ms = self._clock.now_ms() if isinstance(before, Available) else before.since_ms
            self._state = Unavailable(trouble.kind, trouble.reason, since_ms)
            self._counts["lost"] += isinstance(before, Available)
            is_first = isinstance(before, Available) and self._failures == 0
            wait_s = min(_RETRY_S[0] * 2 ** max(self._failures - 1, 0), _RETRY_S[1])
            self._retry_at_s = float("-inf") if is_first else self._clock.monotonic_s() + wait_s
            self._failures = min(self._failures + 1, _FAILURES_COUNTED)
        if is_news:
            _log.warning("the storage cannot be used, everything goes on in memory: %s", trouble.reason)

    def _take_set_aside(self) -> list[object]:
        paths: list[object] = getattr(self._back, "set_aside", [])
        taken = list(paths)
        paths.clear()
        return taken


def _said(error: Exception) -> str:
    """Return the kind of an error and the first line of what the driver said, which holds no values."""
    orig = getattr(error, "orig", error)
    if not isinstance(orig, sqlite3.Error):  # a server's own words may quote a row
        return f"{type(error).__name__} {getattr(orig, 'sqlstate', None) or ''}".strip()
    return f"{type(error).__name__}: {str(orig).partition(chr(10))[0]}"


_databases: weakref.WeakSet[Database] = weakref.WeakSet()


def _each(name: str) -> Callable[[], None]:
    def call() -> None:
        for database in list(_databases):
            getattr(database, name)()

    return call


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_each("before_fork"),
        after_in_parent=_each("after_fork_in_parent"),
        after_in_child=_each("after_fork"),
    )
