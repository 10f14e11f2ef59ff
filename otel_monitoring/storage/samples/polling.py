"""What others appended, read in the order in which each of them wrote it.

Every source counts its collections; a reader remembers how far it has read of each. A count of the database
as a whole would not do: of two transactions the later number may be seen first, and the other never.

This module needs numpy and SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import select

from otel_monitoring.model.sample import Batch, Metadata
from otel_monitoring.storage.documents import unpack_series
from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.samples.packing import checksum, unpack_numbers, unpack_values
from otel_monitoring.storage.samples.sources import runs
from otel_monitoring.storage.tables import BATCHES, FAMILIES, LAYOUTS, SERIES

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Connection, Row

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.samples.sources import Run

_LAYOUTS_KEPT = 4
_MOST_BATCHES = 2000
_FOREVER_MS = 1 << 60


class Replay(Protocol):
    """Gives what is not in the table of collections any more."""

    def __call__(
        self,
        connection: Connection,
        run: Run,
        *,
        after_ms: int,
        before_ms: int,
        known: dict[int, Labels],
    ) -> list[Batch]:
        """Return the next ones with ``after_ms < time < before_ms``, nothing where there is no more.

        The label sets of some series are ``known`` by their numbers; those that are read come to them.
        """
        ...


class _Followed:
    """One source as far as it was read."""

    __slots__ = ("families", "id", "labels", "layouts", "newest_ms", "seq")

    def __init__(self, seq: int) -> None:
        self.seq = seq
        self.newest_ms = -1
        self.forget(0)

    def forget(self, number: int) -> None:
        """Know nothing but how far it was read, since the database began anew with another number for it."""
        self.id = number
        self.labels: dict[int, Labels] = {}
        self.layouts: OrderedDict[int, tuple[Labels, ...]] = OrderedDict()
        self.families: Sequence[Metadata] = ()


class SampleReader:
    """Read what was appended since the last look; called by one thread.

    Args:
        database: Where from.
        service: The key of the service that is followed; ``None`` for all services.
        own: Instance ids that are left out: what this process collects itself.
        since_ms: From which time on the first look reads, Unix milliseconds; sources that were not seen since
            are not followed.
        replay: Asked for collections that are missing in the table, since they were made blocks of.
    """

    def __init__(
        self,
        *,
        database: Database,
        service: str | None = None,
        own: Collection[str] = (),
        since_ms: int = 0,
        replay: Replay | None = None,
    ) -> None:
        self._database = database
        self._replay = replay
        self.service = service
        self._own = frozenset(own)
        self.since_ms = since_ms
        self.after_fork()

    def after_fork(self) -> None:
        """Begin anew in a child process, from ``since_ms`` on."""
        self._followed: dict[str, _Followed] = {}
        self._identity = ""
        self._counts = dict.fromkeys(("batches", "damaged"), 0)

    def poll(self, *, most: int = _MOST_BATCHES) -> list[Batch]:
        """Return the collections of others since the last look, those of one source oldest first.

        Args:
            most: The most collections of one source; the rest comes with the next look.

        Returns:
            Batches whose ``source`` is the instance id; the same label sets in the same order are the same
            object. What is damaged is left out and counted.

        Raises:
            StorageError: The database cannot be used now.
        """
        found: list[Batch] = []
        with self._database.read() as connection:
            self._notice_new_database()
            known = runs(connection, service=self.service, seen_since_ms=self.since_ms)
            for run in known:
                if self._own.isdisjoint((run.source.instance, run.source.written_by)):
                    found += self._read(connection, run, most)
        there = {run.source.instance for run in known}
        self._followed = {name: one for name, one in self._followed.items() if name in there}
        self._counts["batches"] += len(found)
        return found

    def stats(self) -> dict[str, int]:
        """Return how many collections were read, and how many of them were damaged."""
        return {**self._counts, "sources": len(self._followed)}

    def _notice_new_database(self) -> None:
        if self._identity != self._database.identity:
            self._identity = self._database.identity
            for followed in self._followed.values():
                followed.forget(0)

    def _read(self, connection: Connection, run: Run, most: int) -> list[Batch]:
        followed = self._followed.setdefault(run.source.instance, _Followed(0))
        if run.last_seq <= followed.seq:
            if run.ended_ms is not None:
                followed.forget(run.id)  # nothing comes after the end
            return []
        followed.id = run.id
        query = (
            select(BATCHES)
            .where(BATCHES.c.source == run.id, BATCHES.c.seq > followed.seq)
            .where(BATCHES.c.time_ms >= self.since_ms)
            .order_by(BATCHES.c.seq)
            .limit(most)
        )
        rows = connection.execute(query).all()
        missed = self._missed(connection, followed, run, rows, most)
        if missed:
            followed.newest_ms = missed[-1].time_ms
        if len(missed) >= most:  # there may be more before the rows
            return missed
        if rows and rows[-1].layout not in followed.layouts:  # a new metric brings a new layout
            followed.families = families_of(connection, run.id)
        followed.seq = rows[-1].seq if rows else run.last_seq
        followed.newest_ms = max([followed.newest_ms, *(row.time_ms for row in rows[-1:])])
        batches = [self._batch(connection, followed, run, row) for row in rows]
        return [*missed, *(batch for batch in batches if batch is not None)]

    def _missed(
        self, connection: Connection, followed: _Followed, run: Run, rows: Sequence[Row[Any]], most: int
    ) -> list[Batch]:
        """Return collections before the first row that came since the last look and are in blocks by now.

        The rows were read before: what becomes a block in between is in both, and not lost.
        """
        if self._replay is None or (rows and rows[0].seq == followed.seq + 1):
            return []
        before_ms = rows[0].time_ms if rows else _FOREVER_MS
        after_ms = max(followed.newest_ms, self.since_ms - 1)
        found: list[Batch] = []
        while len(found) < most:
            within = {"after_ms": after_ms, "before_ms": before_ms}
            window = self._replay(connection, run, known=followed.labels, **within)
            if not window:
                break
            found += window
            after_ms = window[-1].time_ms
        return found

    def _batch(self, connection: Connection, followed: _Followed, run: Run, row: Row[Any]) -> Batch | None:
        try:
            _check(row)
            labels = self._layout(connection, followed, row.layout)
            values = unpack_values(row.encoding, row.data, count=len(labels))
        except StorageError:
            self._counts["damaged"] += 1
            return None
        return Batch(run.source.instance, row.time_ms, labels, values, followed.families)

    def _layout(self, connection: Connection, followed: _Followed, number: int) -> tuple[Labels, ...]:
        known = followed.layouts.get(number)
        if known is not None:
            return known
        ours = (LAYOUTS.c.source == followed.id) & (LAYOUTS.c.number == number)
        packed = connection.execute(select(LAYOUTS.c.series).where(ours)).scalar()
        if packed is None:
            msg = f"layout {number} is gone"
            raise StorageError(msg)
        numbers = unpack_numbers(packed)
        missing = set(numbers).difference(followed.labels)
        if missing:
            followed.labels.update(series_of(connection, followed.id, wanted=missing))
        try:
            labels = tuple([followed.labels[one] for one in numbers])
        except KeyError as error:
            msg = f"series {error} is gone"
            raise StorageError(msg) from None
        followed.layouts[number] = labels
        if len(followed.layouts) > _LAYOUTS_KEPT:
            followed.layouts.popitem(last=False)
            followed.labels = {one: followed.labels[one] for one in numbers}
        return labels


def series_of(
    connection: Connection, source: int, *, wanted: Collection[int] | None = None
) -> dict[int, Labels]:
    """Return the label sets of a source's series by their numbers.

    Args:
        connection: Any connection.
        source: The number of the source in this database.
        wanted: The numbers that are asked for; ``None`` for all. What is gone is left out.

    Raises:
        StorageError: They are damaged, or the database cannot be used now.
    """
    query = select(SERIES.c.labels).where(SERIES.c.source == source).order_by(SERIES.c.layout)
    if wanted is not None:
        query = query.where(SERIES.c.first <= max(wanted), SERIES.c.last >= min(wanted))
    found: dict[int, Labels] = {}
    for packed in connection.scalars(query):
        found.update(unpack_series(packed))
    return found if wanted is None else {number: found[number] for number in wanted if number in found}


def _check(row: Row[Any]) -> None:
    numbers = (row.seq, row.time_ms, row.layout, row.encoding)
    if not all(isinstance(one, int) for one in numbers) or not isinstance(row.data, bytes):
        msg = "a collection is not what was written"  # SQLite reads the type of a value from the file
        raise StorageError(msg)
    if checksum(row.seq, row.time_ms, row.layout, row.encoding, row.data) != row.checksum:
        msg = f"the values of collection {row.seq} are damaged"
        raise StorageError(msg)


def families_of(connection: Connection, source: int) -> tuple[Metadata, ...]:
    """Return what is known of the metrics of a source."""
    query = select(FAMILIES).where(FAMILIES.c.source == source).order_by(FAMILIES.c.name)
    return tuple(Metadata(row.name, row.type, row.help, row.unit) for row in connection.execute(query))
