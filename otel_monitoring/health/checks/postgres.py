"""Whether PostgreSQL takes a connection and answers a statement, over psycopg."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.errors import SettingsError
from otel_monitoring.health.checks.asking import SLOW_S, TIMEOUT_S, Asking
from otel_monitoring.health.checks.optional import require
from otel_monitoring.health.checks.own_loop import run_until
from otel_monitoring.health.checks.place import secrets_of, shown, split

if TYPE_CHECKING:
    from otel_monitoring.health.check import Health
    from otel_monitoring.model.deadline import Deadline

_SCHEMES = frozenset({"postgresql", "postgres", "postgresql+psycopg"})
_ADVICE = (
    "Look whether the server runs, takes connections from here, and knows this user, password and database."
)


class PostgresCheck:
    """Connect, select, disconnect; a connection of its own each time, so that being able to is part of it.

    Args:
        url: ``postgresql://user:password@host:port/database``, with the options of libpq in its query.
        timeout_s: The longest time of all that.
        slow_s: An answer that took longer is degraded.

    Raises:
        SettingsError: The URL is none of PostgreSQL, or a time is not above 0.
        MissingExtraError: psycopg is not installed.
    """

    def __init__(self, url: str, *, timeout_s: float = TIMEOUT_S, slow_s: float = SLOW_S) -> None:
        scheme = split(url).scheme
        if scheme not in _SCHEMES:
            msg = f"scheme is {scheme!r}: expected one of {', '.join(sorted(_SCHEMES))}"
            raise SettingsError(msg)
        require("psycopg", extra="postgres", needed_for="checking PostgreSQL")
        self._url = f"postgresql{url.removeprefix(scheme)}"
        self._asking = Asking(
            f"PostgreSQL at {shown(url).partition('://')[2] or 'its socket'}",
            advice=_ADVICE,
            timeout_s=timeout_s,
            slow_s=slow_s,
            secrets=secrets_of(url),
        )

    def __call__(self) -> Health:
        """Return how it is."""
        import psycopg

        return self._asking.verdict(self._ask, (OSError, psycopg.Error))

    def _ask(self, deadline: Deadline) -> None:
        """Ask on an event loop of this call: only there every wait of psycopg can be given up in time.

        The time limit of libpq for connecting is in whole seconds, from two on; for statements it has none.
        """
        run_until(deadline, self._select())

    async def _select(self) -> None:
        import psycopg

        connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True)
        try:
            await connection.execute("SELECT 1")
        finally:
            await connection.close()
