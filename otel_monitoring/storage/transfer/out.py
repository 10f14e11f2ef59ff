"""Samples of a storage, series by series, metric by metric; as much memory for months as for hours.

A metric is read in slices of time that hold so many samples at most; its series are put together of those.

This module needs numpy and SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from otel_monitoring.model.labels import NAME
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.storage.history.store import HistoryStore
from otel_monitoring.storage.samples.polling import families_of, series_of
from otel_monitoring.storage.samples.sources import runs
from otel_monitoring.storage.tables import BATCHES, WINDOWS
from otel_monitoring.storage.transfer.pieces import Pieces
from otel_monitoring.storage.transfer.points import Points
from otel_monitoring.stores.block import is_absent
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.stores.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.model.sample import Metadata
    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.samples.sources import Run
    from otel_monitoring.stores.block import Block

_NEVER_MS: Final = 1 << 60
_SAMPLES_AT_ONCE: Final = 1_000_000
_SHORTEST_MS: Final = 60_000
_OVERLAP_MS: Final = 600_000
"""So that a series that ended between two slices has its marker in the later one."""


class Samples:
    """Read what a storage holds.

    Args:
        database: The storage, open.
        start_ms: Unix milliseconds, exclusive.
        end_ms: Unix milliseconds, inclusive.
        matchers: Which series.
        service: The key of the service whose samples they are; ``None`` for all services.
        samples_at_once: How many samples are read at a time.
        history: What reads memory and this storage as one, which spares reading again what is in memory;
            ``None`` reads the storage alone.
    """

    def __init__(
        self,
        database: Database,
        *,
        start_ms: int,
        end_ms: int,
        matchers: Sequence[Matcher] = (),
        service: str | None = None,
        samples_at_once: int = _SAMPLES_AT_ONCE,
        history: HistoryStore | None = None,
    ) -> None:
        self._database = database
        self._start_ms, self._end_ms = start_ms, end_ms
        self._matchers = tuple(matchers)
        self._samples_at_once = samples_at_once
        self._service = service
        self._history = history or HistoryStore(
            memory=SeriesStore(), database=database, since_ms=lambda: _NEVER_MS, service=service
        )
        self._notes: dict[str, None] = {}

    @property
    def notes(self) -> list[str]:
        """What people should know of the samples that were read, such as that they are summed up."""
        return list(self._notes)

    def metadata(self) -> dict[str, Metadata]:
        """Return what is known of each metric, by name.

        Raises:
            StorageError: The database cannot be used now.
        """
        with self._database.read() as connection:
            return {
                one.name: one for run in self._runs(connection) for one in families_of(connection, run.id)
            }

    def names(self) -> list[str]:
        """Return the names of metrics, sorted.

        Raises:
            StorageError: The database cannot be used now.
        """
        return sorted({labels.get(NAME) for labels in self._label_sets()})

    def label_names(self) -> list[str]:
        """Return the names of labels, sorted; that of the metric is not among them.

        Raises:
            StorageError: The database cannot be used now.
        """
        return sorted({name for labels in self._label_sets() for name, _ in labels} - {NAME})

    def of(self, name: str) -> Iterator[Points]:
        """Yield the series of a metric, each once and whole.

        Raises:
            StorageError: The database cannot be used now.
        """
        wanted = (*self._matchers, Matcher(NAME, "=", name))
        with Pieces() as pieces:
            for start_ms, blocks in self._slices(wanted):
                for block in blocks:
                    for points in _series(block, start_ms):
                        pieces.add(points)
            yield from pieces

    def __iter__(self) -> Iterator[Points]:
        """Yield every series, metric by metric."""
        for name in self.names():
            yield from self.of(name)

    def _runs(self, connection: Connection) -> list[Run]:
        return runs(connection, service=self._service, seen_since_ms=self._start_ms)

    def _label_sets(self) -> Iterator[Labels]:
        tests = [(one.name, one.test()) for one in self._matchers]
        with self._database.read() as connection:
            for run in self._runs(connection):
                for labels in series_of(connection, run.id).values():
                    if all(test(labels.get(name)) for name, test in tests):
                        yield labels

    def _slices(self, matchers: Sequence[Matcher]) -> Iterator[tuple[int, list[Block]]]:
        """Yield the samples of stretches of time, each with the time after which it begins."""
        start_ms, end_ms = self._bounds()
        length_ms = max(end_ms - start_ms, 1)
        while start_ms < end_ms:
            until_ms = min(end_ms, start_ms + length_ms)
            room = _Room(self._samples_at_once if length_ms > _SHORTEST_MS else _NEVER_MS)
            wanted = Wanted(
                matchers, start_ms - _OVERLAP_MS, until_ms, reserve=room.take, note=self._notes.setdefault
            )
            try:
                blocks = self._history.read(wanted)
            except _TooManyError:
                length_ms //= 2
                continue
            yield start_ms, blocks
            start_ms = until_ms
            if room.is_mostly_free:
                length_ms *= 2

    def _bounds(self) -> tuple[int, int]:
        """Return the part of the time asked for in which there is something."""
        with self._database.read() as connection:
            firsts = [
                connection.scalar(select(func.min(column)))
                for column in (WINDOWS.c.start_ms, BATCHES.c.time_ms)
            ]
            lasts = [
                connection.scalar(select(func.max(column)))
                for column in (WINDOWS.c.end_ms, BATCHES.c.time_ms)
            ]
        first_ms = min((one for one in firsts if one is not None), default=0) - 1
        last_ms = max((one for one in lasts if one is not None), default=0)
        return max(self._start_ms, first_ms), min(self._end_ms, last_ms)


class _TooManyError(Exception):
    """A slice holds too many samples."""


class _Room:
    """How many samples a slice may hold."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0

    def take(self, samples: int) -> None:
        self._taken += samples
        if self._taken > self._most:
            raise _TooManyError

    @property
    def is_mostly_free(self) -> bool:
        return self._taken * 4 < self._most


def _series(block: Block, start_ms: int) -> Iterator[Points]:
    later = block.times_ms > start_ms
    for column, labels in enumerate(block.labels):
        values = block.values[:, column]
        there = ~is_absent(values) & later
        if there.any():
            yield Points(labels, block.times_ms[there], values[there])
