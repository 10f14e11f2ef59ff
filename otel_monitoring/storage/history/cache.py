"""What was read of the storage and will be read again, bounded in bytes; thread-safe."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Hashable

_ENTRY_BYTES = 200


class Cache:
    """Keep what was used last.

    Args:
        most_bytes: What everything in it may take together.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self.clear()

    def clear(self) -> None:
        """Forget everything, with a lock of its own: for a child process."""
        self._lock = threading.Lock()
        self._known: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self.size_bytes = 0

    def get(self, key: Hashable) -> Any:
        """Return what is kept under a key, ``None`` where there is nothing."""
        with self._lock:
            known = self._known.get(key)
            if known is None:
                return None
            self._known.move_to_end(key)
            return known[0]

    def put(self, key: Hashable, value: Any, size_bytes: int) -> None:
        """Keep a value, unless it is larger than everything together may be."""
        size_bytes += _ENTRY_BYTES
        if size_bytes > self._most_bytes:
            return
        with self._lock:
            before = self._known.pop(key, None)
            self.size_bytes += size_bytes - (before[1] if before else 0)
            self._known[key] = (value, size_bytes)
            while self.size_bytes > self._most_bytes:
                _, (_, gone_bytes) = self._known.popitem(last=False)
                self.size_bytes -= gone_bytes
