"""Samples of a storage, series by series, metric by metric.

This module needs numpy and SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.model.labels import NAME
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.storage.history.store import HistoryStore
from otel_monitoring.storage.samples.polling import families_of, series_of
from otel_monitoring.storage.samples.sources import runs
from otel_monitoring.storage.transfer.points import Points
from otel_monitoring.stores.block import is_absent
from otel_monitoring.stores.series import SeriesStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from otel_monitoring.model.sample import Metadata
    from otel_monitoring.storage.database import Database

_NEVER_MS = 1 << 60


class Samples:
    """Read what a storage holds.

    Args:
        database: The storage, open.
        start_ms: Unix milliseconds, exclusive.
        end_ms: Unix milliseconds, inclusive.
        matchers: Which series.
    """

    def __init__(
        self, database: Database, *, start_ms: int, end_ms: int, matchers: Sequence[Matcher] = ()
    ) -> None:
        self._database = database
        self._start_ms, self._end_ms = start_ms, end_ms
        self._matchers = tuple(matchers)
        self._history = HistoryStore(memory=SeriesStore(), database=database, since_ms=lambda: _NEVER_MS)

    def metadata(self) -> dict[str, Metadata]:
        """Return what is known of each metric, by name.

        Raises:
            StorageError: The database cannot be used now.
        """
        with self._database.read() as connection:
            return {
                one.name: one
                for run in runs(connection, seen_since_ms=self._start_ms)
                for one in families_of(connection, run.id)
            }

    def names(self) -> list[str]:
        """Return the names of metrics, sorted.

        Raises:
            StorageError: The database cannot be used now.
        """
        tests = [(one.name, one.test()) for one in self._matchers]
        with self._database.read() as connection:
            return sorted(
                {
                    labels.get(NAME)
                    for run in runs(connection, seen_since_ms=self._start_ms)
                    for labels in series_of(connection, run.id).values()
                    if all(test(labels.get(name)) for name, test in tests)
                }
            )

    def of(self, name: str) -> Iterator[Points]:
        """Yield the series of a metric, those of each process for themselves.

        Raises:
            StorageError: The database cannot be used now.
        """
        wanted = (*self._matchers, Matcher(NAME, "=", name))
        for block in self._history.select(wanted, self._start_ms, self._end_ms):
            for column, labels in enumerate(block.labels):
                values = block.values[:, column]
                there = ~is_absent(values)
                if there.any():
                    yield Points(labels, block.times_ms[there], values[there])

    def __iter__(self) -> Iterator[Points]:
        """Yield every series, metric by metric."""
        for name in self.names():
            yield from self.of(name)
