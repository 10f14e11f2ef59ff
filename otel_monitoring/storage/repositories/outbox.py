"""What is still to be delivered, kept until its fate is decided, whoever holds the lease by then.

An entry belongs to the holder that put it. Another holder claims what was left behind, under its own fence;
from then on the former one, should it wake up, can neither begin a delivery nor decide one.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from sqlalchemy import delete, select, update

from otel_monitoring.storage.documents import digest, pack, plain, unpack
from otel_monitoring.storage.statements import put
from otel_monitoring.storage.tables import DELIVERIES, OUTBOX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement, Connection, Row

Outcome: TypeAlias = Literal["delivered", "failed"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One message on its way over one channel.

    Attributes:
        lane: The channel's full name, ``receiver/channel``.
        key: The key of the message, the same for every try.
        put_ms: When it was handed over, Unix milliseconds.
        document: The message as plain values.
        tries: How often its delivery was begun; what was on its way when its holder died may have arrived.
    """

    lane: str
    key: str
    put_ms: int
    document: Mapping[str, Any]
    tries: int = 0


class Outbox:
    """The messages of a service that wait, as one holder sees them; all but ``waiting`` want a checked fence.

    Args:
        service: The key of the service; the messages of others are theirs.
        owner: Who we are: the instance id.
    """

    def __init__(self, *, service: str, owner: str) -> None:
        self._service = service
        self._owner = plain(owner)
        self._sequence = itertools.count()

    def put(self, connection: Connection, waiting: Waiting) -> None:
        """Keep a message, in place of one of the same lane and key."""
        row = {
            "service": self._service,
            "digest": digest(waiting.lane, waiting.key),
            "lane": plain(waiting.lane),
            "key": plain(waiting.key),
            "put_ms": waiting.put_ms,
            "sequence": next(self._sequence),
            "owner": self._owner,
            "tries": waiting.tries,
            "document": pack([waiting.lane, waiting.key, dict(waiting.document)]),
        }
        put(connection, OUTBOX, [row])

    def claim(self, connection: Connection, lane: str) -> list[Waiting]:
        """Return what another holder left for a lane, oldest first, once; it stays kept, and is ours."""
        theirs = self._mine() & (OUTBOX.c.lane == plain(lane)) & (OUTBOX.c.owner != self._owner)
        query = select(OUTBOX).where(theirs).order_by(OUTBOX.c.put_ms, OUTBOX.c.sequence)
        found = [_waiting(row) for row in connection.execute(query)]
        connection.execute(update(OUTBOX).where(theirs).values(owner=self._owner))
        return found

    def take_over(self, connection: Connection) -> list[Waiting]:
        """Make everything that waits ours, whichever lane it is for; return it, oldest first."""
        connection.execute(update(OUTBOX).where(self._mine()).values(owner=self._owner))
        return self.waiting(connection)

    def begin(self, connection: Connection, lane: str, key: str) -> bool:
        """Note that a message is on its way, before a try.

        Returns:
            Whether it waits and is ours to deliver; else it must not be sent.
        """
        begun = update(OUTBOX).where(self._ours(lane, key)).values(tries=OUTBOX.c.tries + 1)
        return bool(connection.execute(begun).rowcount)

    def decide(
        self,
        connection: Connection,
        lane: str,
        key: str,
        *,
        outcome: Outcome,
        at_ms: int,
        error: str = "",
    ) -> bool:
        """Forget a message and note what became of it.

        Returns:
            Whether it waited and was ours; else nothing is noted.
        """
        if not connection.execute(delete(OUTBOX).where(self._ours(lane, key))).rowcount:
            return False
        row = {
            "service": self._service,
            "digest": digest(lane, key),
            "lane": plain(lane),
            "key": plain(key),
            "at_ms": at_ms,
            "outcome": outcome,
            "document": pack({"error": error}),
        }
        put(connection, DELIVERIES, [row])
        return True

    def waiting(self, connection: Connection) -> list[Waiting]:
        """Return everything that waits, oldest first."""
        query = select(OUTBOX).where(self._mine()).order_by(OUTBOX.c.put_ms, OUTBOX.c.sequence)
        return [_waiting(row) for row in connection.execute(query)]

    def _mine(self) -> ColumnElement[bool]:
        return OUTBOX.c.service == self._service

    def _ours(self, lane: str, key: str) -> ColumnElement[bool]:
        return self._mine() & (OUTBOX.c.digest == digest(lane, key)) & (OUTBOX.c.owner == self._owner)


def _waiting(row: Row[Any]) -> Waiting:
    lane, key, message = unpack(row.document)
    return Waiting(lane, key, row.put_ms, message, row.tries)
