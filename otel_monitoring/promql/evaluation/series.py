"""Samples for the engine: blocks of the store as instant vectors and as windows.

A block shares one column of times among its series, so a look-up or a window is found once for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.promql.vectors.moments import moments_of
from otel_monitoring.promql.vectors.values import Vector, joined
from otel_monitoring.stores.block import ABSENT, Block, counts_of, is_absent, is_hole, is_stale

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.promql.vectors.memo import Memo
    from otel_monitoring.promql.vectors.moments import Moments
    from otel_monitoring.promql.vectors.values import Floats, Mask

    Times = NDArray[np.int64]


def unlimited() -> None:
    """Look at no clock."""


@dataclass(frozen=True)
class Window:
    """The samples of some series within one window, open on the left.

    Attributes:
        times_ms: Unix times in milliseconds, shape (t,), at least one.
        values: Samples, shape (t, n); undefined where there is none.
        present: Where there is a sample, shape (t, n); ``None`` for everywhere.
        start_ms: Where the window begins, exclusive.
        end_ms: Where it ends, inclusive.
        at_ms: The time of the step that it belongs to.
        pulse: Looks at the clock; loops over rows call it, since a subquery can have millions.
    """

    times_ms: Times
    values: Floats
    present: Mask | None
    start_ms: int
    end_ms: int
    at_ms: int
    pulse: Callable[[], None] = unlimited

    @cached_property
    def columns(self) -> NDArray[np.intp]:
        """The numbers of the series, shape (n,)."""
        return np.arange(self.values.shape[1])

    @cached_property
    def count(self) -> NDArray[np.intp]:
        """How many samples each series has, shape (n,)."""
        if self.present is None:
            return np.full(self.values.shape[1], len(self.times_ms), dtype=np.intp)
        return np.asarray(np.count_nonzero(self.present, axis=0))

    @cached_property
    def some(self) -> Mask | None:
        """Which series have a sample, shape (n,); ``None`` for all."""
        return None if self.present is None else self.count > 0

    @cached_property
    def first(self) -> NDArray[np.intp]:
        """The row of the first sample of each series; 0 where there is none."""
        if self.present is None:
            return np.zeros(self.values.shape[1], dtype=np.intp)
        return np.asarray(self.present.argmax(axis=0))

    @cached_property
    def last(self) -> NDArray[np.intp]:
        """The row of the last sample of each series; the last row where there is none."""
        last = len(self.times_ms) - 1
        if self.present is None:
            return np.full(self.values.shape[1], last, dtype=np.intp)
        return np.asarray(last - self.present[::-1].argmax(axis=0))

    def at(self, rows: NDArray[np.intp]) -> Floats:
        """Return one sample of each series."""
        taken: Floats = self.values[rows, self.columns]
        return taken

    @property
    def first_values(self) -> Floats:
        """The first sample of each series."""
        return self.values[0] if self.present is None else self.at(self.first)

    @property
    def last_values(self) -> Floats:
        """The last sample of each series."""
        return self.values[-1] if self.present is None else self.at(self.last)

    @cached_property
    def moments(self) -> Moments:
        """Sums of the samples, weighted by their distance in seconds from the mean time as well.

        Only where every series has every sample.
        """
        times_s = (self.times_ms - self.times_ms[0]) / 1000
        return moments_of(self.values, times_s - times_s.mean())

    @cached_property
    def filled(self) -> Floats:
        """The samples with every hole filled by the sample before it; NaN before the first."""
        if self.present is None:
            return self.values
        steps = np.arange(len(self.times_ms))[:, None]
        rows = np.maximum.accumulate(np.where(self.present, steps, -1), axis=0)
        filled = np.take_along_axis(self.values, np.maximum(rows, 0), axis=0)
        return np.where(rows < 0, np.nan, filled)

    def holding(self, value: float) -> Floats:
        """Return the samples with ``value`` in the holes."""
        return self.values if self.present is None else np.where(self.present, self.values, value)


def instant(block: Block, *, at_ms: Times, lookback_ms: int) -> tuple[Vector, Floats]:
    """Return the newest sample of each series at each step, and its time in seconds, one for all or each.

    Args:
        block: The samples.
        at_ms: The times to look at, shape (s,).
        lookback_ms: How old a sample may be; one exactly this old is too old.
    """
    rows = block.times_ms.searchsorted(at_ms, "right") - 1
    if block.whole:
        times_ms = block.times_ms[np.maximum(rows, 0)]
        fresh = (rows >= 0) & (times_ms > at_ms - lookback_ms)
        values = block.values[np.maximum(rows, 0)]
        present = None if fresh.all() else np.broadcast_to(fresh[:, None], values.shape)
        return Vector(block.labels, values, present), times_ms[:, None] / 1000
    newest = _newest_rows(block.values)
    sources = np.where((rows >= 0)[:, None], newest[np.maximum(rows, 0)], -1)
    safe = np.maximum(sources, 0)
    values = np.take_along_axis(block.values, safe, axis=0)
    times = block.times_ms[safe]
    present = (sources >= 0) & (times > at_ms[:, None] - lookback_ms) & ~is_stale(values)
    return Vector(block.labels, values, None if present.all() else present), times / 1000


def _newest_rows(values: Floats) -> NDArray[np.intp]:
    """Return for each row the row of the newest sample or marker up to it, -1 for none, shape (t, n)."""
    steps = np.arange(len(values))[:, None]
    rows: NDArray[np.intp] = np.maximum.accumulate(np.where(is_absent(values), -1, steps), axis=0)
    return rows


def window(
    block: Block, *, start_ms: int, end_ms: int, at_ms: int, pulse: Callable[[], None] = unlimited
) -> Window | None:
    """Return the samples with ``start_ms < time <= end_ms``; ``None`` where no time lies there."""
    times_ms = block.times_ms
    low, high = times_ms.searchsorted(start_ms, "right"), times_ms.searchsorted(end_ms, "right")
    if low >= high:
        return None
    values = block.values[low:high]
    present = None
    if not block.whole:
        holes = is_hole(values)
        present = ~holes if holes.any() else None
    return Window(times_ms[low:high], values, present, start_ms, end_ms, at_ms, pulse)


def as_block(vector: Vector, times_ms: Times) -> Block:
    """Return a vector over a grid of times as a block: what a subquery looks at."""
    values = vector.values if vector.present is None else np.where(vector.present, vector.values, ABSENT)
    return Block("", vector.labels, times_ms, values, whole=vector.present is None)


def without_repetition(blocks: Sequence[Block], memo: Memo) -> list[Block]:
    """Return blocks in which no label set is twice: samples of one series from several sources are merged."""
    if len(blocks) <= 1:
        return list(blocks)
    shared: set[Labels] = memo.get(
        ("shared",), tuple(block.labels for block in blocks), lambda: _repeated(blocks)
    )
    if not shared:
        return list(blocks)
    kept = [_columns(block, shared, inside=False) for block in blocks]
    cut = [_columns(block, shared, inside=True) for block in blocks]
    return [block for block in kept if block.labels] + [
        _merged(cut, sorted(shared, key=lambda one: one.pairs))
    ]


def _repeated(blocks: Sequence[Block]) -> set[Labels]:
    seen: set[Labels] = set()
    repeated: set[Labels] = set()
    for block in blocks:
        repeated |= seen & set(block.labels)
        seen |= set(block.labels)
    return repeated


def _columns(block: Block, labels: set[Labels], *, inside: bool) -> Block:
    columns = [at for at, one in enumerate(block.labels) if (one in labels) is inside]
    kept = tuple(block.labels[at] for at in columns)
    counts = None if block.counts is None else block.counts[:, columns]
    return Block(block.source, kept, block.times_ms, block.values[:, columns], block.whole, counts)


def _merged(blocks: Sequence[Block], labels: list[Labels]) -> Block:
    """Merge the samples of several sources; at the same time that of the later source wins."""
    place = {one: at for at, one in enumerate(labels)}
    times_ms = np.unique(np.concatenate([block.times_ms for block in blocks]))
    values = np.full((len(times_ms), len(labels)), ABSENT)
    counts = None if all(block.counts is None for block in blocks) else values.copy()
    for block in blocks:
        rows = np.searchsorted(times_ms, block.times_ms)
        for at, one in enumerate(block.labels):
            known = ~is_absent(block.values[:, at])
            values[rows[known], place[one]] = block.values[known, at]
            if counts is not None:
                counts[rows[known], place[one]] = counts_of(block.values, block.counts)[known, at]
    return Block("", tuple(labels), times_ms, values, whole=False, counts=counts)


def joined_with_times(parts: list[tuple[Vector, Floats]], memo: Memo) -> tuple[Vector, Floats]:
    """Put vectors of different blocks beside each other, and the times of their samples."""
    vector = joined([vector for vector, _ in parts], memo)
    if len(parts) == 1:
        return vector, parts[0][1]
    return vector, np.hstack([np.broadcast_to(times, part.values.shape) for part, times in parts])
