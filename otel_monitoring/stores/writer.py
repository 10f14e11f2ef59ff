"""Series that are worked out rather than measured: written while they are there, ended when they are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.model.sample import STALE, Batch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from otel_monitoring.model.labels import Labels


class SeriesWriter:
    """Write what one rule or watch yields, and end the series that it no longer yields.

    Args:
        record: Keeps a batch where queries find it.
        source: The name of the rule or watch as a source of batches.
    """

    def __init__(self, *, record: Callable[[Batch], object], source: str) -> None:
        self._record = record
        self._source = source
        self._written: frozenset[Labels] = frozenset()

    def adopt(self, samples: Iterable[Labels]) -> None:
        """Count the series that another process wrote last as written: they end here."""
        self._written = frozenset(samples)

    def write(self, samples: Mapping[Labels, float], time_ms: int) -> None:
        """Write the samples of one evaluation at ``time_ms``."""
        if not samples and not self._written:
            return
        gone = sorted(self._written.difference(samples), key=lambda labels: labels.pairs)
        if samples or gone:
            self._record(
                Batch(
                    source=self._source,
                    time_ms=time_ms,
                    labels=[*samples, *gone],
                    values=[*samples.values(), *([STALE] * len(gone))],
                )
            )
        self._written = frozenset(samples)
