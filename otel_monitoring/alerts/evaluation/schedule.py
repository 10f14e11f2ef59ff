"""When groups of rules are evaluated: on a grid that spreads groups out and survives restarts (S2.1)."""

from __future__ import annotations

import hashlib


class Schedule:
    """The grid of one group: ``t = k * interval + offset``.

    Args:
        interval_ms: Time between two evaluations.
        offset_ms: Where in the interval the grid lies, from 0 to below ``interval_ms``.
    """

    def __init__(self, *, interval_ms: int, offset_ms: int) -> None:
        self._interval_ms = interval_ms
        self._offset_ms = offset_ms
        self._last_ms: int | None = None
        self.missed = 0

    def due(self, now_ms: int) -> int | None:
        """Return the newest time of the grid that has come since the last call; ``None`` if none has.

        The first call only takes its place in the grid. Times that passed unseen are counted in ``missed``
        and left out, never made up for (S2.2).
        """
        slot_ms = self._slot(now_ms)
        last_ms, self._last_ms = self._last_ms, slot_ms
        if last_ms is None or slot_ms <= last_ms:
            self._last_ms = max(slot_ms, last_ms or slot_ms)
            return None
        self.missed += (slot_ms - last_ms) // self._interval_ms - 1
        return slot_ms

    def next_ms(self, now_ms: int) -> int:
        """Return the first time of the grid after ``now_ms``."""
        return self._slot(now_ms) + self._interval_ms

    def anchor(self, now_ms: int) -> None:
        """Take a new place in the grid, after the wall clock was set."""
        self._last_ms = self._slot(now_ms)

    def skip(self, until_ms: int) -> None:
        """Leave out times of the grid up to a time."""
        if self._last_ms is not None:
            self._last_ms = max(self._last_ms, self._slot(until_ms))

    def _slot(self, now_ms: int) -> int:
        return (now_ms - self._offset_ms) // self._interval_ms * self._interval_ms + self._offset_ms


def offset_ms(*, source: str, name: str, interval_ms: int) -> int:
    """Return the fixed offset of a group: the same in every process, different from group to group."""
    digest = hashlib.blake2b(f"{source}\x00{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % interval_ms
