"""Samples summed up by the minute and by the hour, so that months can be read.

A window ``(end - width, end]`` of one source becomes one column. Its time is that of the last collection in
it, and ``last`` is the sample of that moment: a tier holds true samples at true times, and raw samples after
it go on without a seam. Beside it, as PromQL's functions over the window's samples would give them:

- ``min``, ``max``, ``sum``, ``count``;
- ``base``, ``dropped`` and ``resets``, with which the increase over any windows is exact: ``base`` is the
  sample before the window's first, however old, or the first itself where there is none before; ``dropped``
  is the sum of the samples right before each reset, the step from ``base`` included; ``resets`` says how
  many there were. A window thus grew by ``last - base + dropped``, on its own, and windows add up: nothing
  is lost between them, at a reset, or in the window in which a series begins.

Gauges are never reset: their ``dropped`` and ``resets`` are 0, and all three columns cost next to nothing.
Where a window has no sample, ``count`` is 0, ``last`` is a staleness marker if that is what came last, and
everything else is absent.

This module needs numpy; import it lazily on the start-up path.

Source of what a reset adds: the rule of Prometheus's ``rate``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from otel_monitoring.model.sample import STALE
from otel_monitoring.storage.blocks.errors import CodecError
from otel_monitoring.stores.block import ABSENT, is_hole, is_stale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Places = NDArray[np.intp]

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
COLUMNS: Final = ("last", "min", "max", "sum", "count", "base", "dropped", "resets")


class Carry(NamedTuple):
    """What one stretch of samples hands to the one after it.

    Attributes:
        newest: The newest sample of each series, however old; ABSENT where there is none, shape (series,).
        ended: Whether a staleness marker came after it, shape (series,).
    """

    newest: Floats
    ended: NDArray[np.bool_]

    @classmethod
    def nothing(cls, series: int) -> Carry:
        """Return what comes before everything."""
        return cls(np.full(series, ABSENT), np.zeros(series, dtype=bool))

    @classmethod
    def after(cls, values: Floats, before: Carry | None = None) -> Carry:
        """Return what samples, or the column ``last`` of a tier, hand on.

        Args:
            values: Shape (series, times).
            before: What came before them.
        """
        before = before or cls.nothing(len(values))
        if not values.shape[1]:
            return before
        newest = _newest(~is_hole(values))[:, -1]
        stale = _newest(is_stale(values))[:, -1]
        found = np.take_along_axis(values, np.maximum(newest, 0)[:, None], axis=1)[:, 0]
        ended = np.where((newest < 0) & (stale < 0), before.ended, stale > newest)
        return cls(np.where(newest < 0, before.newest, found), ended)


@dataclass(frozen=True, slots=True)
class Tier:
    """Windows of some series.

    Attributes:
        times_ms: The last collection in each window, Unix milliseconds, shape (windows,).
        columns: Each of ``COLUMNS``, of shape (series, windows).
    """

    times_ms: NDArray[np.int64]
    columns: Mapping[str, Floats]


def sum_up(
    values: Floats,
    times_ms: NDArray[np.int64],
    *,
    width_ms: int,
    counts: NDArray[np.bool_],
    before: Carry | None = None,
) -> Tier:
    """Sum samples up by windows.

    Args:
        values: Samples of one source, holes and staleness markers among them, shape (series, times).
        times_ms: Unix times in milliseconds, strictly increasing, shape (times,). Whole windows: a window
            that is cut in two becomes two.
        width_ms: How long a window is; windows end at multiples of it.
        counts: Which series count and fall only when they begin anew, those of histograms among them, shape
            (series,).
        before: What came before; a series is taken to begin where it is not given.

    Raises:
        CodecError: Shapes do not agree.
    """
    if values.shape != (len(counts), len(times_ms)):
        msg = f"samples have shape {values.shape}, expected {(len(counts), len(times_ms))}"
        raise CodecError(msg)
    if not values.size:
        empty = np.zeros((len(values), 0))
        return Tier(times_ms[:0], dict.fromkeys(COLUMNS, empty))
    ends_ms = -(-times_ms // width_ms)
    starts = np.flatnonzero(np.diff(ends_ms, prepend=ends_ms[0] - 1))
    ends = np.append(starts[1:], len(times_ms)) - 1
    before = before or Carry.nothing(len(values))
    with np.errstate(invalid="ignore", over="ignore"):
        columns = _summary(values, starts, ends, before) | _growth(values, starts, counts, before)
    return Tier(times_ms[ends], columns)


def dropped(values: Floats, before: Carry | None = None) -> Floats:
    """Return at each sample what a reset right before it took away, 0 where there was none.

    Args:
        values: Samples of what counts, shape (series, times).
        before: What came before.
    """
    previous = _previous(values, before or Carry.nothing(len(values)))
    with np.errstate(invalid="ignore"):
        return np.where(values < previous, previous, 0.0)


def grown(columns: Mapping[str, Floats]) -> Floats:
    """Return what counters grew by in each window of a tier, 0 where there is no sample.

    Args:
        columns: ``last``, ``base`` and ``dropped``, each of shape (series, windows).
    """
    hole = is_hole(columns["last"])
    last, base, taken = (np.where(hole, 0.0, columns[name]) for name in ("last", "base", "dropped"))
    return last - base + taken


def edges(tier: Tier, *, width_ms: int) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Return two points of each window, for what asks how much a counter grew.

    ``base`` comes right after the window begins and ``last`` at its own time, so that a range that begins
    with a window covers all that the window counted, in the window in which a series begins as well.

    Args:
        tier: Windows of counters, with ``last``, ``base`` and ``dropped``.
        width_ms: How long its windows are.

    Returns:
        Unix times in milliseconds, shape (points,), strictly increasing; values and what resets took before
        each, both of shape (series, points), for :func:`unbroken`, alone or with raw samples after them.
    """
    begins_ms = (-(-tier.times_ms // width_ms) - 1) * width_ms + 1
    columns = tier.columns
    times_ms = np.stack([begins_ms, tier.times_ms], axis=1).ravel()
    values = np.stack([columns["base"], columns["last"]], axis=2).reshape(len(columns["last"]), -1)
    taken = np.stack([np.zeros_like(columns["last"]), columns["dropped"]], axis=2).reshape(values.shape)
    # A window whose only collection came at its very beginning needs no other point.
    apart = np.stack([begins_ms < tier.times_ms, np.ones(len(begins_ms), dtype=bool)], axis=1).ravel()
    return times_ms[apart], values[:, apart], taken[:, apart]


def unbroken(values: Floats, dropped: Floats) -> Floats:
    """Return counters as if they had never been reset; what ``rate`` and ``increase`` are asked of.

    Points of a tier and raw samples after them are put one after the other before: differences are then right
    over both, and over the boundary.

    Args:
        values: What :func:`edges` returns, or ``last`` of a tier, or samples, shape (series, times).
        dropped: What :func:`edges` returns, or ``dropped`` of a tier, or of :func:`dropped`, same shape.
    """
    hole = is_hole(values)
    taken = np.cumsum(np.where(is_hole(dropped), 0.0, dropped), axis=1)
    # Adding to a staleness marker would make it another NaN.
    return np.where(hole, values, np.where(hole, 0.0, values) + taken)


def _summary(values: Floats, starts: Places, ends: Places, before: Carry) -> dict[str, Floats]:
    hole = is_hole(values)
    any_hole = bool(hole.any())
    real = ~hole
    count = np.add.reduceat(real, starts, axis=1, dtype=np.float64)
    without = count == 0
    known = np.where(hole, np.nan, values) if any_hole else values
    summed = np.where(hole, 0.0, values) if any_hole else values
    return {
        "last": _last(values, real, ends, before) if any_hole else values[:, ends],
        "min": np.where(without, ABSENT, np.fmin.reduceat(known, starts, axis=1)),
        "max": np.where(without, ABSENT, np.fmax.reduceat(known, starts, axis=1)),
        "sum": np.where(without, ABSENT, np.add.reduceat(summed, starts, axis=1)),
        "count": count,
    }


def _last(values: Floats, real: NDArray[np.bool_], ends: Places, before: Carry) -> Floats:
    newest = _newest(real)[:, ends]
    stale = _newest(is_stale(values))[:, ends]
    found = np.take_along_axis(values, np.maximum(newest, 0), axis=1)
    ended = np.where((newest < 0) & (stale < 0), before.ended[:, None], stale > newest)
    inside = newest >= np.concatenate([[0], ends[:-1] + 1])
    return np.where(inside, found, np.where(ended, STALE, ABSENT))


def _growth(values: Floats, starts: Places, counts: NDArray[np.bool_], before: Carry) -> dict[str, Floats]:
    real = ~is_hole(values)
    previous = _previous(values, before)
    fell = (values < previous) & counts[:, None]
    columns = np.arange(values.shape[1])
    first = np.minimum.reduceat(np.where(real, columns, values.shape[1]), starts, axis=1)
    without = first == values.shape[1]
    first = np.where(without, 0, first)
    base = np.take_along_axis(np.where(is_hole(previous), values, previous), first, axis=1)
    taken = np.add.reduceat(np.where(fell, previous, 0.0), starts, axis=1)
    resets = np.add.reduceat(fell, starts, axis=1, dtype=np.float64)
    return {
        "base": np.where(without, ABSENT, base),
        "dropped": np.where(without, ABSENT, taken),
        "resets": np.where(without, ABSENT, resets),
    }


def _previous(values: Floats, before: Carry) -> Floats:
    """Return the sample before each one, holes skipped; ABSENT where there is none."""
    newest = np.full(values.shape, -1, dtype=np.intp)
    newest[:, 1:] = _newest(~is_hole(values))[:, :-1]
    found = np.take_along_axis(values, np.maximum(newest, 0), axis=1)
    return np.where(newest < 0, before.newest[:, None], found)


def _newest(there: NDArray[np.bool_]) -> Places:
    """Return at each column the newest column where there is something, -1 where there is none."""
    columns = np.where(there, np.arange(there.shape[1]), -1)
    found: Places = np.maximum.accumulate(columns, axis=1)
    return found
