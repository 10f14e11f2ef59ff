"""What a process collects, appended for itself after a restart and for every other process at once.

A collection of any number of series is a handful of rows in one transaction: its values are one column of
bytes against a layout, the list of series in the order of columns, written anew only when series come or go.

This module needs numpy and SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from otel_monitoring.errors import StoreError
from otel_monitoring.storage.documents import digest, pack_series, plain
from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.samples.packing import checksum, pack_numbers, pack_values
from otel_monitoring.storage.samples.polling import series_of
from otel_monitoring.storage.samples.sources import MOST_INSTANCE, introduce
from otel_monitoring.storage.statements import insert_new, put
from otel_monitoring.storage.tables import BATCHES, FAMILIES, LAYOUTS, SERIES, SOURCES
from otel_monitoring.storage.writer import Job

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.model.sample import Batch, Metadata
    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.samples.sources import Run, Source
    from otel_monitoring.storage.writer import Writer

_OVERHEAD_BYTES = 1024
_ENDED_ALLOWED = 1024


@dataclass(frozen=True, slots=True)
class _Packed:
    """One collection on its way."""

    seq: int
    time_ms: int
    labels: tuple[Labels, ...]
    metadata: Sequence[Metadata]
    encoding: int
    data: bytes


@dataclass(frozen=True, slots=True)
class _Saved:
    """What is in the database for certain; ``families`` are those that were written last."""

    identity: str = ""
    source: int = 0
    seq: int = 0
    series: frozenset[int] = frozenset()
    layout: int = 0
    families: Sequence[Metadata] = ()


class SampleLog:
    """Append the collections of one source; called by one thread.

    Args:
        database: Where to.
        writer: Writes in its own time.
        source: Who collects.
    """

    def __init__(self, *, database: Database, writer: Writer, source: Source) -> None:
        self.source = source
        self.writer = writer
        self._database = database
        self._seq = 0
        self._given: Sequence[Labels] = ()
        self._labels: tuple[Labels, ...] = ()
        self._numbers: dict[Labels, int] = {}
        self._newest = self._layout = 0
        self._layout_labels: tuple[Labels, ...] | None = None
        self._saved = _Saved()

    def go_on(self, connection: Connection, run: Run) -> None:
        """Append behind what a process wrote that is gone, its series under the numbers that it gave them.

        Args:
            connection: Reads.
            run: The one of our source.
        """
        layout = select(func.max(LAYOUTS.c.number)).where(LAYOUTS.c.source == run.id)
        newest = select(func.max(SERIES.c.last)).where(SERIES.c.source == run.id)
        try:
            known = series_of(connection, run.id)
        except StorageError:  # they are damaged; whoever reads a series under two numbers takes it for one
            known = {}
        self._seq = run.last_seq
        self._layout = connection.execute(layout).scalar() or 0
        self._newest = connection.execute(newest).scalar() or 0
        self._numbers = {labels: number for number, labels in known.items()}
        self._saved = _Saved(
            self._database.identity, run.id, run.last_seq, series=frozenset(known), layout=self._layout
        )

    def append(self, batch: Batch) -> bool:
        """Hand one collection over to the writer; never waits for the database.

        Args:
            batch: Later than the one before; its ``source`` is not looked at.

        Returns:
            Whether it was taken.

        Raises:
            StoreError: There are not as many values as label sets.
        """
        if len(batch.labels) != len(batch.values):
            msg = f"a batch of {len(batch.labels)} label sets needs as many values, got {len(batch.values)}"
            raise StoreError(msg)
        if batch.labels is not self._given:
            self._given, labels = batch.labels, tuple(batch.labels)
            self._labels = self._labels if labels == self._labels else labels
        self._seq += 1
        encoding, data = pack_values(batch.values)
        packed = _Packed(self._seq, batch.time_ms, self._labels, batch.metadata, encoding, data)
        saved: list[_Saved] = []

        def write(connection: Connection) -> None:
            saved[:] = [self._write(connection, packed)]

        def done(written: bool) -> None:  # noqa: FBT001 - what a job is told
            if written:
                self._saved = saved[0]

        return self.writer.put(Job("samples", write, len(data) + _OVERHEAD_BYTES, done))

    def end(self, *, at_ms: int, reason: str) -> bool:
        """Note that the process ends as planned; ``reason`` is what people read."""

        def write(connection: Connection) -> None:
            ours = SOURCES.c.instance == plain(self.source.instance, MOST_INSTANCE)
            connection.execute(update(SOURCES).where(ours).values(ended_ms=at_ms, exit_reason=plain(reason)))

        return self.writer.put(Job("source", write))

    def _write(self, connection: Connection, packed: _Packed) -> _Saved:
        """Write a collection and what it needs that is not there for certain."""
        saved = self._saved
        if saved.identity != self._database.identity or not _note(connection, saved, packed):
            saved = self._introduce(connection)
            _note(connection, saved, packed)
        layout, series = self._write_layout(connection, saved, packed.labels)
        if packed.metadata is not saved.families and packed.metadata != saved.families:
            put(connection, FAMILIES, [_family_row(saved.source, family) for family in packed.metadata])
        insert_new(connection, BATCHES, [_batch_row(saved.source, layout, packed)])
        families = packed.metadata or saved.families
        return _Saved(saved.identity, saved.source, packed.seq, series, layout, families)

    def _introduce(self, connection: Connection) -> _Saved:
        """Say who we are to a database that does not know: it began anew, or was restored from a copy."""
        return _Saved(self._database.identity, introduce(connection, self.source))

    def _write_layout(
        self, connection: Connection, saved: _Saved, labels: tuple[Labels, ...]
    ) -> tuple[int, frozenset[int]]:
        """Write the order of columns and the series in it where they are not there for certain.

        Returns:
            The number of the layout, and the numbers of all series that are there now.
        """
        if labels is not self._layout_labels:
            self._number(labels)
        if self._layout <= saved.layout:
            return self._layout, saved.series
        numbers = [self._numbers[one] for one in labels]
        pairs = zip(numbers, labels, strict=True)
        new = {number: one for number, one in pairs if number not in saved.series}
        if new:
            insert_new(connection, SERIES, [_series_row(saved.source, self._layout, new)])
        row = {"source": saved.source, "number": self._layout, "series": pack_numbers(numbers)}
        insert_new(connection, LAYOUTS, [row])
        return self._layout, saved.series.union(numbers) if new else saved.series

    def _number(self, labels: tuple[Labels, ...]) -> None:
        """Give new series a number, and forget those that ended where they are many."""
        self._layout, self._layout_labels = self._layout + 1, labels
        if len(self._numbers) > 2 * len(labels) + _ENDED_ALLOWED:
            self._numbers = {one: self._numbers[one] for one in labels if one in self._numbers}
        for one in labels:
            if one not in self._numbers:
                self._newest += 1
                self._numbers[one] = self._newest


def _note(connection: Connection, saved: _Saved, packed: _Packed) -> bool:
    """Note that the source was seen; tell whether the database knows as much of it as we wrote."""
    known = (SOURCES.c.id == saved.source) & (SOURCES.c.last_seq >= saved.seq)
    seen = update(SOURCES).where(known).values(last_seen_ms=packed.time_ms, last_seq=packed.seq)
    return bool(connection.execute(seen).rowcount)


def _batch_row(source: int, layout: int, packed: _Packed) -> dict[str, Any]:
    return {
        "source": source,
        "seq": packed.seq,
        "time_ms": packed.time_ms,
        "layout": layout,
        "encoding": packed.encoding,
        "checksum": checksum(packed.seq, packed.time_ms, layout, packed.encoding, packed.data),
        "data": packed.data,
    }


def _series_row(source: int, layout: int, new: Mapping[int, Labels]) -> dict[str, Any]:
    return {
        "source": source,
        "layout": layout,
        "first": min(new),
        "last": max(new),
        "labels": pack_series(new),
    }


def _family_row(source: int, family: Metadata) -> dict[str, Any]:
    return {
        "source": source,
        "digest": digest(family.name),
        "name": plain(family.name),
        "type": family.type,
        "help": plain(family.help),
        "unit": plain(family.unit),
    }
