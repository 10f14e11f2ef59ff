"""``*_over_time`` for the windows of many steps at once: what a range query asks for.

Windows of neighbouring steps share most of their samples. The smallest and the largest come from windows
of twice, four times, eight times one row, of which any window is two; sums from running sums that are exact,
so that the difference of two of them is.

Sources: Bender, Farach-Colton, "The LCA Problem Revisited", LATIN 2000 (windows of powers of two); Rump,
Ogita, Oishi, "Accurate floating-point summation, part I", SIAM J. Sci. Comput. 31 (2008), algorithm 3.2 (the
split).
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from otel_monitoring.promql.functions import windows
from otel_monitoring.promql.vectors.summation import exact_sum
from otel_monitoring.stores.block import is_hole

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from otel_monitoring.promql.evaluation.series import Times
    from otel_monitoring.promql.functions.windows import Kernel
    from otel_monitoring.promql.vectors.values import Floats, Mask
    from otel_monitoring.stores.block import Block

    Pulse = Callable[[], None]
    Result = tuple[Floats, Mask | None]
    Rows = NDArray[np.intp]

_COLUMNS_AT_ONCE = 32
_LARGEST_EXPONENT = 990
_MANTISSA_BITS = 53
_SAFE = 8.0
_SPLITTER = 2.0**27 + 1


class _Rows(NamedTuple):
    """The rows of a block that some windows see, and which of them each window sees.

    Attributes:
        values: The samples, shape (t, n); anything where there is none.
        present: Where there is one, shape (t, n); ``None`` for everywhere.
        low: The first row of each window, shape (s,).
        high: The row after its last one, shape (s,); where it is ``low`` there is nothing.
        pulse: Looks at the clock.
    """

    values: Floats
    present: Mask | None
    low: Rows
    high: Rows
    pulse: Pulse

    @classmethod
    def of(cls, block: Block, at_ms: Times, range_ms: int, pulse: Pulse) -> _Rows:
        """Return those of the windows ``(at - range, at]``."""
        low = np.searchsorted(block.times_ms, at_ms - range_ms, side="right")
        high = np.searchsorted(block.times_ms, at_ms, side="right")
        begin, end = int(low.min()), int(high.max())
        values, present = block.values[begin:end], None
        if not block.whole:
            holes = is_hole(values)
            present = ~holes if holes.any() else None
        return cls(values, present, low - begin, high - begin, pulse)

    def counts(self) -> NDArray[np.intp]:
        """Return how many samples each window has, of a shape that broadcasts to (s, n)."""
        if self.present is None:
            return (self.high - self.low)[:, None]
        running = np.zeros((len(self.present) + 1, self.present.shape[1]), dtype=np.intp)
        np.cumsum(self.present, axis=0, out=running[1:])
        counts: NDArray[np.intp] = running[self.high] - running[self.low]
        return counts

    def holding(self, value: float) -> Floats:
        """Return the samples with ``value`` in the holes."""
        return self.values if self.present is None else np.where(self.present, self.values, value)


def _stepped(
    block: Block, at_ms: Times, range_ms: int, pulse: Pulse, *, compute: Callable[[_Rows], Floats]
) -> Result:
    """Return what is computed of each window, and which windows hold samples, shape (s, n) both."""
    rows = _Rows.of(block, at_ms, range_ms, pulse)
    shape = (len(at_ms), len(block.labels))
    if not len(rows.values):
        return np.zeros(shape), np.zeros(shape, dtype=bool)
    counts = rows.counts()
    present = None if counts.all() else np.broadcast_to(counts > 0, shape)
    return np.broadcast_to(compute(rows), shape), present


def _count(rows: _Rows) -> Floats:
    return rows.counts().astype(np.float64)


def _present(_: _Rows) -> Floats:
    return np.ones((1, 1))


def _last(rows: _Rows) -> Floats:
    at = np.maximum(rows.high - 1, 0)
    if rows.present is None:
        return rows.values[at]
    numbers = np.arange(len(rows.values))[:, None]
    newest = np.maximum.accumulate(np.where(rows.present, numbers, 0), axis=0)
    return np.take_along_axis(rows.values, newest[at], axis=0)


def _extreme(rows: _Rows, *, reduce: np.ufunc) -> Floats:
    """Return the smallest or largest sample of each window; NaN only where there is nothing else."""
    samples = rows.holding(np.nan)
    found = np.empty((len(rows.low), samples.shape[1]))
    levels = np.frexp(np.maximum(rows.high - rows.low, 1))[1] - 1
    if int((rows.high - rows.low).sum()) <= len(samples) * (int(levels.max()) + 1):
        return _one_by_one(rows, samples, found, reduce=reduce)
    for begin in range(0, samples.shape[1], _COLUMNS_AT_ONCE):
        rows.pulse()
        some = slice(begin, begin + _COLUMNS_AT_ONCE)
        doubled = np.ascontiguousarray(samples[:, some])
        for level in range(int(levels.max()) + 1):
            if level:
                doubled = reduce(doubled[: -(1 << level - 1)], doubled[1 << level - 1 :])
            steps = np.flatnonzero(levels == level)
            last = np.maximum(rows.high[steps] - (1 << level), 0)
            found[steps, some] = reduce(doubled[np.minimum(rows.low[steps], len(doubled) - 1)], doubled[last])
    return found


def _one_by_one(rows: _Rows, samples: Floats, found: Floats, *, reduce: np.ufunc) -> Floats:
    for step, (low, high) in enumerate(zip(rows.low.tolist(), rows.high.tolist(), strict=True)):
        rows.pulse()
        if low < high:
            reduce.reduce(samples[low:high], axis=0, out=found[step])
    return found


def _sum(rows: _Rows) -> Floats:
    high, low, doubtful = _sums(rows)
    return _mended(rows, high + low, doubtful, lambda samples, _: exact_sum(samples))


def _mean(rows: _Rows) -> Floats:
    """Return the mean of each window, rounded once: constant series come out as they are."""
    high, low, doubtful = _sums(rows)
    counts = np.maximum(rows.counts(), 1).astype(np.float64)
    mean = (high + low) / counts
    large = mean * _SPLITTER
    large = large - (large - mean)
    rest = ((high - large * counts) - (mean - large) * counts) + low
    return _mended(rows, mean + rest / counts, doubtful, windows.exact_mean)


def _sums(rows: _Rows) -> tuple[Floats, Floats, Mask]:
    """Return the sum of each window in two parts, exact but for where it is doubtful; shape (s, n) each.

    Each sample is split into bits of which running sums are exact, twice; what is left is mostly nothing.
    """
    samples = rows.holding(0.0)
    largest = np.maximum(samples.max(axis=0), -samples.min(axis=0))
    carried = math.ceil(math.log2(len(samples) + 1)) + 1
    exponent = np.frexp(largest)[1] + carried
    tame = np.isfinite(largest) & (exponent < _LARGEST_EXPONENT)
    grid = np.ldexp(1.0, np.where(tame, exponent, 0))
    coarse, rest = _split(np.where(tame, samples, 0.0), grid)
    fine_grid = grid * 2.0 ** (carried - _MANTISSA_BITS)
    fine, lost = _split(rest, fine_grid)
    high, low = _between(coarse, rows.low, rows.high), _between(fine, rows.low, rows.high)
    unsure = lost.any(axis=0) & (np.abs(high + low) < (fine_grid * _SAFE * len(samples)))
    return high, low, unsure | ~tame


def _split(samples: Floats, grid: Floats) -> tuple[Floats, Floats]:
    """Return the bits of each sample that lie on the grid, and the others."""
    coarse = grid + samples
    coarse -= grid
    return coarse, samples - coarse


def _mended(
    rows: _Rows, values: Floats, doubtful: Mask, exact: Callable[[Floats, NDArray[np.intp]], Floats]
) -> Floats:
    """Compute what is doubtful again, window by window."""
    if not doubtful.any():
        return values
    samples, counts = rows.holding(0.0), np.broadcast_to(rows.counts(), values.shape)
    for step in np.flatnonzero(doubtful.any(axis=1) & (rows.high > rows.low)).tolist():
        rows.pulse()
        some = np.flatnonzero(doubtful[step])
        there = samples[rows.low[step] : rows.high[step], some]
        values[step, some] = exact(there, counts[step, some])
    return values


def _between(samples: Floats, low: Rows, high: Rows) -> Floats:
    """Return the sum of the rows from ``low`` to before ``high``, as exact as running sums are."""
    running = np.zeros((len(samples) + 1, samples.shape[1]))
    np.cumsum(samples, axis=0, out=running[1:])
    between: Floats = running[high] - running[low]
    return between


_COMPUTE: dict[Kernel, Callable[[_Rows], Floats]] = {
    windows.min_over_time: partial(_extreme, reduce=np.fmin),
    windows.max_over_time: partial(_extreme, reduce=np.fmax),
    windows.sum_over_time: _sum,
    windows.avg_over_time: _mean,
    windows.count_over_time: _count,
    windows.present_over_time: _present,
    windows.last_over_time: _last,
}

ROLLING: dict[Kernel, Callable[[Block, Times, int, Pulse], Result]] = {
    kernel: partial(_stepped, compute=compute) for kernel, compute in _COMPUTE.items()
}
"""Functions that can do the windows of many steps at once."""
