"""Random texts that every process of a service has to know; the one that was written first stays.

They lie there as they are, since links are signed with them and a token is shown to whoever starts a process:
who may read these tables may do what the token allows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from otel_monitoring.storage.repositories.notes import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.storage.database import Database

CREDENTIALS = Kind("credential", keys=("name",))
_CLAIMS = Kind("claim", keys=("slot", "name"))
_SLOTS = 64
"""Of each host the last claim is kept; of more hosts than these some share a place."""


def agreed(database: Database, offered: Mapping[str, str], *, service: str, now_ms: int) -> dict[str, str]:
    """Return what all processes take under the names of ``offered``, written down now where it is missing.

    Args:
        database: What they share.
        offered: What this process would take, by name.
        service: The key of the service; what opens the pages of another is another text.
        now_ms: The Unix time in milliseconds.

    Raises:
        StorageError: The database cannot be used now.
    """
    kept = CREDENTIALS.of(service)
    with database.read() as connection:
        found = {one["name"]: one["value"] for one in kept.load(connection, now_ms=now_ms)}
    missing = offered.keys() - found.keys()
    if missing:
        with database.write() as connection:
            records = [{"name": name, "value": offered[name]} for name in sorted(missing)]
            kept.add(connection, records, now_ms=now_ms)
        with database.read() as connection:  # of two who add, a transaction of its own sees who was first
            found = {one["name"]: one["value"] for one in kept.load(connection, now_ms=now_ms)}
    return {name: found[name] for name in offered}


def claimed(database: Database, name: str, *, by: str, service: str, now_ms: int) -> bool:
    """Tell whether ``by`` was the first to claim something that one process of a host does for all.

    Args:
        database: What they share.
        name: The host, a slash, and what is claimed; an earlier claim of the host is forgotten for it.
        by: Names the process.
        service: The key of the service.
        now_ms: The Unix time in milliseconds.

    Raises:
        StorageError: The database cannot be used now.
    """
    kept, slot = _CLAIMS.of(service), crc32(name.partition("/")[0].encode()) % _SLOTS
    with database.write() as connection:
        kept.add(connection, [{"slot": slot, "name": name, "by": by}], now_ms=now_ms)
    with database.read() as connection:  # of two who add, a transaction of its own sees who was first
        found = [one for one in kept.load(connection, now_ms=now_ms) if one["slot"] == slot]
    is_first = any(one["name"] == name and one["by"] == by for one in found)
    if is_first:
        with database.write() as connection:
            for one in found:
                if one["name"] != name:
                    kept.remove(connection, one)
    return is_first
