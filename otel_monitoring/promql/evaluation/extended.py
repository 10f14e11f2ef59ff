"""``anchored`` and ``smoothed``: windows that also look at samples beyond their ends.

An anchored window begins with the newest sample at or before its start. A smoothed one has at both ends what
lies on the straight line between the samples around them; of a counter that fell in between, the line begins
at 0. Nothing is extrapolated.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from otel_monitoring.errors import QueryError
from otel_monitoring.promql.evaluation.series import Window, window
from otel_monitoring.promql.functions.windows import changes, delta, increase, rate, resets
from otel_monitoring.promql.vectors.values import Vector
from otel_monitoring.stores.block import is_hole

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from otel_monitoring.promql.evaluation.budget import Budget
    from otel_monitoring.promql.evaluation.series import Times
    from otel_monitoring.promql.functions.windows import Kernel, Result
    from otel_monitoring.promql.language.nodes import Extension
    from otel_monitoring.promql.vectors.values import Floats, Mask
    from otel_monitoring.stores.block import Block

    Rows = NDArray[np.intp]

_MS = 1000.0


@dataclass(frozen=True, slots=True)
class Reach:
    """A window that looks beyond its ends.

    Attributes:
        extension: How.
        range_ms: Its length.
        lookback_ms: How far beyond its ends it looks.
    """

    extension: Extension
    range_ms: int
    lookback_ms: int

    @property
    def back_ms(self) -> int:
        """How far behind its end a sample may be."""
        return self.range_ms + self.lookback_ms

    @property
    def ahead_ms(self) -> int:
        """How far beyond its end a sample may be."""
        return self.lookback_ms if self.extension == "smoothed" else 0

    def window(self, block: Block, end_ms: int) -> Window | None:
        """Return all samples that count, with the ends of the window itself."""
        start_ms = end_ms - self.range_ms
        found = window(block, start_ms=end_ms - self.back_ms, end_ms=end_ms + self.ahead_ms, at_ms=end_ms)
        if found is None:
            return None
        return Window(found.times_ms, found.values, found.present, start_ms, end_ms, end_ms)


class _Edges(NamedTuple):
    """What bounds the windows of some series.

    Attributes:
        first: The row of the newest sample at or before the start, otherwise of the oldest one, shape (n,).
        last: The row of the sample that the window ends with, or that is behind its end, shape (n,).
        next: The row of the oldest sample behind the start.
        before: The row of the newest sample before the end, or of ``first``.
        found: Which series have a sample that a difference can be made of.
    """

    first: Rows
    last: Rows
    next: Rows
    before: Rows
    found: Mask


def over_extended(block: Block, at_ms: Times, reach: Reach, function: Kernel, budget: Budget) -> Vector:
    """Apply a function to the windows that end at some times.

    Args:
        block: The samples.
        at_ms: Where the windows end, shape (s,).
        reach: What they look at.
        function: ``rate``, ``increase``, ``delta``; for anchored windows ``changes`` and ``resets`` too.
        budget: What the query may still use.
    """
    compute = _KERNELS[function]
    budget.reserve(len(at_ms) * len(block.labels))
    values = np.zeros((len(at_ms), len(block.labels)))
    present = np.zeros(values.shape, dtype=bool)
    for step, end_ms in enumerate(at_ms.tolist()):
        samples = reach.window(block, end_ms)
        if samples is not None:
            budget.spend(samples.values.size)
            values[step], some = compute(samples, smoothed=reach.extension == "smoothed")
            present[step] = True if some is None else some
    return Vector(block.labels, values, present)


def _extended_rate(w: Window, *, smoothed: bool, counter: bool, per_second: bool) -> Result:
    edges = _edges(w, smoothed=smoothed)
    left, right = _ends(w, edges, smoothed=smoothed, counter=counter)
    change = right - left
    if counter:
        change = change + _lost(w, left, right)
    if per_second:
        change = change / ((w.end_ms - w.start_ms) / _MS)
    found = edges.found & (w.times_ms[edges.first] <= w.end_ms) if smoothed else edges.found
    return change, found


def _from_anchor(w: Window, *, smoothed: bool, function: Kernel) -> Result:  # noqa: ARG001 - as the others
    """Apply a function to the anchor and the samples behind the start."""
    edges = _edges(w, smoothed=False)
    times_ms = w.times_ms[:, None]
    taken = _present(w) & ((times_ms > w.start_ms) | (np.arange(len(times_ms))[:, None] == edges.first))
    values, _ = function(Window(w.times_ms, w.values, taken, w.start_ms, w.end_ms, w.at_ms))
    return values, edges.found


_KERNELS: dict[Kernel, Callable[..., Result]] = {
    rate: partial(_extended_rate, counter=True, per_second=True),
    increase: partial(_extended_rate, counter=True, per_second=False),
    delta: partial(_extended_rate, counter=False, per_second=False),
    changes: partial(_from_anchor, function=changes),
    resets: partial(_from_anchor, function=resets),
}


def _present(w: Window) -> Mask:
    return np.ones(w.values.shape, dtype=bool) if w.present is None else w.present


def _newest(where: Mask) -> Rows:
    """Return the last row that holds, of each column; the last of all where none does."""
    return np.asarray(len(where) - 1 - where[::-1].argmax(axis=0))


def _edges(w: Window, *, smoothed: bool) -> _Edges:
    present, times_ms = _present(w), w.times_ms[:, None]
    until_start = present & (times_ms <= w.start_ms)
    anchored = np.asarray(until_start.any(axis=0))
    following = (present & (times_ms > w.start_ms)).argmax(axis=0)
    first = np.where(anchored, _newest(until_start), following)
    last = w.last
    if smoothed:
        from_end = present & (times_ms >= w.end_ms)
        last = np.where(from_end.any(axis=0), from_end.argmax(axis=0), last)
    inside = present & (times_ms < w.end_ms)
    before = np.where(inside.any(axis=0), _newest(inside), first)
    found = present.any(axis=0) & (w.times_ms[last] > w.start_ms)
    return _Edges(first, last, following, before, found)


def _ends(w: Window, edges: _Edges, *, smoothed: bool, counter: bool) -> tuple[Floats, Floats]:
    """Return the values at both ends of the window."""
    left, right = w.at(edges.first), w.at(edges.last)
    if not smoothed:
        return left, right
    early = w.times_ms[edges.first] < w.start_ms
    line = _on_line(w, edges.first, edges.next, w.start_ms, counter=counter)
    left = np.where(early, line, left)
    late = (w.times_ms[edges.last] > w.end_ms) & (edges.before != edges.last)
    line = _on_line(w, edges.before, edges.last, w.end_ms, counter=counter)
    return left, np.where(late, line, right)


def _on_line(w: Window, older: Rows, newer: Rows, at_ms: int, *, counter: bool) -> Floats:
    begin, end = w.at(older), w.at(newer)
    if counter:
        begin = np.where(end < begin, 0.0, begin)
    older_ms, newer_ms = w.times_ms[older], w.times_ms[newer]
    share: Floats = (at_ms - older_ms) / np.maximum(newer_ms - older_ms, 1)
    line: Floats = begin + (end - begin) * share
    return line


def _lost(w: Window, left: Floats, right: Floats) -> Floats:
    """Return what counters had counted before each time that they fell between the ends, in order of time."""
    low, high = np.searchsorted(w.times_ms, [w.start_ms + 1, w.end_ms])
    ends = np.ones((1, len(left)), dtype=bool)
    samples = np.vstack([left, w.values[low:high], right])
    present = np.vstack([ends, _present(w)[low:high], ends])
    filled = Window(np.arange(len(samples)), samples, present, 0, 0, 0).filled
    lost = np.zeros(len(left))
    for older, newer in pairwise(filled):
        lost += np.where(newer < older, older, 0.0)
    return lost


def extended_samples(block: Block, end_ms: int, reach: Reach) -> tuple[Times, Floats, Mask] | None:
    """Return one window as samples: both ends and what is between them.

    Returns:
        Times, shape (t,); values and which of them there are, shape (t, n); ``None`` where there are none.
    """
    w = reach.window(block, end_ms)
    if w is None:
        return None
    smoothed = reach.extension == "smoothed"
    edges = _edges(w, smoothed=smoothed)
    left, right = _ends(w, edges, smoothed=smoothed, counter=False)
    low, high = np.searchsorted(w.times_ms, [w.start_ms + 1, w.end_ms])
    times_ms = np.concatenate([[w.start_ms], w.times_ms[low:high], [w.end_ms]])
    present = np.vstack([edges.found, _present(w)[low:high] & edges.found, edges.found])
    return times_ms, np.vstack([left, w.values[low:high], right]), present


def smoothed_instant(block: Block, at_ms: Times, lookback_ms: int, budget: Budget) -> Vector:
    """Return at each time what lies between the samples around it, or the newest sample where none follows.

    Args:
        block: The samples.
        at_ms: The times, shape (s,).
        lookback_ms: How far a sample may be away.
        budget: What the query may still use.
    """
    budget.reserve(len(at_ms) * len(block.labels))
    values = np.zeros((len(at_ms), len(block.labels)))
    present = np.zeros(values.shape, dtype=bool)
    holes = is_hole(block.values)
    for step, time_ms in enumerate(at_ms.tolist()):
        low, middle, high = np.searchsorted(
            block.times_ms, [time_ms - lookback_ms, time_ms, time_ms + lookback_ms], side="right"
        )
        if low < middle:
            budget.spend(len(block.labels))
            values[step], present[step] = _between(block, ~holes, (low, middle, high), time_ms)
    return Vector(block.labels, values, present)


def _between(block: Block, known: Mask, rows: tuple[int, int, int], at_ms: int) -> tuple[Floats, Mask]:
    low, middle, high = rows
    columns = np.arange(len(block.labels))
    some = np.asarray(known[low:middle].any(axis=0))
    older = low + _newest(known[low:middle])
    found = block.values[older, columns]
    if middle == high:
        return found, some
    newer = middle + known[middle:high].argmax(axis=0)
    older_ms = block.times_ms[older]
    share = (at_ms - older_ms) / (block.times_ms[newer] - older_ms)
    line = found + (block.values[newer, columns] - found) * share
    between = known[middle:high].any(axis=0) & (older_ms < at_ms)
    return np.where(between, line, found), some


ALLOWED: dict[str, tuple[str, ...]] = {
    "anchored": ("changes", "delta", "increase", "rate", "resets"),
    "smoothed": ("delta", "increase", "rate"),
}


def check_allowed(extension: Extension, name: str) -> None:
    """Refuse a function that such windows are no good for.

    Raises:
        QueryError: Names the functions that they are good for.
    """
    if extension and name not in ALLOWED[extension]:
        allowed = ", ".join(ALLOWED[extension])
        msg = f"{extension} modifier can only be used with: {allowed} - not with {name}"
        raise QueryError(msg)
