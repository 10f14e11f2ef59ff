"""A copy of a storage that is in use.

Source: SQLite's online backup, https://www.sqlite.org/backup.html.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from typing import TYPE_CHECKING

from otel_monitoring.storage.engines.place import place_of
from otel_monitoring.storage.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path

_PAGES_AT_ONCE = 2000
_PAUSE_S = 0.02
_BUSY_S = 10.0


def backup(url: str, target: Path) -> int:
    """Copy an SQLite storage while others use it, checked before it gets its name.

    Args:
        url: The storage.
        target: Where to; must not be there yet.

    Returns:
        The size of the copy in bytes.

    Raises:
        StorageError: It is no SQLite file, there is something at the target, or the copy is not sound.
    """
    path = place_of(url).path
    if path is None:
        msg = (
            "a server has a tool of its own for that, which copies one moment while others write: "
            "pg_dump --format=custom --table='otel_monitoring_*' --file=COPY DATABASE; pg_restore reads it"
        )
        raise StorageError(msg)
    if target.exists():
        msg = f"{target} is there already"
        raise StorageError(msg)
    if not path.exists():
        msg = f"{path} is not there"
        raise StorageError(msg)
    partial = target.with_name(f"{target.name}.partial")
    try:
        _copy(path, partial)
        partial.rename(target)
    except (sqlite3.Error, OSError) as error:
        msg = f"{path} cannot be copied to {target}: {error}"
        raise StorageError(msg) from None
    finally:
        partial.unlink(missing_ok=True)
    return target.stat().st_size


def _copy(path: Path, partial: Path) -> None:
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    source = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_BUSY_S)
    with contextlib.closing(source), contextlib.closing(sqlite3.connect(partial)) as target:
        # One moment is copied, however long that takes: without it every write of others begins it anew.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        source.backup(target, pages=_PAGES_AT_ONCE, sleep=_PAUSE_S)
        target.execute("PRAGMA journal_mode=DELETE")
        [found] = target.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        msg = f"the copy is not sound: {found}"
        raise sqlite3.DatabaseError(msg)
