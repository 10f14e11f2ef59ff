"""One process at a time holds a lease: it evaluates the rules and tells people.

A lease is a row with its holder, a token that grows with every change of hands, and an expiry by the
database's clock. The holder renews it at a third of its span, and knows by its own monotonic clock when a
renewal was not confirmed in time: a process that was suspended holds nothing when it wakes up, before it does
anything. What it writes nevertheless is refused by its token, in the transaction that writes.

Source: Gray and Cheriton, Leases (SOSP 1989); the token is the sequencer of Burrows, The Chubby lock service
(OSDI 2006), section 2.4.

This module needs SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, cast, extract, func, literal_column, select, update

from otel_monitoring.storage.errors import FencedError, StorageError
from otel_monitoring.storage.statements import insert_new
from otel_monitoring.storage.tables import LEASES

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement, Connection

    from otel_monitoring.storage.database import Database

_SQLITE_NOW = "CAST((julianday('now') - 2440587.5) * 86400000.0 AS INTEGER)"


def since_boot_s() -> float:
    """Return seconds that include the time in which the machine was suspended, where it counts that."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def database_now_ms(*, is_sqlite: bool) -> ColumnElement[int]:
    """Return the expression for the database's own time, Unix milliseconds."""
    if is_sqlite:
        return literal_column(_SQLITE_NOW, BigInteger)
    return cast(func.floor(extract("epoch", func.clock_timestamp()) * 1000), BigInteger)


@dataclass(frozen=True, slots=True)
class Fence:
    """What lets the holder of a lease write, and nobody who held it before.

    Attributes:
        name: The name of the lease.
        holder: Who held it when the writing was decided.
        token: The token under which it was held then.
    """

    name: str
    holder: str
    token: int

    def check(self, connection: Connection) -> None:
        """Let the transaction go on while the lease is in the same hands, and keep it there until its end.

        Raises:
            FencedError: It has gone to another holder.
        """
        query = select(LEASES.c.holder, LEASES.c.token).where(LEASES.c.name == self.name)
        found = connection.execute(query.with_for_update(read=True)).first()
        if found is None or (found.holder, found.token) != (self.holder, self.token):
            now = "gone" if found is None else f"at token {found.token}"
            msg = f"the lease {self.name!r} is {now}: expected token {self.token}; another process took over"
            raise FencedError(msg)


