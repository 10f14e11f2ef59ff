"""What happened in a party and when: written down as it happens, to be read after something unexpected."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.documents import unpack
from otel_monitoring.storage.tables import LEASES, NOTES, OUTBOX, TRANSITIONS

if TYPE_CHECKING:
    from pathlib import Path

_MOST_CHARACTERS = 8_000


class Diary:
    """Note what was done, with the time in the form of the logs of the processes."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "diary.log"
        self._folder = folder
        self._lock = threading.Lock()

    def note(self, what: str) -> None:
        """Write down something that happens now."""
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(f"{said_at(SystemClock().now_ms())} ======== {what}\n")

    def note_database(self, url: str) -> None:
        """Write down what the storage says of it: who held the lease, what changed, what waits."""
        database = Database(url=url, clock=SystemClock())
        if not database.ensure():
            self.note(f"the storage cannot be read: {database.state}")
            return
        with database.read() as connection:
            for lease in connection.execute(select(LEASES)):
                self.note(f"lease {lease.name}: {lease.holder} under token {lease.token}")
            for one in connection.execute(select(TRANSITIONS).order_by(TRANSITIONS.c.id)):
                self.note(f"transition {one._asdict()}")
            for waiting in connection.execute(select(OUTBOX)):
                self.note(f"waits: {waiting.lane} {waiting.key} tries {waiting.tries}")
            for told in connection.execute(select(NOTES).where(NOTES.c.kind == "told")):
                self.note(f"told, written at {said_at(told.saved_ms)}: {unpack(told.document)}")
        database.close()

    def merged(self) -> str:
        """Return the end of everything that was written down by anybody, in the order of time."""
        lines = [
            f"{line[:24]}{path.stem:<22.22} {line[24:]}"
            for path in self._folder.glob("*.log")
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
            if line[:2] == "20"
        ]
        whole = "\n".join(sorted(lines))
        (self._folder / "merged.txt").write_text(whole, encoding="utf-8")
        return whole[-_MOST_CHARACTERS:]


def said_at(time_ms: int) -> str:
    """Return a time as logs say it."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S,") + f"{time_ms % 1000:03}"
