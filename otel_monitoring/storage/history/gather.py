"""Collections of one source put together: which series, which times, one matrix of values.

A series that is missing from a collection after it was there gets a staleness marker at that time, as the
store in memory gives it, so that what is read back says the same.

This module needs numpy and SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import bindparam, select

from otel_monitoring.model.sample import STALE
from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.samples.packing import checksum, unpack_numbers, unpack_values
from otel_monitoring.storage.tables import BATCHES, LAYOUTS
from otel_monitoring.stores.block import ABSENT, is_absent, is_hole

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from numpy.typing import NDArray
    from sqlalchemy import Connection, Row

    Numbers = NDArray[np.int64]


_ROWS = (
    select(BATCHES)
    .where(BATCHES.c.source == bindparam("of"))
    .where(BATCHES.c.time_ms > bindparam("since_ms"), BATCHES.c.time_ms <= bindparam("until_ms"))
    .order_by(BATCHES.c.seq)
)


@dataclass(frozen=True, slots=True)
class Gathered:
    """Samples of one source.

    Attributes:
        series: The numbers of its series, ascending, shape (n,).
        times_ms: Unix times in milliseconds, strictly increasing, shape (t,).
        values: The samples, shape (n, t); ABSENT where there is none.
    """

    series: NDArray[np.int64]
    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]

    @classmethod
    def nothing(cls) -> Gathered:
        """Return no samples."""
        return cls(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 0)))


class Collections:
    """Read collections of one source from their rows; what is damaged is left out and counted.

    Args:
        connection: Reads layouts.
        source: The number of the source in this database.
    """

    def __init__(self, connection: Connection, source: int) -> None:
        self.damaged = 0
        self._connection = connection
        self._source = source
        self._layouts: dict[int, Numbers] = {}

    def rows(self, *, start_ms: int, end_ms: int) -> Sequence[Row[Any]]:
        """Return the rows with ``start_ms < time <= end_ms`` in the order in which they were appended."""
        asked = {"of": self._source, "since_ms": start_ms, "until_ms": end_ms}
        return self._connection.execute(_ROWS, asked).all()

    def gather(self, rows: Iterable[Row[Any]], *, series: Collection[int] | None = None) -> Gathered:
        """Put the collections of some rows together.

        Args:
            rows: Of ``batches``; of two at one time the first counts.
            series: The numbers of the series that are wanted; ``None`` for all.
        """
        read: dict[int, tuple[Numbers, NDArray[np.float64]]] = {}
        for row in rows:
            try:
                values = _values(row, layout := self._layout(row.layout))
            except StorageError:
                self.damaged += 1
            else:
                read.setdefault(row.time_ms, (layout, values))
        return _put_together(read, series)

    def _layout(self, number: int) -> Numbers:
        known = self._layouts.get(number)
        if known is None:
            ours = (LAYOUTS.c.source == self._source) & (LAYOUTS.c.number == number)
            packed = self._connection.execute(select(LAYOUTS.c.series).where(ours)).scalar()
            if packed is None:
                msg = f"layout {number} is gone"
                raise StorageError(msg)
            known = self._layouts[number] = np.array(unpack_numbers(packed), dtype=np.int64)
        return known


def united(parts: Sequence[Gathered]) -> Gathered:
    """Return samples of one source from several places as one; of two at one time the first counts."""
    there = [part for part in parts if len(part.times_ms)]
    if len(there) <= 1:
        return there[0] if there else Gathered.nothing()
    series = np.unique(np.concatenate([part.series for part in there]))
    times_ms = np.unique(np.concatenate([part.times_ms for part in there]))
    values = np.full((len(series), len(times_ms)), ABSENT)
    for part in reversed(there):
        at = np.searchsorted(times_ms, part.times_ms)
        values[:, at] = ABSENT
        values[np.searchsorted(series, part.series)[:, None], at] = part.values
    return Gathered(series, times_ms, values)


def marked(found: Gathered, *, living: Collection[int] = ()) -> Gathered:
    """Return the samples with a staleness marker wherever a series is missing after it was there.

    Args:
        found: The samples.
        living: The series that were there right before the first time.
    """
    if not len(found.times_ms) or not (living or np.isnan(found.values).any()):
        return found
    missing = np.array(sorted(set(living).difference(found.series.tolist())), dtype=np.int64)
    series = np.union1d(found.series, missing)
    values = np.full((len(series), len(found.times_ms)), ABSENT)
    values[np.searchsorted(series, found.series)] = found.values
    before = np.zeros(len(series), dtype=bool)
    before[np.searchsorted(series, np.array(sorted(living), dtype=np.int64))] = True
    there = np.hstack([before[:, None], ~is_hole(values)[:, :-1]])
    values[there & is_absent(values)] = STALE
    return Gathered(series, found.times_ms, values)


def _values(row: Row[Any], layout: Numbers) -> NDArray[np.float64]:
    numbers = (row.seq, row.time_ms, row.layout, row.encoding)
    if not all(isinstance(one, int) for one in numbers) or not isinstance(row.data, bytes):
        msg = "a collection is not what was written"
        raise StorageError(msg)
    if checksum(row.seq, row.time_ms, row.layout, row.encoding, row.data) != row.checksum:
        msg = f"the values of collection {row.seq} are damaged"
        raise StorageError(msg)
    return unpack_values(row.encoding, row.data, count=len(layout))


def _put_together(
    read: dict[int, tuple[Numbers, NDArray[np.float64]]], wanted: Collection[int] | None
) -> Gathered:
    if not read:
        return Gathered.nothing()
    times = sorted(read)
    layouts = {id(layout): layout for layout, _ in read.values()}
    series = np.unique(np.concatenate(list(layouts.values())))
    if wanted is not None:
        series = np.intersect1d(series, np.array(sorted(wanted), dtype=np.int64))
    values = np.full((len(times), len(series)), ABSENT)
    places = {key: _places(series, layout) for key, layout in layouts.items()}
    for at, time_ms in enumerate(times):
        layout, column = read[time_ms]
        to, where = places[id(layout)]
        values[at, to] = column[where]
    return Gathered(series, np.array(times, dtype=np.int64), np.ascontiguousarray(values.T))


def _places(series: Numbers, layout: Numbers) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where the series of a layout go, and where they are in it."""
    where = np.flatnonzero(np.isin(layout, series))
    return np.searchsorted(series, layout[where]), where
