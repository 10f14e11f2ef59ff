"""Kendall's test with the sample size that autocorrelated points are worth.

The share that one point repeats of the one before is estimated from what is left after the slope, freed of
its bias; the variance of Kendall's S is widened by it, and the tail is Student's with the effective size less
two degrees of freedom, because that share is itself an estimate. Where the means of neighbouring points
repeat each other more than that share explains (noise upon something slow), the test is made with the means;
so it is where most points are ties. Sen's interval of the slope is the same test turned around.

Source: Hamed and Rao (A modified Mann-Kendall trend test for autocorrelated data, Journal of Hydrology 204,
1998) for the wider variance; the tail and the choice of means are this package's, measured in
``benchmarks/analytics/bench_trends.py``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.analytics.autocorrelation import ar1, trend_size
from otel_monitoring.analytics.student import critical, two_sided
from otel_monitoring.analytics.trends.kendall import Pairs

if TYPE_CHECKING:
    from otel_monitoring.analytics.trends.grid import Grid

_FEWEST_MEANS = 24
_DOUBLINGS = 5
_SURE = 2.33
_LEAST_FREEDOM = 1.0


@dataclass(frozen=True, slots=True)
class Ranked:
    """The test of one series.

    Attributes:
        slope: Units of the grid a second.
        slope_low: Lower end of its interval.
        slope_high: Upper end of it.
        p_value: How likely a series without a trend gives as much.
        size: How many independent points there are.
    """

    slope: float
    slope_low: float
    slope_high: float
    p_value: float
    size: float


@dataclass(frozen=True, slots=True)
class _Means:
    """The means of so many neighbouring cells each."""

    cells: int
    pairs: Pairs
    phi: float

    @classmethod
    def of(cls, grid: Grid, cells: int) -> _Means:
        values = grid.coarser(cells)
        present = np.flatnonzero(np.isfinite(values))
        pairs = Pairs.of(present.astype(float), values[present])
        return cls(cells, pairs, ar1(values - pairs.slope * np.arange(len(values)), regressors=2))

    def expects(self, cells: int) -> float:
        """Return how much means of more cells would repeat each other if this one share were all."""
        phi, many = self.phi, cells // self.cells
        if phi <= 0:
            return 0.0
        gone = 1 - phi**many
        return phi * gone**2 / (many * (1 - phi**2) - 2 * phi * gone)


def ranked(grid: Grid, *, level: float) -> Ranked:
    """Test a series.

    Args:
        grid: Some points, at least.
        level: How often a series without a trend may be said to have one, and what the interval leaves out.
    """
    means = _chosen(grid)
    pairs = means.pairs
    size = max(1.0, trend_size(pairs.count, means.phi))
    deviation = math.sqrt(pairs.variance * pairs.count / size)
    freedom = max(_LEAST_FREEDOM, size - 2)
    unlikely = two_sided(max(0, abs(pairs.rising) - 1) / deviation, freedom) if deviation > 0 else 1.0
    low, high = pairs.between(critical(level, freedom) * deviation)
    a_second = means.cells * grid.step_s
    return Ranked(pairs.slope / a_second, low / a_second, high / a_second, unlikely, size)


def _chosen(grid: Grid) -> _Means:
    found = _Means.of(grid, 1)
    for doubling in range(1, _DOUBLINGS + 1):
        cells = 2**doubling
        if len(grid.values) // cells < _FEWEST_MEANS:
            break
        coarser = _Means.of(grid, cells)
        if coarser.pairs.count < _FEWEST_MEANS:
            break
        expected = found.expects(cells)
        doubt = _SURE * math.sqrt((1 - expected**2) / coarser.pairs.count)
        is_tied = found.pairs.slope == 0 and found.pairs.rising != 0
        if is_tied or coarser.phi > expected + doubt:
            found = coarser
    return found
