"""API keys of a service, by the hash of their secrets, and about when each was used last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from otel_monitoring.errors import AccessError
from otel_monitoring.model.api_key import ApiKey
from otel_monitoring.storage.repositories.notes import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

API_KEYS: Final = Kind("api_key", keys=("id",))
API_KEY_USES: Final = Kind("api_key_use", keys=("id",))

_FORGOTTEN_AFTER_MS: Final = 90 * 86_400_000
"""What ended so long ago is of interest to the audit alone."""


class KeptKeys:
    """The keys of one service; those of others are neither seen nor changed.

    Args:
        service: The key of the service.
    """

    def __init__(self, *, service: str) -> None:
        self._keys = API_KEYS.of(service)
        self._uses = API_KEY_USES.of(service)

    def load(self, connection: Connection, *, now_ms: int) -> list[ApiKey]:
        """Return the keys, also those that ended, in the order in which they were saved.

        A record that is none is left out, so that one that somebody damaged keeps no other in force.
        """
        found = (_key(record) for record in self._keys.load(connection, now_ms=now_ms))
        return [key for key in found if key is not None]

    def last_uses(self, connection: Connection, *, now_ms: int) -> dict[str, int]:
        """Return about when keys were used last, by their ids, Unix milliseconds."""
        return {one["id"]: one["used_ms"] for one in self._uses.load(connection, now_ms=now_ms)}

    def save(self, connection: Connection, key: ApiKey, *, now_ms: int) -> None:
        """Keep a key, in place of the one with the same id; forget those that ended long ago."""
        for one in self.load(connection, now_ms=now_ms):
            if _ended_ms(one) < now_ms - _FORGOTTEN_AFTER_MS:
                self._keys.remove(connection, {"id": one.id})
                self._uses.remove(connection, {"id": one.id})
        self._keys.save(connection, [_record(key)], now_ms=now_ms)

    def note_uses(self, connection: Connection, uses: Mapping[str, int], *, now_ms: int) -> None:
        """Keep when keys were used last; what another process saw later than that stays."""
        known = self.last_uses(connection, now_ms=now_ms)
        later = [{"id": key, "used_ms": at_ms} for key, at_ms in uses.items() if at_ms > known.get(key, 0)]
        self._uses.save(connection, later, now_ms=now_ms)


def _ended_ms(key: ApiKey) -> float:
    ends = [at_ms for at_ms in (key.expires_ms, key.revoked_ms) if at_ms is not None]
    return min(ends, default=float("inf"))


def _record(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role,
        "hash": key.digest,
        "created_ms": key.created_ms,
        "expires_ms": key.expires_ms,
        "revoked_ms": key.revoked_ms,
        "routes": list(key.routes),
    }


def _key(record: Mapping[str, Any]) -> ApiKey | None:
    try:
        return ApiKey(
            id=record["id"],
            name=record["name"],
            role=record["role"],
            digest=record["hash"],
            created_ms=record["created_ms"],
            expires_ms=record["expires_ms"],
            revoked_ms=record["revoked_ms"],
            routes=tuple(record["routes"]),
        )
    except (AccessError, KeyError, TypeError):
        return None