class Lease:
    """One lease, as one process sees it; thread-safe.

    Args:
        database: Where the row is.
        name: What is held, such as ``evaluator``.
        holder: Who we are: the instance id, which no other process has.
        span_s: For how long a renewal holds, in seconds.
        elapsed_s: A clock that never steps; counts the time in which the machine sleeps where possible.
        now_ms: The database's time as an SQL expression, Unix milliseconds; its own clock where not given.
    """

    def __init__(
        self,
        *,
        database: Database,
        name: str,
        holder: str,
        span_s: float,
        elapsed_s: Callable[[], float] = since_boot_s,
        now_ms: ColumnElement[int] | None = None,
    ) -> None:
        self.name = name
        self.span_s = span_s
        self._database = database
        self._holder = holder
        self._elapsed_s = elapsed_s
        self._now_ms = database_now_ms(is_sqlite=database.is_sqlite) if now_ms is None else now_ms
        self.after_fork()

    def after_fork(self, *, holder: str | None = None) -> None:
        """Hold nothing in a child process: what the parent holds is the parent's.

        Args:
            holder: Who the child is; as before where not given.
        """
        self._holder = holder or self._holder
        self._lock = threading.Lock()
        self._token: int | None = None
        self._until_s = float("-inf")
        self._vain_since_s: float | None = None
        self._seen: tuple[int, int] | None = None
        self._seen_at_s = 0.0
        self._counts = dict.fromkeys(("taken", "renewed", "lost", "failed"), 0)

    def hold(self) -> bool:
        """Tell whether we hold it at this moment; costs nothing and asks nobody."""
        return self.left_s() > 0

    def left_s(self) -> float:
        """Return for how many seconds we still hold it; negative where we do not."""
        return self._until_s - self._elapsed_s()

    def in_vain_s(self) -> float:
        """Return for how many seconds the database has not answered who asked for it; 0 where it did last."""
        since_s = self._vain_since_s
        return 0.0 if since_s is None else self._elapsed_s() - since_s

    def fence(self) -> Fence:
        """Return what writes under this lease have to check.

        Raises:
            FencedError: We do not hold it.
        """
        token = self._token
        if token is None or not self.hold():
            msg = f"the lease {self.name!r} is not held here"
            raise FencedError(msg)
        return Fence(self.name, self._holder, token)

    def renew(self) -> bool:
        """Renew it where we hold it, take it where it is free; asks the database, opened where need be.

        Call it every third of the span. Where the database does not answer, what was confirmed before holds
        to its end.

        Returns:
            Whether we hold it now.
        """
        with self._lock:
            asked_at_s = self._elapsed_s()  # before the database computes the expiry, so ours is never later
            try:
                self._database.ensure()
                with self._database.write() as connection:
                    token = self._ask(connection, asked_at_s)
            except StorageError:
                self._counts["failed"] += 1
                if self._vain_since_s is None:
                    self._vain_since_s = asked_at_s
                return self.hold()
            self._vain_since_s = None
            self._note(token, asked_at_s)
            return self.hold()

    def release(self) -> None:
        """Give it back, so that another process takes it at its next look; for a planned stop."""
        with self._lock:
            token, self._token, self._until_s = self._token, None, float("-inf")
            if token is None:
                return
            try:
                with self._database.write() as connection:
                    connection.execute(update(LEASES).where(*self._ours(token)).values(expires_ms=0))
            except StorageError:
                self._counts["failed"] += 1

    def stats(self) -> dict[str, int]:
        """Return how often it was taken, renewed, lost, and how often the database did not answer."""
        return {**self._counts, "held": int(self.hold())}

    def _ask(self, connection: Connection, asked_at_s: float) -> int | None:
        """Return the token under which we hold it; ``None`` where another does."""
        if self._token is not None and self._renewed(connection, self._token):
            return self._token
        new = {"name": self.name, "holder": "", "token": 0, "expires_ms": 0, "taken_ms": 0}
        insert_new(connection, LEASES, [new])
        row = connection.execute(
            select(LEASES.c.token, LEASES.c.expires_ms).where(LEASES.c.name == self.name)
        ).one()
        is_abandoned = self._is_abandoned((row.token, row.expires_ms), asked_at_s)
        free_until_ms = row.expires_ms if is_abandoned else self._now_ms
        taken = connection.execute(
            update(LEASES)
            .where(
                LEASES.c.name == self.name, LEASES.c.token == row.token, LEASES.c.expires_ms <= free_until_ms
            )
            .values(
                holder=self._holder, token=row.token + 1, expires_ms=self._expires_ms(), taken_ms=self._now_ms
            )
        )
        return row.token + 1 if taken.rowcount else None

    def _renewed(self, connection: Connection, token: int) -> bool:
        renewed = connection.execute(
            update(LEASES).where(*self._ours(token)).values(expires_ms=self._expires_ms())
        )
        return bool(renewed.rowcount)

    def _ours(self, token: int) -> tuple[ColumnElement[bool], ...]:
        return LEASES.c.name == self.name, LEASES.c.token == token, LEASES.c.holder == self._holder

    def _expires_ms(self) -> ColumnElement[int]:
        return self._now_ms + round(self.span_s * 1000)

    def _is_abandoned(self, seen: tuple[int, int], now_s: float) -> bool:
        """Tell whether nobody has renewed it for a span by our own clock.

        The database's clock may have been set back, and the expiry lie far ahead: a holder that did not renew
        for a span knows that it holds nothing, whatever the clocks say.
        """
        if seen != self._seen:
            self._seen, self._seen_at_s = seen, now_s
        return now_s - self._seen_at_s > self.span_s

    def _note(self, token: int | None, asked_at_s: float) -> None:
        if token is None:
            self._counts["lost"] += self._token is not None
            self._token, self._until_s = None, float("-inf")
            return
        self._counts["renewed" if token == self._token else "taken"] += 1
        self._token, self._until_s = token, asked_at_s + self.span_s
