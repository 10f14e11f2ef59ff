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

    from sqlalchemy import Connection

Outcome: TypeAlias = Literal["delivered", "failed"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One message on its way over one channel.

    Attributes:
        lane: The channel's full name, ``receiver/channel``.
        key: The key of the message, the same for every try.
        put_ms: When it was handed over, Unix milliseconds.
        document: The message as plain values.
    """

    lane: str
    key: str
    put_ms: int
    document: Mapping[str, Any]


class Outbox:
    """The messages that wait, as one holder sees them; every call but ``waiting`` wants a checked fence.

    Args:
        owner: Who we are: the instance id.
    """

    def __init__(self, *, owner: str) -> None:
        self._owner = plain(owner)
        self._sequence = itertools.count()

    def put(self, connection: Connection, waiting: Waiting) -> None:
        """Keep a message, in place of one of the same lane and key."""
        row = {
            "digest": digest(waiting.lane, waiting.key),
            "lane": plain(waiting.lane),
            "key": plain(waiting.key),
            "put_ms": waiting.put_ms,
            "sequence": next(self._sequence),
            "owner": self._owner,
            "document": pack([waiting.lane, waiting.key, dict(waiting.document)]),
        }
        put(connection, OUTBOX, [row])

    def claim(self, connection: Connection, lane: str) -> list[Waiting]:
        """Return what another holder left for a lane, oldest first, once; it stays kept, and is ours."""
        theirs = (OUTBOX.c.lane == plain(lane)) & (OUTBOX.c.owner != self._owner)
        query = select(OUTBOX).where(theirs).order_by(OUTBOX.c.put_ms, OUTBOX.c.sequence)
        found = [_waiting(row.document, row.put_ms) for row in connection.execute(query)]
        connection.execute(update(OUTBOX).where(theirs).values(owner=self._owner))
        return found

    def is_ours(self, connection: Connection, lane: str, key: str) -> bool:
        """Tell whether a message still waits and is ours to deliver; to be asked before a try."""
        query = select(OUTBOX.c.owner).where(OUTBOX.c.digest == digest(lane, key))
        return connection.execute(query).scalar() == self._owner

    def decide(
        self, connection: Connection, lane: str, key: str, *, outcome: Outcome, at_ms: int, error: str = ""
    ) -> bool:
        """Forget a message and note what became of it.

        Returns:
            Whether it waited and was ours; else nothing is noted.
        """
        name = digest(lane, key)
        ours = (OUTBOX.c.digest == name) & (OUTBOX.c.owner == self._owner)
        if not connection.execute(delete(OUTBOX).where(ours)).rowcount:
            return False
        row = {
            "digest": name,
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
        query = select(OUTBOX).order_by(OUTBOX.c.put_ms, OUTBOX.c.sequence)
        return [_waiting(row.document, row.put_ms) for row in connection.execute(query)]


def _waiting(document: str, put_ms: int) -> Waiting:
    lane, key, message = unpack(document)
    return Waiting(lane, key, put_ms, message)
