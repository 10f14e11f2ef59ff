"""Where messages rest until they are delivered, so that a storage can carry them over a restart."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.notify.message import Message


@dataclass(frozen=True, slots=True)
class Entry:
    """One message on its way over one channel.

    Attributes:
        lane: The channel's full name, ``receiver/channel``.
        message: What to tell; its ``key`` is the same for every try, and for nothing else.
        put_ms: When it was handed over, Unix milliseconds.
        does: Which method of the channel takes the message.
    """

    lane: str
    message: Message
    put_ms: int
    does: str = "send"


class Outbox(Protocol):
    """What keeps messages until their fate is decided; called by several threads, and never waited for long.

    An entry is there from before the first try until its fate is known. A process that dies in between leaves
    it; the next one sends it again under the same key, by which a receiver knows what it has already.
    What was delivered is forgotten after that, so in the worst case a message comes twice, never not at all.

    Attributes:
        is_lasting: Whether entries outlive the process. What waits when it stops is then left here; otherwise
            it goes to the log.
    """

    is_lasting: bool

    def put(self, entry: Entry) -> None:
        """Keep ``entry``, replacing one of the same lane and key."""
        ...

    def claim(self, lane: str) -> Sequence[Entry]:
        """Return, once, what an earlier process left for ``lane``, oldest first; it stays kept."""
        ...

    def done(self, lane: str, key: str) -> None:
        """Forget what was delivered or superseded."""
        ...

    def failed(self, lane: str, key: str, error: str) -> None:
        """Forget what was given up or never taken; ``error`` says why, without secrets."""
        ...


class MemoryOutbox:
    """Keep messages in memory: nothing outlives the process."""

    is_lasting = False

    def __init__(self) -> None:
        self.after_fork()

    def after_fork(self) -> None:
        """Begin empty in a child process, with a lock of its own."""
        self._lock = threading.Lock()
        self._entries: dict[tuple[str, str], Entry] = {}

    def put(self, entry: Entry) -> None:
        """Keep ``entry``; how many there are is bounded by the lanes."""
        with self._lock:
            self._entries[entry.lane, entry.message.key] = entry

    def claim(self, lane: str) -> Sequence[Entry]:
        """Return what is kept for ``lane``, oldest first."""
        with self._lock:
            return [entry for entry in self._entries.values() if entry.lane == lane]

    def done(self, lane: str, key: str) -> None:
        """Forget what was delivered or superseded."""
        with self._lock:
            self._entries.pop((lane, key), None)

    def failed(self, lane: str, key: str, error: str) -> None:  # noqa: ARG002 - others keep the error
        """Forget what was given up."""
        self.done(lane, key)


class KeptElsewhere:
    """Keep nothing: whoever hands messages over has written them down before."""

    is_lasting = True

    def put(self, entry: Entry) -> None:
        """Take ``entry``, which is kept already."""

    def claim(self, lane: str) -> Sequence[Entry]:  # noqa: ARG002 - an Outbox
        """Return nothing: what was left is handed over anew."""
        return ()

    def done(self, lane: str, key: str) -> None:
        """Take what was delivered."""

    def failed(self, lane: str, key: str, error: str) -> None:
        """Take what was given up."""
