"""How rare a residual is by the tail of those before it, as nats of evidence.

On each side of a stream an edge is followed beyond which 2.5 % of all points lie, and the mean excess of
the logarithm beyond it. Below the edge evidence grows in proportion; beyond it the tail is a Pareto tail
whose slope was learned, with the predictive distribution for so few exceedances as there were.

Sources: Robbins and Monro, A stochastic approximation method, 1951 (the edge); Hill, A simple general
approach to inference about the tail of a distribution, 1975 (the slope); Siffer et al., Anomaly detection
in streams with extreme value theory, 2017 (peaks over a threshold for streams).
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, Final

import numpy as np

from otel_monitoring.analytics.anomaly import layout as at

if TYPE_CHECKING:
    from numpy.typing import NDArray

NATS: Final = -log(at.TAIL)


def evidence(
    state: NDArray[np.float64], *, residuals: NDArray[np.float64], seen: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how rare each residual is, and learn it.

    Args:
        state: Numbers of ``layout``, shape (fields, n); edges, slopes, counts and means change in place.
        residuals: NaN where a stream says nothing. Shape (streams, n).
        seen: Residuals that each stream had before. Shape (streams, n).

    Returns:
        Evidence in nats, 0 where a stream says nothing or is too young. Shape (streams, n).
    """
    known = ~np.isnan(residuals)
    sizes = np.where(known, np.abs(residuals), 0.0)
    _begin(state, sizes=sizes, known=known, seen=seen)
    sides = state[at.EDGES].reshape(at.COUNT, 2, state.shape[1])
    below = residuals < 0.0
    ratios = sizes / np.where(below, sides[:, 1], sides[:, 0])
    streams, series = np.nonzero(known & (ratios > 1.0))
    rows = 2 * streams + below[streams, series]
    ratio = _against_largest(
        state,
        rows=rows,
        streams=streams,
        series=series,
        sizes=sizes[streams, series],
        seen=seen[streams, series],
    )
    ratios[streams, series] = ratio
    over = ratio > 1.0
    streams, series, rows, excess = streams[over], series[over], rows[over], np.log(ratio[over])
    trust = np.minimum(state[at.BEYOND][rows, series] + at.PRIOR_BEYOND, at.MOST_BEYOND)
    said = NATS * np.minimum(ratios, 1.0)
    said[streams, series] = NATS + trust * np.log1p(excess / state[at.SLOPES][rows, series] / trust)
    _learn(state, rows=rows, series=series, excess=excess, trust=trust, seen=seen[streams, series])
    _follow(state, known=known, seen=seen)
    return np.where(known & (seen > at.YOUNG), said, 0.0)


def _begin(
    state: NDArray[np.float64],
    *,
    sizes: NDArray[np.float64],
    known: NDArray[np.bool_],
    seen: NDArray[np.float64],
) -> None:
    """Let the edges of a young stream be a multiple of the mean of its residuals so far."""
    young = seen < at.FIRST
    if not young.any():
        return
    means = state[at.SIZES]
    sides = state[at.EDGES].reshape(at.COUNT, 2, state.shape[1])
    guess = np.maximum(at.FIRST_EDGE * means, at.LEAST_EDGE)
    np.copyto(sides, guess[:, None], where=young[:, None])
    means += np.where(young & known, (sizes - means) / (seen + 1.0), 0.0)


def _against_largest(
    state: NDArray[np.float64],
    *,
    rows: NDArray[np.intp],
    streams: NDArray[np.intp],
    series: NDArray[np.intp],
    sizes: NDArray[np.float64],
    seen: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Lift passed edges to a share of the largest residual, and return the sizes in edges.

    Where hardly anything ever moves the edge goes to nothing; a small move is no surprise beside large ones.
    """
    largest = state[at.SIZES]
    grown = seen >= at.FIRST
    before = largest[streams, series]
    edges = state[at.EDGES]
    edge = np.where(grown, np.maximum(edges[rows, series], at.LEAST_SHARE * before), edges[rows, series])
    edges[rows, series] = edge
    largest[streams, series] = np.where(grown, np.maximum(before * at.LARGEST_FADES, sizes), before)
    ratios: NDArray[np.float64] = sizes / edge
    return ratios


def _follow(state: NDArray[np.float64], *, known: NDArray[np.bool_], seen: NDArray[np.float64]) -> None:
    """Draw every edge in a little; ``_learn`` has pushed out the few that were exceeded."""
    rates = np.where(known & (seen >= at.FIRST), _rate(seen), 0.0)
    sides = state[at.EDGES].reshape(at.COUNT, 2, state.shape[1])
    slopes = state[at.SLOPES].reshape(at.COUNT, 2, state.shape[1])
    sides *= 1.0 - slopes * rates[:, None]
    np.maximum(sides, at.LEAST_EDGE, out=sides)


def _learn(
    state: NDArray[np.float64],
    *,
    rows: NDArray[np.intp],
    series: NDArray[np.intp],
    excess: NDArray[np.float64],
    trust: NDArray[np.float64],
    seen: NDArray[np.float64],
) -> None:
    """Push the exceeded edges out and learn how far beyond them the points lay."""
    grown = seen >= at.FIRST
    rows, series, excess, trust, seen = rows[grown], series[grown], excess[grown], trust[grown], seen[grown]
    slopes = state[at.SLOPES]
    slope = slopes[rows, series]
    state[at.EDGES][rows, series] *= np.exp(slope * _rate(seen) / at.TAIL)
    far = np.minimum(excess, at.MOST_EXCESS * slope)
    slopes[rows, series] = np.maximum(slope + (far - slope) / trust, at.LEAST_SLOPE)
    state[at.BEYOND][rows, series] += 1.0


def _rate(seen: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.maximum(1.0 / (seen + at.SETTLED), 1.0 / at.LONG_MEMORY)
