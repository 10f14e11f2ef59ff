"""What opens the pages and signs the links where the settings do not say it: the same at every process.

Each process makes its own at its start. Once the storage answers, all take what the first of them wrote down,
so that the token that one worker printed opens the pages of every other, and a link works wherever it leads.
What a process had before goes on being accepted there.
"""

from __future__ import annotations

import secrets
import threading
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.storage.database import Database

_BYTES = 24
_MOST_KNOWN = 4
"""A storage that began anew under processes of different ages may bring a second and a third."""


class Credentials:
    """Texts that nobody can guess, by their name; thread-safe."""

    def __init__(self) -> None:
        self._known: dict[str, list[str]] = {}
        self._identity = ""
        self._begin()

    def _begin(self) -> None:
        self._lock = threading.Lock()

    @property
    def is_shared(self) -> bool:
        """Whether all processes of a storage have agreed."""
        return bool(self._identity)

    def make(self, name: str) -> Callable[[], tuple[str, ...]]:
        """Make one of our own, which holds until the storage knows another.

        Returns:
            What gives everything that is accepted at the moment; the first is the one to give out.
        """
        with self._lock:
            self._known.setdefault(name, [secrets.token_urlsafe(_BYTES)])
        return partial(self._accepted, name)

    def _accepted(self, name: str) -> tuple[str, ...]:
        with self._lock:
            return tuple(self._known[name])

    def share(self, database: Database, *, service: str, now_ms: int) -> None:
        """Agree with the other processes of a service, once for each database.

        Args:
            database: What they share.
            service: The key of the service.
            now_ms: The Unix time in milliseconds.

        Raises:
            StorageError: The database cannot be used now.
        """
        from otel_monitoring.storage.repositories.credentials import agreed

        identity = database.identity
        with self._lock:
            is_known = identity == self._identity
            offered = {name: known[0] for name, known in self._known.items()}
        if is_known or not offered:
            return
        found = agreed(database, offered, service=service, now_ms=now_ms)
        with self._lock:
            self._identity = identity
            for name, value in found.items():
                others = [one for one in self._known[name] if one != value]
                self._known[name] = [value, *others][:_MOST_KNOWN]

    def after_fork(self) -> None:
        """Take a fresh lock in a child process, which goes on with what its parent had."""
        self._begin()
