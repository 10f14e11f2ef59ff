"""The classic rolling z-score: distance from the mean of the last 100 points in their deviations.

Kept as the method that everyone knows, and as the yardstick. Its threshold is a number of deviations,
which promises nothing about false alarms.

Source: Shewhart, Economic Control of Quality of Manufactured Product, 1931, over a moving window.
"""

from __future__ import annotations

from collections import deque
from math import exp, fsum, isfinite, nan, sqrt
from typing import TYPE_CHECKING, Final

import numpy as np

from otel_monitoring.analytics.anomaly.columns import Columns, Table
from otel_monitoring.analytics.anomaly.layout import LARGEST
from otel_monitoring.analytics.anomaly.verdict import UNJUDGED, Reason, Verdict, Verdicts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from otel_monitoring.analytics.anomaly.petty import Least

WINDOW: Final = 100
FEWEST: Final = 10
SEEN, NEWEST_S, STEP_S = range(3)
TABLES: Final = (Table("window", WINDOW, "float64"),)
HOUR_S: Final = 3600.0
STEP_SHARE: Final = 0.05
MOST_DEVIATIONS: Final = 35.0
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
        least: Least | None = None,
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
        if least is not None:
            petty = least.is_petty(values, low=means - width, high=means + width)
            z, is_anomalous = np.where(petty, 0.0, z), is_anomalous & ~petty
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
        rarity_hours: NDArray[np.float64] = (
            step_s / HOUR_S * np.exp(np.minimum(z, MOST_DEVIATIONS) ** 2 / 2.0)
        )
        return rarity_hours


class ZScoreDetector:
    """The rolling z-score of one series, in plain floats: the same figures as one row of a bank.

    Args:
        deviations: Distance from the mean, in deviations, from which a point is anomalous.
    """

    def __init__(self, *, deviations: float = 3.0) -> None:
        self._deviations = deviations
        self._window: deque[float] = deque(maxlen=WINDOW)
        self._seen = 0
        self._newest_s = self._step_s = 0.0

    def update(self, timestamp_s: float, value: float) -> float:
        """Judge one point, learn it, and return its score from 0 to 1."""
        return self.judge(timestamp_s, value).score

    def judge(self, timestamp_s: float, value: float) -> Verdict:
        """Judge one point, learn it, and return all that is known about it."""
        if not (isfinite(value) and isfinite(timestamp_s)):
            return UNJUDGED
        value = min(max(value, -LARGEST), LARGEST)
        mean, scale = self._usual()
        ready = len(self._window) >= FEWEST
        z = abs(value - mean) / scale if ready else 0.0
        z = 0.0 if z < ROUNDING else z
        self._learn(timestamp_s, value)
        is_anomalous = z >= self._deviations
        width = self._deviations * scale if ready else nan
        return Verdict(
            score=z / (1.0 + z),
            is_anomalous=is_anomalous,
            expected_low=mean - width,
            expected_high=mean + width,
            rarity_hours=self._step_s / HOUR_S * exp(min(z, MOST_DEVIATIONS) ** 2 / 2.0),
            reason=Reason.SPIKE if is_anomalous else Reason.NONE,
        )

    def _usual(self) -> tuple[float, float]:
        count = max(len(self._window), 1)
        mean = fsum(self._window) / count
        spread = sqrt(fsum((value - mean) ** 2 for value in self._window) / count)
        return mean, max(spread, 1e-9 * max(abs(mean), 1.0))

    def _learn(self, time_s: float, value: float) -> None:
        gap_s = max(time_s - self._newest_s, 0.0) if self._seen else 0.0
        self._step_s = gap_s if self._seen < 2 else self._step_s + STEP_SHARE * (gap_s - self._step_s)  # noqa: PLR2004 - the second point gives the first step
        self._window.append(value)
        self._seen += 1
        self._newest_s = time_s
