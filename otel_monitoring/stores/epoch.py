"""Samples of one source over a span of time with one assignment of series to rows.

Rows are only added. A series that ended keeps its row until the epoch itself passes out of retention; when
most rows have ended, the store begins a new epoch with the living ones alone. So churn leaves no permanent
row, and nothing is ever moved.

Columns of times and slabs of values come in chunks of some slots. A chunk that is too narrow for a new
series is closed and a wider one begun: growing copies nothing either. A slot that was written never changes,
so a reader may keep a view of it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.model.sample import STALE
from otel_monitoring.stores.block import ABSENT
from otel_monitoring.stores.index import Index

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.stores.index import Selection

_VALUE_BYTES = 8
_NARROW = 256
_FEWEST_SLOTS = 4


class Chunk:
    """Some slots of one epoch: a column of times and a slab of values.

    Args:
        slots: How many collections fit.
        width: How many series fit.
        first: The number of the first slot within its epoch.
    """

    __slots__ = ("first", "times_ms", "used", "values", "width")

    def __init__(self, *, slots: int, width: int, first: int) -> None:
        self.times_ms = np.empty(slots, dtype=np.int64)
        self.values = np.empty((slots, width), dtype=np.float64)
        self.width = width
        self.first = first
        self.used = 0

    @property
    def is_full(self) -> bool:
        """Whether there is no free slot."""
        return self.used == len(self.times_ms)

    @property
    def newest_ms(self) -> int:
        """The time of the newest slot."""
        return int(self.times_ms[self.used - 1])

    @property
    def slot_bytes(self) -> int:
        """What one slot in use takes; slots that were never written are not backed by memory."""
        return (self.width + 1) * _VALUE_BYTES


class Epoch:
    """All chunks of one assignment of series to rows.

    Args:
        slots: How many collections one chunk holds.
    """

    def __init__(self, *, slots: int) -> None:
        self.index = Index()
        self.chunks: deque[Chunk] = deque()
        self.live = np.empty(0, dtype=np.intp)
        self._sample_bytes = 0
        self._slots = slots
        self._next = 0
        self._last_hole = np.empty(0, dtype=np.int64)
        self._known: tuple[Sequence[Labels], NDArray[np.intp], NDArray[np.bool_] | None] | None = None

    @property
    def size_bytes(self) -> int:
        """What its samples and its label sets take."""
        return self._sample_bytes + self.index.size_bytes

    def rows(
        self, labels: Sequence[Labels], *, room: int
    ) -> tuple[NDArray[np.intp], NDArray[np.bool_] | None]:
        """Return the row of each label set, adding rows for those that are new.

        Args:
            labels: The label sets of a batch; the same object as last time costs nothing.
            room: How many series may be added.

        Returns:
            The rows, and a mask of the label sets that got one, or None where all did.
        """
        if self._known is not None and self._known[0] is labels:
            return self._known[1], self._known[2]
        found = list(map(self.index.row_of.get, labels))
        for at, row in enumerate(found):
            if row is None and room > 0:
                found[at] = self._add(labels[at])
                room -= 1
        rows = np.array([row for row in found if row is not None], dtype=np.intp)
        kept = None if len(rows) == len(found) else np.array([row is not None for row in found])
        if kept is None:
            self._known = (labels, rows, kept)
        return rows, kept

    def _add(self, labels: Labels) -> int:
        row = self.index.row_of.get(labels)
        if row is None:
            row = self.index.add(labels)
        return row

    def append(self, *, time_ms: int, rows: NDArray[np.intp], values: NDArray[np.float64]) -> int:
        """Write one slot.

        Series that were in the slot before and are not in this one get a staleness marker. Where there is
        nothing to write, there is no slot.

        Returns:
            The number of staleness markers.
        """
        if not len(rows) and not len(self.live):
            return 0
        chunk = self._chunk()
        slot = chunk.values[chunk.used]
        slot.fill(ABSENT)
        if rows is not self.live:
            slot[self.live] = STALE
        slot[rows] = values
        self._note_holes(slot, rows=rows)
        chunk.times_ms[chunk.used] = time_ms
        chunk.used += 1
        self._sample_bytes += chunk.slot_bytes
        ended = 0
        if rows is not self.live:
            ended = len(np.setdiff1d(self.live, rows, assume_unique=True))
            self.live = rows
        self._next += 1
        return ended

    def append_many(self, *, times_ms: NDArray[np.int64], values: NDArray[np.float64]) -> None:
        """Write some slots of the series that were in the slot before.

        Args:
            times_ms: Later than all before, ascending, shape (n,).
            values: A row for each time, the series in the order of ``live``, shape (n, series).
        """
        at = 0
        while at < len(times_ms):
            chunk = self._chunk()
            many = min(len(times_ms) - at, len(chunk.times_ms) - chunk.used)
            slots = chunk.values[chunk.used : chunk.used + many]
            slots.fill(ABSENT)
            slots[:, self.live] = values[at : at + many]
            chunk.times_ms[chunk.used : chunk.used + many] = times_ms[at : at + many]
            self._note_many_holes(slots)
            chunk.used += many
            self._sample_bytes += many * chunk.slot_bytes
            self._next += many
            at += many

    def _note_many_holes(self, slots: NDArray[np.float64]) -> None:
        holes = np.isnan(slots[:, : len(self.index)])
        some = holes.any(axis=0)
        if some.any():
            last = self._next + len(slots) - 1 - holes[::-1].argmax(axis=0)
            self._last_hole = np.where(some, last, self._last_hole)

    def _chunk(self) -> Chunk:
        width = len(self.index)
        last = self.chunks[-1] if self.chunks else None
        if last is None or last.is_full or last.width < width:
            wide = width + 1 + (width // 8 if width < _NARROW else width // 128)
            # Where series come so fast that chunks close early, the next one begins with fewer slots.
            slots = self._slots if last is None or last.is_full else max(2 * last.used, _FEWEST_SLOTS)
            self.chunks.append(Chunk(slots=min(slots, self._slots), width=wide, first=self._next))
        return self.chunks[-1]

    def _note_holes(self, slot: NDArray[np.float64], *, rows: NDArray[np.intp]) -> None:
        count, known = len(self.index), len(self._last_hole)
        if known < count:
            before = np.full(count - known, self._next - 1, dtype=np.int64)
            self._last_hole = np.concatenate([self._last_hole, before])
        if len(rows) < count or np.isnan(slot[:count]).any():
            self._last_hole = np.where(np.isnan(slot[:count]), self._next, self._last_hole)

    def read(
        self, selection: Selection, *, start_ms: int, end_ms: int
    ) -> tuple[list[NDArray[np.int64]], list[tuple[NDArray[np.float64], int]], bool]:
        """Return views of the slots with ``start_ms < time <= end_ms``.

        Returns:
            The times and the slabs, chunk by chunk, each slab with the number of rows that it can hold;
            and whether the rows selected have a sample in every slot.
        """
        times: list[NDArray[np.int64]] = []
        slabs: list[tuple[NDArray[np.float64], int]] = []
        first = self._next
        for chunk in self.chunks:
            if not chunk.used or chunk.newest_ms <= start_ms:
                continue
            if chunk.times_ms[0] > end_ms:
                break
            column = chunk.times_ms[: chunk.used]
            low, high = column.searchsorted(start_ms, "right"), column.searchsorted(end_ms, "right")
            if low < high:
                times.append(column[low:high])
                slabs.append((chunk.values[low:high], chunk.width))
                first = min(first, chunk.first + int(low))
        whole = bool((self._last_hole[selection.rows] < first).all())
        return times, slabs, whole

    def shift(self, by_ms: int) -> None:
        """Move all times; views of the old ones stay as they are."""
        for chunk in self.chunks:
            chunk.times_ms = chunk.times_ms + by_ms

    def trim(self, before_ms: int) -> int:
        """Forget chunks whose newest slot is older than ``before_ms``; return how many."""
        dropped = 0
        while self.chunks and self.chunks[0].used and self.chunks[0].newest_ms < before_ms:
            self.drop_oldest()
            dropped += 1
        return dropped

    def drop_oldest(self) -> None:
        """Forget the oldest chunk."""
        chunk = self.chunks.popleft()
        self._sample_bytes -= chunk.used * chunk.slot_bytes


def gather(
    slabs: list[tuple[NDArray[np.float64], int]], rows: NDArray[np.intp], *, many: int
) -> NDArray[np.float64]:
    """Return the columns ``rows`` of all slabs, one under the other.

    Rows that came after a chunk was closed are absent there.

    Args:
        slabs: What :meth:`Epoch.read` gave.
        rows: Row numbers, ascending, shape (n,).
        many: The number of slots in all slabs together.
    """
    count = len(rows)
    if count and len(slabs) == 1 and int(rows[-1]) - int(rows[0]) == count - 1:
        slab, width = slabs[0]
        if int(rows[-1]) < width:
            return slab[:, int(rows[0]) : int(rows[-1]) + 1]
    out = np.empty((many, count), dtype=np.float64)
    at = 0
    for slab, width in slabs:
        fits = count if not count or rows[-1] < width else int(np.searchsorted(rows, width))
        part = out[at : at + len(slab)]
        np.take(slab, rows[:fits], axis=1, out=part[:, :fits], mode="clip")
        part[:, fits:] = ABSENT
        at += len(slab)
    return out
