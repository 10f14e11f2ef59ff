"""PostgreSQL: a small pool with time limits everywhere, and what its errors mean."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from otel_monitoring.errors import MissingExtraError
from otel_monitoring.storage.state import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.storage.engines.place import Place
    from otel_monitoring.storage.state import Kind

_IDLE_MS = 5000
"""A process that is suspended in the middle of a transaction keeps others waiting for no longer."""

_RESTED = "25P03"
_BUSY = frozenset(("40001", "40P01", "55P03", "57014"))
_MEANINGS: tuple[tuple[str, Kind], ...] = (
    ("53100", "full"),
    ("25006", "read_only"),
    ("42P01", "corrupt"),
    ("42703", "corrupt"),
    ("42501", "refused"),
    ("28", "refused"),
    ("3D", "refused"),
    ("08", "unreachable"),
    ("53", "unreachable"),
    ("57P", "unreachable"),
    ("XX", "failed"),
    ("58", "failed"),
)
"""Classes of SQLSTATE, first match first (PostgreSQL 17 documentation, appendix A)."""

_SECRET = re.compile(r"(?i)(password|passfile|passwd)\s*=\s*('[^']*'|\S+)")


class PostgresServer:
    """Opens a database of a server, with few connections.

    Args:
        place: Where it is.
        connect_timeout_s: How long opening a connection may take.
        statement_timeout_s: How long one statement may take.
        connections: The most connections of this process.

    Raises:
        MissingExtraError: psycopg is not installed.
    """

    errors: tuple[type[Exception], ...] = ()

    def __init__(
        self, *, place: Place, connect_timeout_s: float, statement_timeout_s: float, connections: int
    ) -> None:
        self._place = place
        self._connect_timeout_s = connect_timeout_s
        self._statement_timeout_s = statement_timeout_s
        self._connections = connections
        self.engines = self._engines()

    @contextlib.contextmanager
    def opening(self) -> Iterator[Engine]:
        """Yield the engine, for migrations."""
        yield self.engines[0]

    def check(self) -> Trouble | None:
        """Return nothing: a server says by itself when it is gone."""
        return None

    def meaning(self, error: Exception) -> Trouble | None:
        """Return what an error means; ``None`` where it tells nothing of the server."""
        if not isinstance(error, DBAPIError):
            return None
        state: str | None = getattr(error.orig, "sqlstate", None)
        if state == _RESTED or (state in _BUSY and not error.connection_invalidated):
            return Trouble("busy", f"{self._place.shown}: {self._said(error)}")
        for begin, kind in _MEANINGS:
            if state is not None and state.startswith(begin):
                return Trouble(kind, f"{self._place.shown}: {self._said(error)}")
        is_about_connection = isinstance(error, OperationalError | InterfaceError)
        if error.connection_invalidated or (state is None and is_about_connection):
            return Trouble("unreachable", f"{self._place.shown}: {self._said(error)}")
        return None

    def close(self) -> None:
        """Close every connection."""
        self.engines[0].dispose()

    def renew(self) -> list[object]:
        """Take a new engine; return the old one, which a child process must keep and never close."""
        old, self.engines = self.engines[0], self._engines()
        return [old, old.pool]

    def _engines(self) -> tuple[Engine, Engine]:
        engine = self._engine()
        return engine, engine

    def _engine(self) -> Engine:
        try:
            engine = create_engine(
                self._place.url,
                pool_size=self._connections,
                max_overflow=0,
                pool_use_lifo=True,  # those that are hardly needed rest and are closed by age
                pool_timeout=self._connect_timeout_s,
                pool_recycle=1800,
                hide_parameters=True,
                connect_args=self._connect_args(),
            )
        except ImportError as error:
            purpose = "a storage in PostgreSQL"
            raise MissingExtraError("psycopg", extra="postgres", needed_for=purpose) from error  # noqa: EM101 - a name
        event.listen(engine, "connect", self._limit)
        return engine

    def _connect_args(self) -> dict[str, Any]:
        """Return libpq's words: a peer that vanished without a word is noticed within a dozen seconds."""
        asked = self._place.url.query
        wanted = {
            "connect_timeout": max(2, round(self._connect_timeout_s)),  # libpq takes no less
            "application_name": "otel_monitoring",
            "keepalives": 1,
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "tcp_user_timeout": 11_000,
        }
        return {
            **{name: value for name, value in wanted.items() if name not in asked},
            "prepare_threshold": None,  # a pooler between us and the server need not know our statements
        }

    def _limit(self, connection: Any, _record: object) -> None:
        limit_ms = round(self._statement_timeout_s * 1000)
        was_automatic, connection.autocommit = connection.autocommit, True
        with connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = {limit_ms}")
            cursor.execute(f"SET lock_timeout = {limit_ms}")
            cursor.execute(f"SET idle_in_transaction_session_timeout = {_IDLE_MS}")
        connection.autocommit = was_automatic

    def _said(self, error: DBAPIError) -> str:
        """Return the first line of what the server or libpq said, without a password."""
        first = (str(error.orig).strip() or type(error.orig).__name__).splitlines()[0]
        password = self._place.url.password
        text = _SECRET.sub(r"\1=***", first)
        return text.replace(str(password), "***") if password else text
