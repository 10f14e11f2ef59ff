"""Read some series of stored windows; what was decoded is remembered, since dashboards ask again.

This module needs numpy and SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import select

from otel_monitoring.storage.blocks import times as times_of
from otel_monitoring.storage.blocks.block import Block
from otel_monitoring.storage.blocks.errors import DamagedError
from otel_monitoring.storage.blocks.stitch import Stored, stitched
from otel_monitoring.storage.history.cache import Cache
from otel_monitoring.storage.history.spans import RAW, Span
from otel_monitoring.storage.tables import BLOCKS, WINDOWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from sqlalchemy import Connection

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples of some series over some time.

    Attributes:
        tier_ms: ``RAW``, or by what they are summed up.
        times_ms: Unix milliseconds, strictly increasing, shape (t,).
        columns: ``value`` of raw samples, or columns of a tier, each of shape (n, t).
    """

    tier_ms: int
    times_ms: NDArray[np.int64]
    columns: dict[str, NDArray[np.float64]]

    def between(self, start_ms: int, end_ms: int) -> Stretch:
        """Return the samples with ``start_ms < time <= end_ms``."""
        if len(self.times_ms) and start_ms < self.times_ms[0] and self.times_ms[-1] <= end_ms:
            return self
        low, high = np.searchsorted(self.times_ms, [start_ms, end_ms], side="right")
        columns = {name: values[:, low:high] for name, values in self.columns.items()}
        return Stretch(self.tier_ms, self.times_ms[low:high], columns)


class WindowReader:
    """Read windows; thread-safe.

    Args:
        most_bytes: What it may remember.
    """

    def __init__(self, *, most_bytes: int) -> None:
        self._cache = Cache(most_bytes)
        self.damaged = 0

    def after_fork(self) -> None:
        """Begin anew in a child process."""
        self._cache.clear()

    @property
    def size_bytes(self) -> int:
        """What it remembers."""
        return self._cache.size_bytes

    def read(
        self,
        connection: Connection,
        spans: Sequence[Span],
        *,
        series: NDArray[np.int64],
        columns: Sequence[str],
        database: str,
    ) -> list[Stretch]:
        """Return some series of some windows of one source and one tier, in the same order.

        Args:
            connection: Any connection.
            spans: The windows.
            series: The numbers of the series, ascending, shape (n,).
            columns: Those of the tier that are wanted; of raw windows it is always ``value``.
            database: What tells this database from another.

        Returns:
            A stretch for each window; what is damaged is left out and counted.
        """
        wanted = ("value",) if spans and spans[0].tier_ms == RAW else tuple(columns)
        keys = {span: (database, span, wanted, series.tobytes()) for span in spans}
        found = {span: self._cache.get(key) for span, key in keys.items()}
        missing = [span for span, stretch in found.items() if stretch is None]
        for at in range(0, len(missing), _AT_ONCE):
            for span, held in _fetched(connection, missing[at : at + _AT_ONCE], series):
                stretch = self._decoded(span, held, series, wanted)
                found[span] = stretch
                if stretch is not None:
                    size_bytes = sum(one.nbytes for one in stretch.columns.values()) + stretch.times_ms.nbytes
                    self._cache.put(keys[span], stretch, size_bytes)
        return [stretch for stretch in found.values() if stretch is not None]

    def _decoded(
        self, span: Span, held: tuple[bytes, list[bytes]], series: NDArray[np.int64], columns: Sequence[str]
    ) -> Stretch | None:
        times, blocks = held
        try:
            window = Stored(times_of.decode(times), [Block(data) for data in blocks])
            read = {name: stitched([window], series.tolist(), name) for name in columns}
        except DamagedError:
            self.damaged += 1
            return None
        return Stretch(span.tier_ms, window.times_ms, read)


def _fetched(
    connection: Connection, spans: Sequence[Span], series: NDArray[np.int64]
) -> Iterable[tuple[Span, tuple[bytes, list[bytes]]]]:
    """Return times and blocks of windows; of the blocks those that hold a series that is wanted."""
    starts = [span.start_ms for span in spans]
    times = {row.start_ms: row.times for row in _rows(connection, WINDOWS, spans[0], starts)}
    near = []
    if len(series):
        near = [BLOCKS.c.first <= int(series[-1]), BLOCKS.c.last >= int(series[0])]
    blocks: dict[int, list[bytes]] = {start_ms: [] for start_ms in starts}
    shape = (BLOCKS.c.start_ms, BLOCKS.c.first, BLOCKS.c.last)
    keys = _rows(connection, BLOCKS, spans[0], starts, near, shape)
    firsts = {row.first for row in keys if _holds(series, row.first, row.last)}
    if firsts:
        near += [BLOCKS.c.first.in_(sorted(firsts))] if len(firsts) < _AT_ONCE else []
        for row in _rows(connection, BLOCKS, spans[0], starts, near):
            if _holds(series, row.first, row.last):
                blocks[row.start_ms].append(row.data)
    return [(span, (times.get(span.start_ms, b""), blocks[span.start_ms])) for span in spans]


def _rows(
    connection: Connection,
    table: Any,
    like: Span,
    starts: Sequence[int],
    conditions: Sequence[Any] = (),
    columns: Sequence[Any] = (),
) -> Sequence[Any]:
    query = select(*(columns or (table,))).where(
        table.c.source == like.source,
        table.c.tier_ms == like.tier_ms,
        table.c.start_ms.in_(starts),
        *conditions,
    )
    return connection.execute(query).all()


def _holds(series: NDArray[np.int64], first: int, last: int) -> bool:
    low, high = np.searchsorted(series, [first, last + 1])
    return bool(low < high)
