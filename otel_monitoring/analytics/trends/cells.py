"""Points gathered in cells that fit into a day, so that the same time of day is the same cell every day."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DAY_S = 86_400.0
_A_DAY = (288, 144, 96, 72, 48, 24, 12, 8, 6, 4)
_MOST = 400
_DAYS_FOR_A_DAY = 2.0
_AROUND = 2
_FAR_OUT = 4.0
_SPREAD_OF_MAD = 1.4826


@dataclass(frozen=True, slots=True)
class Cells:
    """A series in some hundred even steps.

    Attributes:
        start_s: Where the first cell begins; a multiple of ``step_s``.
        step_s: How long each is.
        a_day: How many there are in a day; 0 where the series is too short to know days.
        values: The mean of each, less ``centre`` and divided by ``scale``. Shape (n,).
        each: How many points there are in most of them.
        centre: What was taken from the values, after the division.
        scale: What they were divided by first.
        measured: The values, whatever else becomes of them. Shape (n,).
    """

    start_s: float
    step_s: float
    a_day: int
    values: NDArray[np.float64]
    each: float
    centre: float
    scale: float
    measured: NDArray[np.float64]

    @classmethod
    def of(cls, times_s: NDArray[np.float64], values: NDArray[np.float64]) -> Cells:
        """Gather points; where there are none, the neighbours' values stand in.

        Args:
            times_s: Unix times in seconds, ascending, two different ones at least. Shape (n,).
            values: Finite. Shape (n,).
        """
        step_s, a_day = _step(times_s)
        start_s = math.floor(times_s[0] / step_s) * step_s
        place = ((times_s - start_s) / step_s).astype(int)
        scale = float(np.max(np.abs(values))) or 1.0
        held = np.bincount(place)
        total = np.bincount(place, values / scale)
        usual = float(np.median(held[held > 0]))
        if held[-1] < usual / 2:  # a cell that has only begun may lie anywhere
            held, total = held[:-1], total[:-1]
        present = np.flatnonzero(held)
        filled = np.interp(np.arange(len(held)), present, total[present] / held[present])
        centre = float(np.median(filled))
        return cls(start_s, step_s, a_day, filled - centre, usual, centre, scale, filled - centre)

    @property
    def middles_s(self) -> NDArray[np.float64]:
        """The time in the middle of each cell, shape (n,)."""
        return self.start_s + (np.arange(len(self.values), dtype=np.float64) + 0.5) * self.step_s

    @property
    def slots(self) -> NDArray[np.int64]:
        """How many cells passed since the last midnight from Wednesday to Thursday, UTC, shape (n,)."""
        week_s = 7 * DAY_S
        return round(self.start_s % week_s / self.step_s) + np.arange(len(self.values))

    def without_outliers(self) -> NDArray[np.float64]:
        """Return the values with the median of five in place of one far from it; steps stay as they are.

        Source: Hampel's filter (The influence curve and its role in robust estimation, Journal of the
        American Statistical Association 69, 1974).
        """
        padded = np.pad(self.values, _AROUND, mode="edge")
        middle = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * _AROUND + 1), axis=1)
        away = np.abs(self.values - middle)
        spread = _SPREAD_OF_MAD * float(np.median(away))
        return np.where(away > _FAR_OUT * spread, middle, self.values) if spread > 0 else self.values


def _step(times_s: NDArray[np.float64]) -> tuple[float, int]:
    """Return how long a cell is, and how many there are in a day if days are known."""
    span_s = float(times_s[-1] - times_s[0])
    gaps_s = np.diff(times_s)
    usual_s = max(float(np.median(gaps_s[gaps_s > 0])), span_s / _MOST)
    if span_s >= _DAYS_FOR_A_DAY * DAY_S:
        for a_day in _A_DAY:
            if DAY_S / a_day >= usual_s:
                return DAY_S / a_day, a_day
    return usual_s, 0
