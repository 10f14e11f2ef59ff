"""How long the requests of endpoints took, read off the buckets of their histograms."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from otel_monitoring.views.histograms import highest, lowest, quantiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Key: TypeAlias = tuple[str, str]
"""The method and the route of an endpoint."""

_SHARES = (0.5, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Latency:
    """How long requests took, in seconds; ``None`` where that is not known.

    Attributes:
        low_s: None was faster: the lower end of the first bucket with any.
        p50_s: Half of them were as fast.
        p95_s: 95 of a hundred were as fast.
        p99_s: 99 of a hundred were as fast.
        high_s: None was slower: the bound of the last bucket with any; ``None`` where some took longer than
            the highest bound.
    """

    low_s: float | None = None
    p50_s: float | None = None
    p95_s: float | None = None
    p99_s: float | None = None
    high_s: float | None = None


UNKNOWN = Latency()
"""Of requests whose durations are not known."""


class Durations:
    """The buckets of all endpoints, as a matrix with a column for each.

    Args:
        samples: Endpoints, the values of ``le``, and how many requests took that long at most.
        keys: The endpoints that are wanted, in the order of the columns.
    """

    def __init__(self, samples: Sequence[tuple[Key, str, float]], keys: Sequence[Key]) -> None:
        columns = {key: at for at, key in enumerate(keys)}
        named = {name: bound_of(name) for name in {name for _, name, _ in samples}}
        rising = sorted({bound for bound in named.values() if bound is not None})
        # One bound may be written in two ways, as 5 and as 5.0.
        rows = {name: rising.index(bound) for name, bound in named.items() if bound is not None}
        self.bounds = np.array(rising)
        held = [
            (rows[name] * len(keys) + columns[key], value)
            for key, name, value in samples
            if key in columns and name in rows
        ]
        cells, size = np.array([cell for cell, _ in held], dtype=np.intp), len(rising) * len(keys)
        total = np.bincount(cells, [value for _, value in held], minlength=size)
        known = np.bincount(cells, minlength=size) > 0
        self._counts = np.where(known, total, np.nan).reshape(len(rising), len(keys))

    def each(self) -> list[Latency]:
        """Return how long the requests of each endpoint took."""
        known = ~np.isnan(self._counts)
        if known.all():
            return _latencies(self.bounds, self._counts)
        found = [UNKNOWN] * self._counts.shape[1]
        for shape in np.unique(known, axis=1).T:  # histograms with the same bounds together
            columns = np.flatnonzero((known == shape[:, None]).all(axis=0))
            some = _latencies(self.bounds[shape], self._counts[np.ix_(shape, columns)])
            for column, one in zip(columns.tolist(), some, strict=True):
                found[column] = one
        return found

    def whole(self) -> Latency:
        """Return how long all requests took."""
        if not self._counts.size:
            return UNKNOWN
        bounds, counts = self._together()
        return _latencies(bounds, counts)[0]

    def in_buckets(self) -> NDArray[np.float64]:
        """Return how many requests lie in each bucket, those of all endpoints."""
        if not self._counts.size:
            return np.zeros(0)
        rising = np.maximum.accumulate(np.nansum(self._counts, axis=1))
        return np.diff(rising, prepend=0.0)

    def _together(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the sums at the bounds that all endpoints with any have."""
        some = self._counts[:, ~np.isnan(self._counts).all(axis=0)]
        common = ~np.isnan(some).any(axis=1)
        return self.bounds[common], some[common].sum(axis=1, keepdims=True)


def _latencies(bounds: NDArray[np.float64], counts: NDArray[np.float64]) -> list[Latency]:
    found = [
        lowest(bounds, counts),
        *(quantiles(bounds, counts, share) for share in _SHARES),
        highest(bounds, counts),
    ]
    columns = [[value if np.isfinite(value) else None for value in one.tolist()] for one in found]
    return [Latency(*row) for row in zip(*columns, strict=True)]


@lru_cache(maxsize=256)
def bound_of(name: str) -> float | None:
    """Return the bound that a value of ``le`` says; ``None`` where it is no number."""
    try:
        bound = float(name)
    except ValueError:
        return None
    return None if math.isnan(bound) else bound
