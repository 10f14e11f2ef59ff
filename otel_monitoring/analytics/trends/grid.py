"""Points put on an even grid: a bounded number of cells in time, each with the mean of what fell into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_RESOLUTION_S = 1e-6
"""Points less apart are of one moment: a Unix time in a float tells no finer ones apart."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A series in even steps.

    Attributes:
        start_s: The time of the first cell, in seconds.
        step_s: From one cell to the next; 0 where all points are of one moment.
        values: One for each cell, divided by ``scale``; NaN where nothing fell into it. Shape (n,).
        scale: What the values were divided by, so that squares of huge ones are finite.
        points: How many finite points there were.
    """

    start_s: float
    step_s: float
    values: NDArray[np.float64]
    scale: float
    points: int

    @classmethod
    def of(cls, times_s: NDArray[np.float64], values: NDArray[np.float64], *, most: int) -> Grid:
        """Lay points on a grid as fine as they usually lie, or of ``most`` cells.

        Args:
            times_s: Unix times in seconds, in any order, also twice. Shape (n,).
            values: Those that are not finite are left out. Shape (n,).
            most: There are no more cells.
        """
        usable = np.isfinite(values) & np.isfinite(times_s)
        times_s, values = times_s[usable], values[usable]
        scale = float(np.max(np.abs(values), initial=0.0)) or 1.0
        distinct = np.unique(times_s)
        span_s = float(distinct[-1] - distinct[0]) if len(distinct) else 0.0
        if span_s < _RESOLUTION_S:
            start_s = float(distinct[0]) if len(distinct) else 0.0
            return cls(start_s, 0.0, values[:1] / scale, scale, len(values))
        usual_s = max(float(np.median(np.diff(distinct))), _RESOLUTION_S)
        cells = min(most, round(span_s / usual_s) + 1)
        step_s = span_s / (cells - 1) if cells < most else span_s / cells
        place = np.minimum(
            ((times_s - distinct[0]) / step_s + (0.5 if cells < most else 0)).astype(int), cells - 1
        )
        held = np.bincount(place, minlength=cells)
        total = np.bincount(place, values / scale, minlength=cells)
        laid = np.full(cells, np.nan)
        laid[held > 0] = total[held > 0] / held[held > 0]
        offset_s = 0.0 if cells < most else step_s / 2
        return cls(float(distinct[0]) + offset_s, step_s, laid, scale, len(values))

    def coarser(self, many: int) -> NDArray[np.float64]:
        """Return the means of so many neighbouring cells each; a rest at the start is left out."""
        cells = len(self.values) // many
        return means(self.values[len(self.values) - cells * many :].reshape(cells, many))


def means(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of each row, NaN left out; NaN of a row without a value."""
    present = np.isfinite(rows)
    held = present.sum(axis=1)
    total = np.where(present, rows, 0.0).sum(axis=1)
    found = np.full(len(rows), np.nan)
    found[held > 0] = total[held > 0] / held[held > 0]
    return found
