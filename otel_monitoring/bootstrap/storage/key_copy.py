"""The copy of the API keys that requests are checked against, and what their use leaves behind.

It is renewed by whoever looks into the storage every few seconds; a key that was made or revoked at another
process, or by the command line, is known here with its next look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from otel_monitoring.api.access.keys import ApiKeys
    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.repositories.api_keys import KeptKeys

_NOTED_EVERY_MS: Final = 300_000


class KeyCopy:
    """Keep the keys in memory as the storage has them.

    Args:
        keys: What requests are checked against.
    """

    def __init__(self, keys: ApiKeys) -> None:
        self._keys = keys
        self._noted_at_ms = 0
        self._noted: dict[str, int] = {}

    def renew(self, database: Database, *, service: str, now_ms: int) -> None:
        """Take what the storage holds, and note there every few minutes which keys were used.

        Args:
            database: Where the keys are.
            service: The key of the service whose pages they open.
            now_ms: The Unix time in milliseconds.

        Raises:
            StorageError: The database cannot be used now; what was known before goes on.
        """
        from otel_monitoring.storage.repositories.api_keys import KeptKeys

        kept = KeptKeys(service=service)
        with database.read() as connection:
            found = kept.load(connection, now_ms=now_ms)
        self._keys.replace(found)
        if now_ms - self._noted_at_ms >= _NOTED_EVERY_MS:
            self._note(database, kept, {key.id for key in found}, now_ms=now_ms)

    def _note(self, database: Database, kept: KeptKeys, known: set[str], *, now_ms: int) -> None:
        later = {
            key: at_ms
            for key, at_ms in self._keys.uses().items()
            if key in known and at_ms > self._noted.get(key, 0)
        }
        if not later:
            return
        self._noted_at_ms = now_ms
        with database.write() as connection:
            kept.note_uses(connection, later, now_ms=now_ms)
        self._noted = {**{key: at_ms for key, at_ms in self._noted.items() if key in known}, **later}
