"""The table of detectors: name to a function of a whole series; third parties add theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np

from otel_monitoring.analytics.anomaly.stream import Detector
from otel_monitoring.analytics.anomaly.zscore import ZScoreDetector

if TYPE_CHECKING:
    from numpy.typing import NDArray

Scores = Callable[["NDArray[np.float64]", "NDArray[np.float64]"], "NDArray[np.float64]"]


def adaptive(times_s: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the scores of the adaptive method, 0 to 1; half is the threshold at the default budget."""
    detector = Detector()
    return _scores(detector.update, times_s, values)


def zscore(times_s: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the scores of the rolling z-score: ``z / (1 + z)``."""
    detector = ZScoreDetector()
    return _scores(detector.update, times_s, values)


DETECTORS: Final[dict[str, Scores]] = {"adaptive": adaptive, "zscore": zscore}


def _scores(
    update: Callable[[float, float], float], times_s: NDArray[np.float64], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    pairs = zip(times_s.tolist(), values.tolist(), strict=True)
    return np.fromiter(
        (update(time_s, value) for time_s, value in pairs), dtype=np.float64, count=len(values)
    )
