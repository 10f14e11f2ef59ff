"""What a part of the alerting knows, in step with what the storage holds of it.

Records are plain values as the part's own ``state()`` gives them. Some the one process that speaks writes and
all others read (:class:`Told`); some people change at any process (:class:`Shared`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Connection

    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.repositories.notes import Notes

Record: TypeAlias = dict[str, Any]


class Told:
    """Records that only the process that speaks changes.

    Args:
        notes: Where they are kept.
        state: Returns them as they are in memory.
        replace: Puts others in their place.
        version: Returns what differs whenever they may have changed; without it they are always compared.
    """

    def __init__(
        self,
        notes: Notes,
        *,
        state: Callable[[], Iterable[Record]],
        replace: Callable[[list[Record]], object],
        version: Callable[[], object] | None = None,
    ) -> None:
        self._notes = notes
        self._state = state
        self.replace = replace
        self._version = version
        self._saved: dict[str, Record] = {}
        self._next: tuple[object, dict[str, Record]] | None = None
        self._saved_version: object = None
        self._stamp: tuple[int, int] | None = None
        self._changed: list[Record] = []

    def forget(self) -> None:
        """Count nothing as written: the storage is another one."""
        self._saved, self._saved_version, self._stamp = {}, None, None

    def prepare(self) -> bool:
        """Find out what has changed since it was written or read; return whether anything has."""
        self._next, self._changed = None, []
        version = None if self._version is None else self._version()
        if version is not None and version == self._saved_version:
            return False
        records = {self._notes.key(record): record for record in self._state()}
        contents = {key: self._notes.content(record) for key, record in records.items()}
        self._changed = [records[key] for key, one in contents.items() if self._saved.get(key) != one]
        self._next = (version, contents)
        return bool(self._changed) or bool(self._saved.keys() - contents.keys())

    def write(self, connection: Connection, now_ms: int) -> None:
        """Write what :meth:`prepare` found."""
        if self._next is None:
            return
        self._notes.save(connection, self._changed, now_ms=now_ms)
        for key in self._saved.keys() - self._next[1].keys():
            self._notes.remove(connection, self._saved[key])

    def confirm(self) -> None:
        """Note that what was written is committed."""
        if self._next is not None:
            self._saved_version, self._saved = self._next
            self._next = None

    def read(self, connection: Connection, now_ms: int) -> list[Record]:
        """Return what is kept; from then on this is what later changes are compared with."""
        self._stamp = self._notes.stamp(connection)
        found = self._notes.load(connection, now_ms=now_ms)
        self._saved = {self._notes.key(record): self._notes.content(record) for record in found}
        self._saved_version = None
        return found

    def has_changed(self, connection: Connection) -> bool:
        """Tell whether another process has written since the last :meth:`read`."""
        return self._notes.stamp(connection) != self._stamp


class Shared:
    """Records that people change at any process: changes of both sides are brought together.

    Of two changes of one record at the same time the one that is written later stays.

    Args:
        notes: Where they are kept.
        state: Returns them as they are in memory.
        restore: Takes records that are new or have changed elsewhere.
        discard: Lets go of records that were removed elsewhere.
    """

    def __init__(
        self,
        notes: Notes,
        *,
        state: Callable[[], Iterable[Record]],
        restore: Callable[[list[Record]], object],
        discard: Callable[[list[Record]], object],
    ) -> None:
        self._notes = notes
        self._state = state
        self._restore = restore
        self._discard = discard
        self._known: dict[str, Record] = {}
        self._stamp: tuple[int, int] | None = None
        self._identity = ""

    def bring_together(self, database: Database, now_ms: int) -> None:
        """Write what was changed here, and take what was changed elsewhere.

        Raises:
            StorageError: The database cannot be used; nothing has changed.
        """
        if database.identity != self._identity:  # a new file, which knows nothing
            self._known, self._stamp, self._identity = {}, None, database.identity
        here = {self._notes.key(record): record for record in self._state()}
        mine = {key for key in here.keys() | self._known.keys() if self._is_mine(key, here.get(key))}
        if not mine:
            with database.read() as connection:
                if self._notes.stamp(connection) == self._stamp:
                    return
                self._stamp, there = self._load(connection, now_ms)
        else:
            with database.write() as connection:
                self._notes.save(connection, [here[key] for key in mine if key in here], now_ms=now_ms)
                for key in mine - here.keys():
                    self._notes.remove(connection, self._known[key])
                self._stamp, there = self._load(connection, now_ms)
        contents = {key: self._notes.content(record) for key, record in there.items()}
        mine_now = {key: self._notes.content(record) for key, record in here.items()}
        new = [there[key] for key, one in contents.items() if mine_now.get(key) != one]
        gone = [here[key] for key in here.keys() - there.keys()]
        if new:
            self._restore(new)
        if gone:
            self._discard(gone)
        self._known = contents

    def _is_mine(self, key: str, record: Record | None) -> bool:
        """Tell whether a record was changed here since both sides were brought together."""
        return (None if record is None else self._notes.content(record)) != self._known.get(key)

    def _load(self, connection: Connection, now_ms: int) -> tuple[tuple[int, int], dict[str, Record]]:
        found = self._notes.load(connection, now_ms=now_ms)
        return self._notes.stamp(connection), {self._notes.key(record): record for record in found}
