"""Quantiles and fractions of histograms with explicit buckets (``le``).

The formulas are those of Prometheus 3: linear within a bucket, from zero in the first one.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import numpy as np

from otel_monitoring.model.labels import NAME
from otel_monitoring.promql.vectors.number import short_text
from otel_monitoring.promql.vectors.values import Vector, without_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.promql.evaluation.budget import Budget
    from otel_monitoring.promql.vectors.memo import Memo
    from otel_monitoring.promql.vectors.values import Floats, Mask

LE = "le"
_SMALL_DELTA = 1e-12
_MIN_NORMAL = 2.2250738585072014e-308
_NUMBER = re.compile(
    r"[+-]?(([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?"
    r"|0x([0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)p[+-]?[0-9]+|inf(inity)?|nan)",
    re.IGNORECASE,
)
_FORCED = (
    "input to histogram_quantile needed to be fixed for monotonicity "
    "(see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)"
)


class Notes(Protocol):
    """Takes what is to be told of buckets."""

    times_ms: NDArray[np.int64]
    budget: Budget

    def warn(self, message: str) -> None:
        """Tell what is doubtful."""
        ...

    def mended(self, message: str, what: Mended) -> None:
        """Tell what was mended; all that was mended under one message is told together."""
        ...


@dataclass(frozen=True, slots=True)
class _Family:
    """Histograms with the same bounds.

    Attributes:
        places: Their places in the result, shape (h,).
        bounds: Upper bounds, ascending, shape (b,).
        columns: The column of each bucket, shape (h, b).
    """

    places: NDArray[np.intp]
    bounds: Floats
    columns: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _Plan:
    """All histograms of a vector, and the columns whose ``le`` is no number."""

    labels: tuple[Labels, ...]
    families: tuple[_Family, ...]
    unusable: tuple[tuple[int, Labels], ...]


def histogram_quantile(vector: Vector, q: Floats, memo: Memo, notes: Notes) -> Vector:
    """Return the ``q``-quantile of every histogram.

    Args:
        vector: Buckets with the label ``le``.
        q: The quantile at each step, shape (s,).
        memo: Where the buckets of each histogram are kept.
        notes: Told of buckets that cannot be used, and of those that had to be mended.
    """

    def of_many(bounds: Floats, counts: Floats) -> tuple[Floats, Mask]:
        return _fast_quantiles(bounds, counts, q)

    mended: dict[str, Mended] = {}

    def of_one(bounds: Sequence[float], counts: Sequence[float], step: int, labels: Labels) -> float:
        fault = Mended(times_ms=(int(notes.times_ms[step]),))
        value = bucket_quantile(float(q[step]), bounds, counts, fault)
        if fault.buckets:
            mended.setdefault(labels.get(NAME), Mended()).add(fault)
        return value

    result = _each(vector, memo, notes, of_many, of_one)
    for name, fault in mended.items():
        notes.mended(_FORCED + _of_metric(name), fault)
    return result


def histogram_fraction(vector: Vector, lower: Floats, upper: Floats, memo: Memo, notes: Notes) -> Vector:
    """Return the share of the observations between two values, by histogram; both have shape (s,)."""

    def of_one(bounds: Sequence[float], counts: Sequence[float], step: int, _labels: Labels) -> float:
        return bucket_fraction(float(lower[step]), float(upper[step]), bounds, counts)

    return _each(vector, memo, notes, _none_at_once, of_one)


def _each(
    vector: Vector,
    memo: Memo,
    notes: Notes,
    of_many: Callable[[Floats, Floats], tuple[Floats, Mask]],
    of_one: Callable[[Sequence[float], Sequence[float], int, Labels], float],
) -> Vector:
    plan: _Plan = memo.get(("histograms",), (vector.labels,), lambda: _plan(vector.labels))
    for column, labels in plan.unusable:
        if vector.mask[:, column].any():
            about = f'bucket label "le" is missing or has a malformed value of "{labels.get(LE)}"'
            notes.warn(about + _of_metric(labels.get(NAME)))
    values = np.full((len(vector.values), len(plan.labels)), np.nan)
    present = np.zeros(values.shape, dtype=bool)
    for family in plan.families:
        counts = vector.values[:, family.columns]
        mask = vector.mask[:, family.columns]
        some = mask.any(axis=-1)
        fast, done = of_many(family.bounds, counts)
        done = done & mask.all(axis=-1)
        result = np.where(done, fast, np.nan)
        for step, place in np.argwhere(some & ~done):
            notes.budget.pulse()
            met = mask[step, place]
            bounds = family.bounds[met].tolist()
            one = plan.labels[family.places[place]]
            result[step, place] = of_one(bounds, counts[step, place][met].tolist(), step, one)
        values[:, family.places], present[:, family.places] = result, some
    return without_name(Vector(plan.labels, values, None if present.all() else present), memo)


def _plan(labels: tuple[Labels, ...]) -> _Plan:
    histograms: dict[Labels, list[tuple[float, int]]] = {}
    unusable = []
    for column, one in enumerate(labels):
        try:
            bound = _bound(one.get(LE))
        except (ValueError, OverflowError):
            unusable.append((column, one))
            continue
        histograms.setdefault(one.without(LE), []).append((bound, column))
    families: dict[tuple[float, ...], list[tuple[int, list[int]]]] = {}
    for place, buckets in enumerate(histograms.values()):
        buckets.sort()
        key = tuple(bound for bound, _ in buckets)
        families.setdefault(key, []).append((place, [column for _, column in buckets]))
    return _Plan(
        tuple(histograms),
        tuple(
            _Family(
                np.array([place for place, _ in members]),
                np.array(bounds),
                np.array([columns for _, columns in members]),
            )
            for bounds, members in families.items()
        ),
        tuple(unusable),
    )


def _bound(text: str) -> float:
    """Return a bound, written as Go reads numbers: no blanks, no underscores, nothing too large.

    Raises:
        ValueError: It is none.
        OverflowError: It is too large, and written to the base of 16.
    """
    if _NUMBER.fullmatch(text) is None:
        raise ValueError(text)
    bound = float.fromhex(text) if "x" in text.lower() else float(text)
    if math.isinf(bound) and "n" not in text.lower():
        raise ValueError(text)
    return bound


def _none_at_once(_bounds: Floats, counts: Floats) -> tuple[Floats, Mask]:
    return np.zeros(counts.shape[:2]), np.zeros(counts.shape[:2], dtype=bool)


def _fast_quantiles(bounds: Floats, counts: Floats, q: Floats) -> tuple[Floats, Mask]:
    """Return the quantiles of plain histograms at once.

    Args:
        bounds: Upper bounds, shape (b,).
        counts: Cumulative counts, shape (s, h, b).
        q: Shape (s,).

    Returns:
        The quantiles and which of them are right, shape (s, h): those of histograms with finite counts that
        grow, and for a ``q`` between 0 and 1.
    """
    last = len(bounds) - 1
    if last < 1 or bounds[last] != np.inf or not (bounds[1:] > bounds[:-1]).all():
        return _none_at_once(bounds, counts)
    grown = counts[..., 1:] - counts[..., :-1]
    plain = (grown == 0) | (grown > _SMALL_DELTA * (counts[..., 1:] + counts[..., :-1]))
    right = plain.all(axis=-1) & np.isfinite(counts).all(axis=-1) & ((q >= 0) & (q <= 1))[:, None]
    total = counts[..., last]
    rank = q[:, None] * total
    at = np.minimum((counts[..., :last] < rank[..., None]).sum(axis=-1), last)
    before = np.maximum(at - 1, 0)
    first = at == 0
    start = np.where(first, 0.0, bounds[before])
    below = np.where(first, 0.0, np.take_along_axis(counts, before[..., None], axis=-1)[..., 0])
    inside = np.take_along_axis(counts, at[..., None], axis=-1)[..., 0] - below
    values = start + (bounds[at] - start) * ((rank - below) / inside)
    values = np.where(first & (bounds[0] <= 0), bounds[0], values)
    values = np.where(at == last, bounds[last - 1], values)
    return np.where(total == 0, np.nan, values), right


@dataclass(slots=True)
class Mended:
    """What was mended in buckets whose counts did not grow.

    Attributes:
        buckets: The upper bounds whose counts were raised.
        most: By how much at most.
        samples: How many histograms it was.
        times_ms: When they were, Unix milliseconds.
    """

    buckets: list[float] = field(default_factory=list)
    most: float = 0.0
    samples: int = 0
    times_ms: tuple[int, ...] = ()

    def raised(self, bound: float, by: float) -> None:
        """Note that one bucket was raised."""
        self.buckets.append(bound)
        self.most = max(self.most, by)

    def add(self, other: Mended) -> None:
        """Note what was mended in one more histogram, or in several."""
        every = self.buckets + other.buckets
        self.buckets = [min(every), max(every)]
        self.most = max(self.most, other.most)
        self.samples += max(other.samples, 1)
        times_ms = self.times_ms + other.times_ms
        self.times_ms = (min(times_ms), max(times_ms))

    def text(self) -> str:
        """Return what Prometheus says about it."""
        first, last = (
            f"{datetime.fromtimestamp(time_ms // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}" for time_ms in self.times_ms
        )
        low, high = short_text(self.buckets[0]), short_text(self.buckets[1])
        return (
            f", from buckets {low} to {high}, with a max diff of {self.most:.2g}, "
            f"over {self.samples} samples from {first} to {last}"
        )


def _of_metric(name: str) -> str:
    return f' for metric name "{name}"' if name else ""


def bucket_quantile(
    q: float, bounds: Sequence[float], counts: Sequence[float], mended: Mended | None = None
) -> float:
    """Return a quantile of one histogram.

    Args:
        q: Below 0 gives -Inf, above 1 gives +Inf, NaN gives NaN.
        bounds: Upper bounds, ascending; equal ones are added up.
        counts: Cumulative counts.
        mended: Filled where counts do not grow.

    Returns:
        The value; NaN without a bucket for +Inf, with fewer than two buckets or without observations.
    """
    if math.isnan(q) or not 0 <= q <= 1:
        return math.nan if math.isnan(q) else math.copysign(math.inf, q)
    if bounds[-1] != math.inf:
        return math.nan
    uppers, totals = _coalesced(bounds, counts)
    totals = _monotonic(totals, uppers, mended)
    last = len(uppers) - 1
    if last < 1 or totals[last] == 0 or math.isnan(totals[last]):
        return math.nan
    rank = q * totals[last]
    at = bisect_left(totals, rank, 0, last)
    if at == last:
        return uppers[last - 1]
    if at == 0 and uppers[0] <= 0:
        return uppers[0]
    start, below = (uppers[at - 1], totals[at - 1]) if at else (0.0, 0.0)
    inside = totals[at] - below
    return start + (uppers[at] - start) * ((rank - below) / inside if inside else math.nan)


def bucket_fraction(lower: float, upper: float, bounds: Sequence[float], counts: Sequence[float]) -> float:
    """Return the share of the observations of one histogram between ``lower`` and ``upper``."""
    if bounds[-1] != math.inf:
        return math.nan
    uppers, totals = _coalesced(bounds, counts)
    total = totals[-1]
    if total == 0 or math.isnan(lower) or math.isnan(upper):
        return math.nan
    if lower >= upper:
        return 0.0
    return (_rank(upper, uppers, totals) - _rank(lower, uppers, totals)) / total


def _rank(value: float, uppers: Sequence[float], totals: Sequence[float]) -> float:
    """Return how many observations are at most ``value``, linear within a bucket.

    Counts are taken as they are: Prometheus mends those that do not grow for quantiles alone.
    """
    start, below = 0.0 if uppers[0] > 0 else -math.inf, 0.0
    for upper, count in zip(uppers, totals, strict=True):
        if start >= value:
            break
        if upper > value:
            if start == -math.inf:
                below = count
            elif upper < math.inf:
                below += (count - below) * (value - start) / (upper - start)
            break
        start, below = upper, count
    return min(below, totals[-1])


def _coalesced(bounds: Sequence[float], counts: Sequence[float]) -> tuple[list[float], list[float]]:
    uppers: list[float] = []
    totals: list[float] = []
    for bound, count in zip(bounds, counts, strict=True):
        if uppers and uppers[-1] == bound:
            totals[-1] += count
        else:
            uppers.append(bound)
            totals.append(count)
    return uppers, totals


def _monotonic(counts: Sequence[float], uppers: Sequence[float], mended: Mended | None = None) -> list[float]:
    """Raise what falls below its predecessor, and even out differences that rounding made."""
    out = [counts[0]]
    for upper, count in zip(uppers[1:], counts[1:], strict=True):
        before = out[-1]
        close = abs(count - before) < _SMALL_DELTA * max(abs(count) + abs(before), _MIN_NORMAL)
        if mended is not None and not close and count < before:
            mended.raised(upper, before - count)
        out.append(before if close or count < before else count)
    return out
