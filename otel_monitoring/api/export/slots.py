"""How many exports go on at a time: each holds a thread, and reads a lot."""

from __future__ import annotations

import threading


class Slots:
    """Let so many go on at a time.

    Args:
        most: How many.
    """

    def __init__(self, most: int) -> None:
        self._free = threading.BoundedSemaphore(most)

    def take(self) -> Slot | None:
        """Return a place; ``None`` where all are taken."""
        return Slot(self._free) if self._free.acquire(blocking=False) else None


class Slot:
    """One place, given back once: by whoever holds it, or when nobody does any more.

    An answer that is broken off is not told so; what it held goes with it.
    """

    def __init__(self, free: threading.BoundedSemaphore) -> None:
        self._free: threading.BoundedSemaphore | None = free

    def release(self) -> None:
        """Give the place back; harmless when it was."""
        free, self._free = self._free, None
        if free is not None:
            free.release()

    def __del__(self) -> None:
        """Give the place back where nobody did."""
        self.release()
