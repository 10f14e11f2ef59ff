"""What is remembered of each metric between collections: the label sets of its points.

This module needs numpy; import it lazily on the start-up path.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left
from decimal import Decimal
from itertools import chain
from operator import attrgetter, is_
from typing import TYPE_CHECKING, Any

import numpy as np

from otel_monitoring.ingest.exponential import bucket_counts
from otel_monitoring.ingest.names import labels_of
from otel_monitoring.model.labels import NAME, Labels

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray
    from opentelemetry.sdk.resources import Resource

    from otel_monitoring.ingest.names import Strategy
    from otel_monitoring.model.sample import Metadata

    Redact: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, Any]]

COLLECTIONS_REMEMBERED = 3
"""For how many collections a point or a metric that is not there is remembered."""

_LE = "le"
_EXPONENT_BELOW, _EXPONENT_FROM = 1e-4, 1e6
_attributes_of, _value_of = attrgetter("attributes"), attrgetter("value")
_sum_of, _count_of = attrgetter("sum"), attrgetter("count")


class Plan(ABC):
    """What is remembered of one metric: the attributes objects of its points and their label sets.

    The attributes are held, so that an ``id`` stands for one object for as long as it is a key.
    """

    def __init__(self, metadata: Metadata, *, fixed: dict[str, str], strategy: Strategy) -> None:
        self.metadata = metadata
        self.seen = 0
        self.resource: Resource | None = None
        self.redact: Redact = dict
        self._fixed = fixed
        self._strategy: Strategy = strategy
        self._attributes: list[Any] = []
        self._labels: tuple[Labels, ...] = ()
        self._known: dict[int, tuple[Any, tuple[Labels, ...], int]] = {}

    def labels(self, points: Sequence[Any], *, collection: int) -> tuple[Labels, ...]:
        """Return the label sets of all series of ``points``; the same object as last time if it can be."""
        attributes = list(map(_attributes_of, points))
        if len(attributes) == len(self._attributes) and all(map(is_, attributes, self._attributes)):
            return self._labels
        known = self._known
        labels: list[Labels] = []
        fresh: dict[int, tuple[Any, tuple[Labels, ...], int]] = {}
        for point, key in zip(points, attributes, strict=True):
            entry = known.get(id(key))
            series = self.series_of(point) if entry is None else entry[1]
            fresh[id(key)] = (key, series, collection)
            labels.extend(series)
        for identity, entry in known.items():
            if identity not in fresh and entry[2] >= collection - COLLECTIONS_REMEMBERED:
                fresh[identity] = entry
        self._known, self._attributes, self._labels = fresh, attributes, tuple(labels)
        return self._labels

    @abstractmethod
    def series_of(self, point: Any) -> tuple[Labels, ...]:
        """Return the label sets of the series that one point makes."""

    @abstractmethod
    def values(self, points: Sequence[Any]) -> NDArray[np.float64]:
        """Return the samples of ``points``, in the order of their label sets."""

    def _base(self, point: Any, *, reserved: str = "") -> dict[str, str]:
        attributes = self.redact(point.attributes or {}).items()
        labels = labels_of(attributes, strategy=self._strategy)
        labels.pop(reserved, None)
        return {**labels, **self._fixed}


class RefusedPlan(Plan):
    """A metric without a usable name: no series, whatever its points."""

    def series_of(self, point: Any) -> tuple[Labels, ...]:  # noqa: ARG002 - it has none
        """Return nothing."""
        return ()

    def values(self, points: Sequence[Any]) -> NDArray[np.float64]:  # noqa: ARG002 - it has none
        """Return nothing."""
        return np.empty(0)


class NumberPlan(Plan):
    """Counters and gauges: one series a point."""

    def series_of(self, point: Any) -> tuple[Labels, ...]:
        """Return the label set of the series of one point."""
        return (Labels.of({**self._base(point), NAME: self.metadata.name}),)

    def values(self, points: Sequence[Any]) -> NDArray[np.float64]:
        """Return the value of each point."""
        return np.fromiter(map(_value_of, points), dtype=np.float64, count=len(points))


class HistogramPlan(Plan):
    """Histograms with explicit bounds: cumulative buckets, sum and count."""

    def series_of(self, point: Any) -> tuple[Labels, ...]:
        """Return the label sets of the buckets, the sum and the count of one point."""
        return self._series(point, point.explicit_bounds)

    def _series(self, point: Any, bounds: Sequence[float]) -> tuple[Labels, ...]:
        base = tuple(sorted((key, value) for key, value in self._base(point, reserved=_LE).items() if value))
        bucket, total, count = (
            _with_pair(base, (NAME, f"{self.metadata.name}_{part}")) for part in ("bucket", "sum", "count")
        )
        pairs = [(_LE, le_text(bound)) for bound in bounds] + [(_LE, "+Inf")]
        return tuple(
            Labels.from_pairs(series)
            for series in (*(_with_pair(bucket, pair) for pair in pairs), total, count)
        )

    def values(self, points: Sequence[Any]) -> NDArray[np.float64]:
        """Return cumulative buckets, sum and count, point by point."""
        return _histogram(points, [self._buckets(point) for point in points])

    def _buckets(self, point: Any) -> Sequence[int]:
        counts: Sequence[int] = point.bucket_counts
        return counts


class ExponentialPlan(HistogramPlan):
    """Exponential histograms, counted into fixed explicit buckets."""

    def __init__(
        self, metadata: Metadata, *, fixed: dict[str, str], strategy: Strategy, bounds: tuple[float, ...]
    ) -> None:
        super().__init__(metadata, fixed=fixed, strategy=strategy)
        self._bounds = bounds

    def series_of(self, point: Any) -> tuple[Labels, ...]:
        """Return the label sets of the explicit buckets, the sum and the count of one point."""
        return self._series(point, self._bounds)

    def _buckets(self, point: Any) -> Sequence[int]:
        return bucket_counts(point, self._bounds)


def _with_pair(pairs: tuple[tuple[str, str], ...], pair: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Put one pair into its place among sorted ones."""
    at = bisect_left(pairs, pair)
    return (*pairs[:at], pair, *pairs[at:])


def _histogram(points: Sequence[Any], buckets: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """Return cumulative buckets, sum and count, point by point; all points have the same bounds."""
    many, width = len(points), len(buckets[0]) if buckets else 0
    out = np.empty((many, width + 2))
    counts = np.fromiter(chain.from_iterable(buckets), dtype=np.float64, count=many * width)
    np.cumsum(counts.reshape(many, width), axis=1, out=out[:, :width])
    out[:, width] = np.fromiter(map(_sum_of, points), dtype=np.float64, count=many)
    out[:, width + 1] = np.fromiter(map(_count_of, points), dtype=np.float64, count=many)
    return out.ravel()


def le_text(bound: float) -> str:
    """Return an upper bound as the label ``le`` writes it: ``5.0``, ``0.005``, ``1e+06``, ``+Inf``.

    Source: OpenMetrics 1.0, canonical numbers, as the Go libraries of Prometheus and the Collector write
    them: the shortest digits that read back as the same number, an exponent from 1e+06 and below 1e-04.
    """
    if bound == float("inf"):
        return "+Inf"
    text = repr(float(bound))
    if _EXPONENT_BELOW <= abs(bound) < _EXPONENT_FROM or not bound:
        return text
    sign, digits, exponent = Decimal(text).normalize().as_tuple()
    mantissa = f"{'-' if sign else ''}{digits[0]}"
    if len(digits) > 1:
        mantissa += "." + "".join(map(str, digits[1:]))
    return f"{mantissa}e{int(exponent) + len(digits) - 1:+03d}"
