"""The newest sample of every series that is not stale.

This module needs numpy; import it lazily on the start-up path.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import is_
from typing import TYPE_CHECKING, Protocol

import numpy as np

from otel_monitoring.stores.block import ABSENT, is_absent, is_hole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.model.matcher import Matcher
    from otel_monitoring.model.sample import Metadata
    from otel_monitoring.stores.block import Block


class SampleSource(Protocol):
    """What is exposed; ``SeriesStore`` is one."""

    def select(self, matchers: Sequence[Matcher], start_ms: int, end_ms: int) -> list[Block]:
        """Return the samples with ``start_ms < time <= end_ms`` of the series that fulfil all matchers."""
        ...

    def metadata(self) -> dict[str, Metadata]:
        """Return what is known of each metric, by name."""
        ...


class Union:
    """The label sets of several sources, each once, and where those of each source are among them.

    Args:
        parts: The label sets of each source.
    """

    def __init__(self, parts: Sequence[tuple[Labels, ...]]) -> None:
        self._parts = tuple(parts)
        place: dict[Labels, int] = {}
        for part in parts:
            for labels in part:
                place.setdefault(labels, len(place))
        self.place = place
        self.labels = tuple(place)
        self.columns = [np.array([place[labels] for labels in part], dtype=np.intp) for part in parts]

    def fits(self, blocks: Sequence[Block]) -> bool:
        """Tell whether this is the union of the label sets of ``blocks``; they are compared by identity."""
        return len(blocks) == len(self._parts) and all(
            map(is_, (block.labels for block in blocks), self._parts)
        )


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest sample of every series.

    Attributes:
        union: The label sets, n of them.
        values: The samples, shape (n,).
        times_ms: When each was collected, Unix milliseconds, shape (n,).
        alive: Whether the series has a sample now, shape (n,); what the others hold means nothing.
    """

    union: Union
    values: NDArray[np.float64]
    times_ms: NDArray[np.int64]
    alive: NDArray[np.bool_]


def newest_of(blocks: Sequence[Block], *, known: Union | None = None) -> Newest:
    """Return the newest sample of every series; of a series that several sources have, the newest of all.

    Args:
        blocks: A window of samples per source.
        known: The union of last time, given back in the result where it still fits.
    """
    union = known if known is not None and known.fits(blocks) else Union([block.labels for block in blocks])
    values = np.full(len(union.labels), ABSENT)
    times_ms = np.zeros(len(union.labels), dtype=np.int64)
    for block, columns in zip(blocks, union.columns, strict=True):
        block_values, block_times_ms = _last(block)
        newer = block_times_ms > times_ms[columns]
        values[columns[newer]] = block_values[newer]
        times_ms[columns[newer]] = block_times_ms[newer]
    return Newest(union, values, times_ms, ~is_hole(values))


def _last(block: Block) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return what each series last had, be it a staleness marker, and when."""
    values, last = block.values, len(block.times_ms) - 1
    if not is_absent(values[last]).any():
        return values[last], np.full(values.shape[1], block.times_ms[last])
    present = ~is_absent(values)
    rows = last - np.argmax(present[::-1], axis=0)
    times_ms = np.where(present.any(axis=0), block.times_ms[rows], 0)
    return values[rows, np.arange(values.shape[1])], times_ms
