"""Whether the database of an SQLAlchemy engine, synchronous or not, answers."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

from otel_monitoring.errors import SettingsError
from otel_monitoring.health.check import Health
from otel_monitoring.health.checks.asking import SLOW_S, TIMEOUT_S, Asking
from otel_monitoring.health.checks.line import cut_off
from otel_monitoring.health.checks.own_loop import run_until

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.engine.interfaces import Dialect
    from sqlalchemy.pool import PoolProxiedConnection

    from otel_monitoring.model.deadline import Deadline

_ADVICE = (
    "Look whether the database runs, takes connections from here, and knows this user, password and name."
)
_FULL = "Give the pool more connections, or look for work that keeps one for long or does not give it back."
_CONNECT_LIMITS = {
    "psycopg": "connect_timeout",
    "psycopg2": "connect_timeout",
    "pymysql": "connect_timeout",
    "mysqldb": "connect_timeout",
    "mysqlconnector": "connection_timeout",
    "pg8000": "timeout",
}
"""What drivers call the longest time of connecting, in whole seconds."""


class SqlAlchemyCheck:
    """Open a connection as the engine would, ping, and close it; the pool of the application is left alone.

    That pool is looked at, too: when all its connections are in use, it is degraded. An asynchronous engine
    is asked on an event loop of the check's own, so that nothing of the application's loop is touched.

    Args:
        engine: An ``Engine`` or an ``AsyncEngine``.
        timeout_s: The longest time.
        slow_s: An answer that took longer is degraded.

    Raises:
        SettingsError: It is no engine, or a time is not above 0.
    """

    def __init__(self, engine: Any, *, timeout_s: float = TIMEOUT_S, slow_s: float = SLOW_S) -> None:
        from sqlalchemy import Engine, event

        self._engine: Engine = getattr(engine, "sync_engine", engine)
        if not isinstance(self._engine, Engine):
            msg = f"engine is a {type(engine).__name__}: expected an Engine or AsyncEngine of SQLAlchemy"
            raise SettingsError(msg)
        self._asking = Asking(
            _what(self._engine),
            advice=_ADVICE,
            timeout_s=timeout_s,
            slow_s=slow_s,
            secrets=[str(self._engine.url.password or "")],
        )
        self._here = threading.local()
        if not self._engine.dialect.is_async:
            event.listen(self._engine, "do_connect", self._in_time)

    def __call__(self) -> Health:
        """Return how it is."""
        ask = self._ask_async if self._engine.dialect.is_async else self._ask
        return self._asking.verdict(ask, _errors(self._engine.dialect))

    def _ask(self, deadline: Deadline) -> Health | None:
        self._here.deadline = deadline
        try:
            self._ping(deadline)
        finally:
            del self._here.deadline
        return self._pool()

    def _ask_async(self, deadline: Deadline) -> Health | None:
        run_until(deadline, self._ping_async())
        return self._pool()

    async def _ping_async(self) -> None:
        from sqlalchemy.util.concurrency import greenlet_spawn

        await greenlet_spawn(self._ping, None)

    def _ping(self, deadline: Deadline | None) -> None:
        """Ask over a pool that is made like the engine's and lives for this one connection."""
        pool = self._engine.pool.recreate()
        connection = pool.connect()
        try:
            with _limited(connection, deadline):
                _ping(self._engine.dialect, connection.dbapi_connection)
        except BaseException:
            connection.invalidate()
            raise
        finally:
            connection.close()
            pool.dispose()

    def _in_time(self, dialect: Dialect, _record: object, args: Any, options: dict[str, Any]) -> Any:
        """Connect for this check within its time; whoever else connects does so as ever."""
        deadline: Deadline | None = getattr(self._here, "deadline", None)
        limit = _CONNECT_LIMITS.get(dialect.driver)
        if deadline is None or limit is None:
            return None
        return dialect.connect(*args, **{**options, limit: max(1, int(deadline.left_s()))})

    def _pool(self) -> Health | None:
        pool: Any = self._engine.pool
        most = getattr(pool, "_max_overflow", -1)
        if most < 0 or pool.size() <= 0 or pool.checkedout() < pool.size() + most:
            return None
        said = f"all {pool.size() + most} connections of the pool of {self._asking.what} are in use"
        return Health("degraded", said, _FULL)


def _ping(dialect: Dialect, connection: Any) -> None:
    """Ask as the pool does before it lends a connection; SQLite answers that one without its file."""
    if dialect.name != "sqlite":
        dialect.do_ping(connection)
        return
    cursor = connection.cursor()
    try:
        cursor.execute("PRAGMA schema_version")
    finally:
        cursor.close()


def _limited(
    connection: PoolProxiedConnection, deadline: Deadline | None
) -> contextlib.AbstractContextManager[None]:
    """Cut a connection off at the end, where the driver tells which of the process's it is."""
    describe = getattr(connection.dbapi_connection, "fileno", None)
    if deadline is None or describe is None:
        return contextlib.nullcontext()
    return cut_off(int(describe()), deadline)


def _errors(dialect: Dialect) -> tuple[type[Exception], ...]:
    """Return what a driver raises; that of asyncpg raises its own errors while it connects."""
    from sqlalchemy.exc import SQLAlchemyError

    errors: list[type[Exception]] = [OSError, SQLAlchemyError]
    if dialect.loaded_dbapi is not None:
        errors.append(dialect.loaded_dbapi.Error)
    if dialect.driver == "asyncpg":
        import asyncpg  # type: ignore[import-untyped]

        errors += [asyncpg.PostgresError, asyncpg.InterfaceError]
    return tuple(errors)


def _what(engine: Engine) -> str:
    url = engine.url
    if url.host is None:
        return f"the {engine.dialect.name} database"
    port = f":{url.port}" if url.port else ""
    return f"the {engine.dialect.name} database at {url.host}{port}"
