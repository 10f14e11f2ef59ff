"""Samples of the store in memory, series by series, as those of a storage are read.

This module needs numpy; import it lazily on the start-up path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.model.labels import NAME
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.storage.transfer.pieces import joined
from otel_monitoring.storage.transfer.points import Points
from otel_monitoring.stores.block import is_absent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.model.sample import Metadata
    from otel_monitoring.stores.series import SeriesStore


class MemorySamples:
    """Read what a store holds, as :class:`~otel_monitoring.storage.transfer.out.Samples` reads a storage.

    Args:
        store: The series.
        start_ms: Unix milliseconds, exclusive.
        end_ms: Unix milliseconds, inclusive.
        matchers: Which series.
    """

    def __init__(
        self, store: SeriesStore, *, start_ms: int, end_ms: int, matchers: Sequence[Matcher] = ()
    ) -> None:
        self._store = store
        self._start_ms, self._end_ms = start_ms, end_ms
        self._matchers = tuple(matchers)

    def metadata(self) -> dict[str, Metadata]:
        """Return what is known of each metric, by name."""
        return self._store.metadata()

    def names(self) -> list[str]:
        """Return the names of metrics, sorted."""
        return sorted({labels.get(NAME) for labels in self._store.series(self._matchers)})

    def label_names(self) -> list[str]:
        """Return the names of labels, sorted; that of the metric is not among them."""
        return sorted({name for labels in self._store.series(self._matchers) for name, _ in labels} - {NAME})

    def of(self, name: str) -> Iterator[Points]:
        """Yield the series of a metric, each once and whole; of one at two sources the pieces are joined."""
        pieces: dict[Labels, list[Points]] = {}
        wanted = (*self._matchers, Matcher(NAME, "=", name))
        for block in self._store.select(wanted, self._start_ms, self._end_ms):
            for column, labels in enumerate(block.labels):
                values = block.values[:, column]
                there = ~is_absent(values)
                if there.any():
                    one = Points(labels, block.times_ms[there], values[there])
                    pieces.setdefault(labels, []).append(one)
        for found in pieces.values():
            yield joined(found)

    def __iter__(self) -> Iterator[Points]:
        """Yield every series, metric by metric."""
        for name in self.names():
            yield from self.of(name)
