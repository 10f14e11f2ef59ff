"""The counters of sources that have ended, carried on so that totals stay what they were.

A process that ends takes its gauges with it, but what it counted has happened: a sum over all instances that
fell when one of them died would be wrong. Rates do not change: a carried counter stands still.

This module needs numpy; import it lazily on the start-up path.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.model.labels import NAME
from otel_monitoring.model.sample import Batch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.model.sample import Metadata
    from otel_monitoring.stores.series import SeriesStore

_PARTS_OF_HISTOGRAMS = ("_bucket", "_count", "_sum")


@dataclass(frozen=True, slots=True)
class _Last:
    labels: tuple[Labels, ...]
    values: NDArray[np.float64]
    until_ms: int


class Carried:
    """Repeat the last value of every counter of ended sources, each for a while.

    Args:
        store: Where the sources are.
        for_s: How long a source is carried on after its end, in seconds.
        most: The most sources that are carried on; of more, those that ended last.
    """

    def __init__(self, store: SeriesStore, *, for_s: float, most: int = 64) -> None:
        self._store = store
        self._for_ms = round(for_s * 1000)
        self._most = most
        self._known: dict[str, _Last] = {}

    @property
    def sources(self) -> frozenset[str]:
        """Who is carried on."""
        return frozenset(self._known)

    def end(self, source: str, *, at_ms: int) -> None:
        """Carry a source on from now; its gauges go stale with the next :meth:`append`.

        Args:
            source: Who has ended; one without samples is left out.
            at_ms: When it ended, Unix milliseconds.
        """
        last = self._store.last(source)
        if source in self._known or last is None:
            return
        keep = counters(last.labels, self._store.metadata())
        labels = tuple(one for one, is_kept in zip(last.labels, keep, strict=True) if is_kept)
        self._known[source] = _Last(labels, np.asarray(last.values)[keep], at_ms + self._for_ms)
        while len(self._known) > self._most:
            del self._known[min(self._known, key=lambda name: self._known[name].until_ms)]

    def revive(self, source: str) -> None:
        """Stop carrying a source on: it was alive after all."""
        self._known.pop(source, None)

    def append(self, time_ms: int) -> None:
        """Give every source its counters at a time; those whose while is over end."""
        for source, last in list(self._known.items()):
            if last.until_ms <= time_ms:
                del self._known[source]
                self._store.append(Batch(source, time_ms, (), ()))
            else:
                self._store.append(Batch(source, time_ms, last.labels, last.values))


def counters(labels: Sequence[Labels], metadata: Mapping[str, Metadata]) -> NDArray[np.bool_]:
    """Tell which series only grow: counters and what histograms consist of.

    Args:
        labels: The label sets, metric name included, shape (n,).
        metadata: What is known of each metric, by the name of its family.
    """
    names = {name: _is_counter(name, metadata) for name in {one.get(NAME) for one in labels}}
    return np.array([names[one.get(NAME)] for one in labels], dtype=np.bool_)


def _is_counter(name: str, metadata: Mapping[str, Metadata]) -> bool:
    for end in ("", "_total"):
        known = metadata.get(name.removesuffix(end) if end else name)
        if known is not None and known.type == "counter":
            return True
    family = next((name.removesuffix(end) for end in _PARTS_OF_HISTOGRAMS if name.endswith(end)), None)
    known = metadata.get(family) if family else None
    return known is not None and known.type == "histogram"
