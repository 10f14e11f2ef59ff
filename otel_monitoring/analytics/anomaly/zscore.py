"""The classic rolling z-score: distance from the mean of the last 100 points in their deviations.

Kept as the method that everyone knows, and as the yardstick. Its threshold is a number of deviations,
which promises nothing about false alarms.

Source: Shewhart, Economic Control of Quality of Manufactured Product, 1931, over a moving window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from otel_monitoring.analytics.anomaly.columns import Columns, Table
from otel_monitoring.analytics.anomaly.verdict import Reason, Verdicts

if TYPE_CHECKING:
    from numpy.typing import NDArray

WINDOW: Final = 100
FEWEST: Final = 10
SEEN, NEWEST_S, STEP_S = range(3)
TABLES: Final = (Table("window", WINDOW, "float64"),)
HOUR_S: Final = 3600.0
STEP_SHARE: Final = 0.05
ROUNDING: Final = 1e-6


class ZScoreMethod:
    """The rolling z-score of many series; the state lives in ``Columns``.

    Args:
        deviations: Distance from the mean, in deviations, from which a point is anomalous.
    """

    def __init__(self, *, deviations: float = 3.0) -> None:
        self._deviations = deviations

    def columns(self, capacity: int) -> Columns:
        """Return columns for that many rows."""
        return Columns(fresh=(0.0, 0.0, 0.0), tables=TABLES, capacity=capacity)

    def calm(self, columns: Columns, *, rows: NDArray[np.intp], time_s: float) -> None:
        """Nothing: the classic method knows no bar that could be raised."""

    def update(
        self,
        columns: Columns,
        *,
        rows: NDArray[np.intp],
        times_s: NDArray[np.float64],
        values: NDArray[np.float64],
    ) -> Verdicts:
        """Judge one point of each row, then learn it."""
        window = columns.tables["window"]
        seen = columns.numbers[SEEN, rows]
        held = np.minimum(seen, WINDOW)
        inside = np.arange(WINDOW) < held[:, None]
        past = np.where(inside, window[rows], 0.0)
        count = np.maximum(held, 1.0)
        means = past.sum(axis=1) / count
        spread = np.sqrt(np.where(inside, (past - means[:, None]) ** 2, 0.0).sum(axis=1) / count)
        scale = np.maximum(spread, 1e-9 * np.maximum(np.abs(means), 1.0))
        ready = held >= FEWEST
        z = np.where(ready, np.abs(values - means) / scale, 0.0)
        z = np.where(z < ROUNDING, 0.0, z)
        rarity_hours = self._learn(columns, rows=rows, times_s=times_s, values=values, z=z)
        is_anomalous = z >= self._deviations
        width = np.where(ready, self._deviations * scale, np.nan)
        return Verdicts(
            scores=z / (1.0 + z),
            is_anomalous=is_anomalous,
            expected_low=means - width,
            expected_high=means + width,
            rarity_hours=rarity_hours,
            reasons=np.where(is_anomalous, Reason.SPIKE, Reason.NONE).astype(np.int8),
        )

    def _learn(
        self,
        columns: Columns,
        *,
        rows: NDArray[np.intp],
        times_s: NDArray[np.float64],
        values: NDArray[np.float64],
        z: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        numbers = columns.numbers
        seen = numbers[SEEN, rows]
        columns.tables["window"][rows, seen.astype(np.intp) % WINDOW] = values
        gap_s = np.maximum(times_s - numbers[NEWEST_S, rows], 0.0)
        step_s = numbers[STEP_S, rows]
        step_s = np.where(seen < 2, gap_s, step_s + STEP_SHARE * (gap_s - step_s)) * (seen > 0)  # noqa: PLR2004 - the second point gives the first step
        numbers[SEEN, rows] = seen + 1.0
        numbers[NEWEST_S, rows] = times_s
        numbers[STEP_S, rows] = step_s
        # A normal tail, by its bound exp(-z * z / 2): what the method itself assumes.
        rarity_hours: NDArray[np.float64] = step_s / HOUR_S * np.exp(np.minimum(z, 35.0) ** 2 / 2.0)
        return rarity_hours
