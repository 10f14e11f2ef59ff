"""``rate`` and its kin for the windows of many steps at once: what a range query asks for.

The results are the same, to the last digit, as those of ``windows`` for one window after the other; means,
which are rounded once here, but for that.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from otel_monitoring.promql.functions.rolling import ROLLING
from otel_monitoring.promql.functions.windows import Span, delta, increase, rate, stretched
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

_AT_LEAST = 2
"""Samples that a difference needs."""


def _stepped(
    block: Block, at_ms: Times, range_ms: int, pulse: Pulse, *, counter: bool, per_second: bool
) -> Result:
    """Return the extrapolated change within each window.

    Args:
        block: The samples.
        at_ms: Where the windows end, shape (s,).
        range_ms: How long they are.
        pulse: Looks at the clock.
        counter: Whether the values only grow, but for resets.
        per_second: Whether the result is one per second.

    Returns:
        Values and which of them there are, shape (s, n).
    """
    low = np.searchsorted(block.times_ms, at_ms - range_ms, side="right")
    high = np.searchsorted(block.times_ms, at_ms, side="right")
    some = high > low
    shape = (len(at_ms), len(block.labels))
    values, present = np.zeros(shape), np.zeros(shape, dtype=bool)
    if some.any():
        begin, end = int(low[some].min()), int(high[some].max())
        inside = _Samples.of(block, begin, end, pulse)
        low, high = low[some] - begin, high[some] - begin
        ends_ms = at_ms[some][:, None]
        found = inside.windows(low, high, counter=counter)
        span = Span(found.first_ms, found.last_ms, found.many, ends_ms - range_ms, ends_ms)
        values[some] = stretched(found.change, found.first, span, counter=counter, per_second=per_second)
        present[some] = found.many >= _AT_LEAST
    return values, None if present.all() else present


class _Found(NamedTuple):
    """What windows hold, of shapes that broadcast to (s, n)."""

    first: Floats
    change: Floats
    first_ms: Times
    last_ms: Times
    many: NDArray[np.intp]


class _Samples:
    """Some rows of a block.

    Args:
        times_ms: Their times, shape (t,).
        values: The samples, shape (t, n); anything where there is none.
        present: Where there is one; ``None`` for everywhere.
        pulse: Looks at the clock.
    """

    def __init__(self, times_ms: Times, values: Floats, present: Mask | None, pulse: Pulse) -> None:
        self._times_ms = times_ms
        self._values = values
        self._present = present
        self._pulse = pulse

    @classmethod
    def of(cls, block: Block, begin: int, end: int, pulse: Pulse) -> _Samples:
        """Return the rows from ``begin`` to before ``end``."""
        values, present = block.values[begin:end], None
        if not block.whole:
            holes = is_hole(values)
            present = ~holes if holes.any() else None
        return cls(block.times_ms[begin:end], values, present, pulse)

    def windows(self, low: Rows, high: Rows, *, counter: bool) -> _Found:
        """Return what lies in the windows from row ``low`` to before row ``high``, shape (s,) both."""
        if self._present is not None:
            return self._with_holes(self._present, low, high, counter=counter)
        first = self._values[low]
        change = self._values[high - 1] - first
        if counter:
            fell = self._values[1:] < self._values[:-1]
            for row in np.flatnonzero(fell.any(axis=1)):
                self._pulse()
                steps = np.flatnonzero((low <= row) & (high > row + 1))
                change[steps] += np.where(fell[row], self._values[row], 0.0)
        first_ms, last_ms = self._times_ms[low], self._times_ms[high - 1]
        return _Found(first, change, first_ms[:, None], last_ms[:, None], (high - low)[:, None])

    def _with_holes(self, present: Mask, low: Rows, high: Rows, *, counter: bool) -> _Found:
        rows = np.arange(len(present))[:, None]
        newest = np.maximum.accumulate(np.where(present, rows, -1), axis=0)
        oldest = np.minimum.accumulate(np.where(present, rows, len(present) - 1)[::-1], axis=0)[::-1]
        seen = np.concatenate([np.zeros((1, present.shape[1]), dtype=np.intp), present.cumsum(axis=0)])
        first_rows, last_rows = oldest[low], np.maximum(newest[high - 1], 0)
        first = np.take_along_axis(self._values, first_rows, axis=0)
        change = np.take_along_axis(self._values, last_rows, axis=0) - first
        if counter:
            before_rows = newest[:-1]
            before = np.take_along_axis(self._values, np.maximum(before_rows, 0), axis=0)
            fell = present[1:] & (before_rows >= 0) & (self._values[1:] < before)
            for row in np.flatnonzero(fell.any(axis=1)):
                self._pulse()
                steps = np.flatnonzero((low <= row) & (high > row + 1))
                lost = fell[row] & (before_rows[row] >= low[steps][:, None])
                change[steps] += np.where(lost, before[row], 0.0)
        return _Found(
            first, change, self._times_ms[first_rows], self._times_ms[last_rows], seen[high] - seen[low]
        )


STEPPED: dict[Kernel, Callable[[Block, Times, int, Pulse], Result]] = {
    rate: partial(_stepped, counter=True, per_second=True),
    increase: partial(_stepped, counter=True, per_second=False),
    delta: partial(_stepped, counter=False, per_second=False),
    **ROLLING,
}
"""Functions that can do the windows of many steps at once."""
